import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileQuery } from '../../local/kql/query.ts';
import type { Schema } from '../../local/kql/language.ts';
import { formatDatetime, formatTimespan, parseDatetime, toJson, type Value } from '../../local/kql/values.ts';

const at = (text: string): bigint => parseDatetime(text) ?? 0n;
const SCHEMA: Schema = {
  T: [
    { name: 'Time', type: 'datetime' },
    { name: 'Name', type: 'string' },
    { name: 'N', type: 'long' },
    { name: 'D', type: 'dynamic' },
  ],
};
const ROWS: Value[][] = [
  [at('2026-11-23T01:00:00Z'), 'North America', 3, { a: [{ b: 7 }] }],
  [at('2026-11-22T01:00:00Z'), 'north-east', 9007199254740993n, null],
  [null, '', null, ['x']],
];
const NOW = at('2026-11-23T06:00:00Z');

/** Rows as JSON, datetimes and timespans as KQL prints them. */
function run(query: string, rows: readonly Value[][] = ROWS): unknown {
  const { columns, rows: result } = compileQuery(query, SCHEMA).run({ now: NOW, rows: () => rows });
  return JSON.parse(
    toJson(
      result.map((row) =>
        row.map((value, i) => {
          const type = columns[i]?.type;
          if (typeof value !== 'bigint') return value;
          return type === 'datetime'
            ? formatDatetime(value)
            : type === 'timespan'
              ? formatTimespan(value)
              : String(value);
        }),
      ),
    ),
  );
}
const value = (expression: string): unknown => (run(`print ${expression}`) as unknown[][])[0]?.[0];
const columns = (query: string): string[] =>
  compileQuery(query, SCHEMA).columns.map(({ name, type }) => `${name} ${type}`);

// Each line is a fact of the language reference, learn.microsoft.com/kusto/query.
describe('string operators', () => {
  it.each([
    ["'North America' has 'america'", true],
    ["'North America' has 'amer'", false],
    ["'North America' has 'north america'", true],
    ["'North-America' has 'America'", true],
    ["'NorthAmerica' has 'America'", false],
    ["'a.b' has 'a.b'", true],
    ["'xa.b' has 'a.b'", false],
    ["'North America' has_cs 'america'", false],
    ["'North America' !has 'amer'", true],
    ["'North America' hasprefix 'amer'", true],
    ["'North America' hassuffix 'rica'", true],
    ["'North America' contains 'TH AM'", true],
    ["'North America' contains_cs 'TH AM'", false],
    ["'abc' startswith 'AB'", true],
    ["'abc' !startswith 'AB'", false],
    ["'abc' endswith_cs 'BC'", false],
    ["'abc' == 'ABC'", false],
    ["'abc' =~ 'ABC'", true],
    ["'abc' !~ 'ABC'", false],
    ["'a' in ('A', 'b')", false],
    ["'a' in~ ('A', 'b')", true],
    ["'a' !in ('A', 'b')", true],
    ["'one two' has_any ('x', 'TWO')", true],
    ["'one two' has_all ('one', 'x')", false],
  ])('%s is %j', (expression, expected) => {
    expect(value(expression)).toBe(expected);
  });
});

describe('values', () => {
  it.each([
    ['7 / 2', 3],
    ['-7 / 2', -3],
    ['7 / 2.0', 3.5],
    ['1 / 0', null],
    ['9223372036854775807 + 1', '-9223372036854775808'],
    ['long(9007199254740993)', '9007199254740993'],
    ['long(null) + 1', null],
    ['1 == long(null)', false],
    ['1 != long(null)', true],
    ['long(null) == long(null)', null],
    ['1 < long(null)', null],
    ['isnull(long(null))', true],
    ["isempty('')", true],
    ["isnotempty('x')", true],
    ['true or bool(null)', true],
    ['false and bool(null)', false],
    ['not(bool(null))', null],
    ['datetime(2026-11-23) - 1d', '2026-11-22T00:00:00.0000000Z'],
    ['datetime(2026-11-23T06:00:00.1234567Z)', '2026-11-23T06:00:00.1234567Z'],
    ['datetime(2026-11-23 06:00) - datetime(2026-11-22)', '1.06:00:00'],
    ['-1.5h', '-01:30:00'],
    ['1d / 1h', 24],
    ['now()', '2026-11-23T06:00:00.0000000Z'],
    ['now(-5d)', '2026-11-18T06:00:00.0000000Z'],
    ['ago(1h)', '2026-11-23T05:00:00.0000000Z'],
    ['bin(datetime(2026-11-23T06:17:00Z), 1h)', '2026-11-23T06:00:00.0000000Z'],
    ['bin(-7, 5)', -10],
    ['startofday(now())', '2026-11-23T00:00:00.0000000Z'],
    ['startofweek(now())', '2026-11-22T00:00:00.0000000Z'],
    ['5 between (5 .. 7)', true],
    ['7 between (5 .. 7)', true],
    ['8 !between (5 .. 7)', true],
    ['now() between (datetime(2026-11-22T06:00Z) .. 1d)', true],
    ["iff(1 == 2, 'yes', 'no')", 'no'],
    ["case(1 == 2, 'a', 2 == 2, 'b', 'c')", 'b'],
    ["coalesce('', 'x')", 'x'],
    ["strcat('a', 1, true)", 'a1True'],
    ['tostring(dynamic({"a": 1}))', '{"a":1}'],
    ["split('a,b', ',')", ['a', 'b']],
    ["substring('abcd', 1, 2)", 'bc'],
    ["strlen('😀')", 1],
    ['parse_json(\'{"a":[1,2]}\').a[1]', 2],
    ['parse_json(\'{"a":1}\').b', null],
    ['array_length(dynamic([1, 2]))', 2],
    ["tolong('x')", null],
    ["todatetime('2026-11-23')", '2026-11-23T00:00:00.0000000Z'],
    ['"tab\\t\\u0041"', 'tab\tA'],
    ["@'a\\b'", 'a\\b'],
  ])('%s is %j', (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });
});

describe('operators', () => {
  it('where keeps rows for which its test is true, not those for which it is unknown', () => {
    expect(run('T | where N > 2 | project Name')).toEqual([['North America'], ['north-east']]);
    expect(run('T | where not(N > 2) | count')).toEqual([[0]]);
  });

  it('summarize without "by" gives a row even of nothing, and with "by" none', () => {
    expect(run('T | where 1 == 2 | summarize count(), sum(N), make_set(Name)')).toEqual([[0, 0, []]]);
    expect(run('T | where 1 == 2 | summarize count() by Name')).toEqual([]);
  });

  it('names and types unnamed results as the service does', () => {
    expect(columns('T | summarize count(), min(Time), make_set(N), dcount(Name) by bin(Time, 1d)')).toEqual([
      'Time datetime',
      'count_ long',
      'min_Time datetime',
      'set_N dynamic',
      'dcount_Name long',
    ]);
  });

  it('sort is descending with nulls last, ascending with nulls first', () => {
    expect(run('T | sort by N | project N')).toEqual([['9007199254740993'], [3], [null]]);
    expect(run('T | sort by N asc | project N')).toEqual([[null], [3], ['9007199254740993']]);
    expect(run('T | sort by N asc nulls last | project N')).toEqual([[3], ['9007199254740993'], [null]]);
    expect(run('T | top 1 by Time | project Name')).toEqual([['North America']]);
  });

  it('project-away, project-rename, project-reorder and extend place columns as the service does', () => {
    expect(columns('T | project-away D, N')).toEqual(['Time datetime', 'Name string']);
    expect(columns('T | project-rename Device = Name')).toEqual([
      'Time datetime',
      'Device string',
      'N long',
      'D dynamic',
    ]);
    expect(columns('T | project-reorder N, *')).toEqual(['N long', 'Time datetime', 'Name string', 'D dynamic']);
    expect(run('T | extend Name = toupper(Name), M = N + 1 | project Name, M | take 1')).toEqual([
      ['NORTH AMERICA', 4],
    ]);
  });

  it('let names values and tables, each evaluated once', () => {
    expect(
      run("let a = 2; let L = datatable(x: string, n: long)['p', 1, 'q', 3]; L | where n > a | project x"),
    ).toEqual([['q']]);
    expect(run('let L = materialize(T | where N == 3); union L, L | count')).toEqual([[2]]);
  });

  it('sets keep 64-bit values exact and leave nulls out', () => {
    const [[set] = []] = compileQuery('T | summarize make_set(N)', SCHEMA).run({ now: NOW, rows: () => ROWS }).rows;

    expect(toJson(set)).toBe('[3,9007199254740993]');
  });

  it('dynamic paths give null where there is nothing', () => {
    expect(run('T | project D.a[0].b, D.z, D[0]')).toEqual([
      [7, null, null],
      [null, null, null],
      [null, null, 'x'],
    ]);
  });
});

describe('what this engine does not know', () => {
  it.each([
    [
      'T\n| where Name matches regex "(?=x)"',
      'line 2, column 9: "(?=x" in the regular expression (?=x) is not supported offline',
    ],
    [
      'T | extend x = geo_info_from_ip_address(Name)',
      'line 1, column 16: the function geo_info_from_ip_address() is not supported offline',
    ],
    ['T | summarize hll(N)', 'line 1, column 15: the aggregation hll(N) is not supported offline'],
    ['T | top-nested 1 of Name by count()', 'line 1, column 5: the operator top-nested is not supported offline'],
    ['T | make-series count() on Time step 1d', 'line 1, column 5: the operator make-series is not supported offline'],
  ])('is refused by name and place before anything runs: %s', (query, message) => {
    expect(() => compileQuery(query, SCHEMA)).toThrow(message);
  });

  it('is told apart from what is wrong, which Microsoft names', () => {
    expect(() => compileQuery('T | where Nam == 1', SCHEMA)).toThrow(
      "line 1, column 11: The name 'Nam' does not refer to any known column",
    );
    expect(() => compileQuery('T | where', SCHEMA)).toThrow(/line 1, column \d+/);
  });
});

describe('for any rows', () => {
  const anyRow = fc.tuple(fc.constant(null), fc.string(), fc.integer(), fc.constant(null)).map((row): Value[] => row);

  it('has finds whole terms, and contains finds every text that has finds', () => {
    fc.assert(
      fc.property(fc.array(anyRow), fc.constantFrom('a', 'b c', '1'), (rows, term) => {
        const having = run(`T | where Name has '${term}' | count`, rows) as number[][];
        const containing = run(`T | where Name contains '${term}' | count`, rows) as number[][];
        expect(having[0]?.[0]).toBeLessThanOrEqual(containing[0]?.[0] ?? 0);
      }),
      { numRuns: 50 },
    );
  });

  it('where splits them in two, and counts of groups add up', () => {
    fc.assert(
      fc.property(fc.array(anyRow), (rows) => {
        const [[yes = 0] = []] = run('T | where N > 0 | count', rows) as number[][];
        const [[no = 0] = []] = run('T | where not(N > 0) | count', rows) as number[][];
        const groups = run('T | summarize n = count() by Name | summarize sum(n)', rows) as number[][];
        expect(yes + no).toBe(rows.length);
        expect(groups[0]?.[0]).toBe(rows.length);
      }),
      { numRuns: 50 },
    );
  });
});
