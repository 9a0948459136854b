import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Schema } from '../../local/kql/language.ts';
import { regex } from '../../local/kql/regex/match.ts';
import { kqlValue, runKql } from '../support/kql.ts';

type Line = readonly [string, number | null, number];
const COLUMNS: Schema[string] = [
  { name: 'Key', type: 'string' },
  { name: 'Number', type: 'long' },
  { name: 'Id', type: 'long' },
];
const T: Schema = { T: COLUMNS };
const lines = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'A', ''), fc.option(fc.integer({ min: -3, max: 3 }))), { maxLength: 12 })
  .map((each) => each.map(([key, number], id): Line => [key, number, id]));
const run = (query: string, rows: readonly Line[]): unknown[][] => runKql(query, T, rows);
const check = <A extends unknown[]>(property: fc.IPropertyWithHooks<A>): void => {
  fc.assert(property, { numRuns: 60 });
};
const sorted = (rows: readonly unknown[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();

describe('operators, over any rows', () => {
  it('two wheres are one with both conditions', () => {
    check(
      fc.property(lines, (rows) => {
        expect(run('T | where Number > 0 | where Key == "a"', rows)).toEqual(
          run('T | where Number > 0 and Key == "a"', rows),
        );
      }),
    );
  });

  it('a where behind an extend is the same as one that writes the expression out', () => {
    check(
      fc.property(lines, (rows) => {
        expect(run('T | extend x = Number * 2 | where x > 1 | project-away x', rows)).toEqual(
          run('T | where Number * 2 > 1', rows),
        );
      }),
    );
  });

  it('a condition and its contrary part the rows in which it is known', () => {
    check(
      fc.property(lines, (rows) => {
        const [yes, no, unknown] = ['Number > 1', 'not(Number > 1)', 'isnull(Number)'].map(
          (test) => run(`T | where ${test}`, rows).length,
        );
        expect((yes ?? 0) + (no ?? 0) + (unknown ?? 0)).toBe(rows.length);
      }),
    );
  });

  it('counts of groups add up to the rows', () => {
    check(
      fc.property(lines, (rows) => {
        expect(run('T | summarize n = count() by Key, Number | summarize sum(n)', rows)).toEqual([[rows.length]]);
      }),
    );
  });

  it('distinct keeps one of each and is stable', () => {
    check(
      fc.property(lines, (rows) => {
        const once = run('T | distinct Key, Number', rows);
        expect(sorted(once)).toEqual([...new Set(sorted(rows.map(([key, number]) => [key, number])))]);
        expect(run('T | distinct Key, Number | distinct Key, Number', rows)).toEqual(once);
      }),
    );
  });

  it('top is a sort and a take', () => {
    check(
      fc.property(lines, fc.nat(5), (rows, n) => {
        const by = 'Number asc nulls last';
        expect(run(`T | top ${String(n)} by ${by}`, rows)).toEqual(run(`T | sort by ${by} | take ${String(n)}`, rows));
      }),
    );
  });

  it('a sort loses nothing and orders, nulls last when descending and first when ascending', () => {
    check(
      fc.property(lines, (rows) => {
        const down = run('T | sort by Number', rows).map(([, number]) => number as number | null);
        const up = run('T | sort by Number asc', rows).map(([, number]) => number as number | null);
        const numbers = rows.map(([, number]) => number);
        const known = numbers.filter((number): number is number => number !== null).sort((a, b) => a - b);
        const nulls = numbers.filter((number) => number === null);
        expect(up).toEqual([...nulls, ...known]);
        expect(down).toEqual([...known.toReversed(), ...nulls]);
      }),
    );
  });

  it('a union has the rows of both', () => {
    check(
      fc.property(lines, (rows) => {
        expect(sorted(run('union T, (T | where Number > 0)', rows))).toEqual(
          sorted([...run('T', rows), ...run('T | where Number > 0', rows)]),
        );
      }),
    );
  });

  it('a list that is made and expanded again is what it was made of', () => {
    check(
      fc.property(lines, (rows) => {
        const ids = run('T | summarize Id = make_list(Id) | mv-expand Id to typeof(long)', rows);
        expect(ids).toEqual(rows.map(([, , id]) => [id]));
      }),
    );
  });
});

describe('joins against nested loops, over any rows', () => {
  const matches = (a: Line, b: Line): boolean => a[0] === b[0] && a[1] === b[1];
  const none = ['', null, null];
  type Pairs = (left: readonly Line[], right: readonly Line[]) => unknown[][];
  const inner: Pairs = (left, right) =>
    left.flatMap((a) => right.filter((b) => matches(a, b)).map((b) => [...a, ...b]));
  const lonely = (rows: readonly Line[], others: readonly Line[]): readonly Line[] =>
    rows.filter((row) => !others.some((other) => matches(row, other)));
  const padLeft: Pairs = (left, right) => lonely(left, right).map((row) => [...row, ...none]);
  const padRight: Pairs = (left, right) => lonely(right, left).map((row) => [...none, ...row]);
  const kept = (rows: readonly Line[], others: readonly Line[]): unknown[][] =>
    rows.filter((row) => others.some((other) => matches(row, other))).map((row) => [...row]);

  it.each<[string, Pairs]>([
    ['inner', inner],
    ['leftouter', (left, right) => [...inner(left, right), ...padLeft(left, right)]],
    ['rightouter', (left, right) => [...inner(left, right), ...padRight(left, right)]],
    ['fullouter', (left, right) => [...inner(left, right), ...padLeft(left, right), ...padRight(left, right)]],
    ['leftsemi', kept],
    ['rightsemi', (left, right) => kept(right, left)],
    ['leftanti', (left, right) => lonely(left, right).map((row) => [...row])],
    ['rightanti', (left, right) => lonely(right, left).map((row) => [...row])],
    [
      'innerunique',
      (left, right) =>
        inner(
          left.filter((row, at) => left.findIndex((other) => matches(row, other)) === at),
          right,
        ),
    ],
  ])('%s', (kind, expected) => {
    check(
      fc.property(lines, fc.integer({ min: -3, max: 3 }), (rows, least) => {
        const right = rows.filter(([, number]) => number === null || number >= least);
        const query = `T | join kind=${kind} (T | where isnull(Number) or Number >= ${String(least)}) on Key, Number`;
        expect(sorted(run(query, rows))).toEqual(sorted(expected(rows, right)));
      }),
    );
  });
});

describe('values', () => {
  const long = fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n });
  const text = (value: bigint): string => `long(${String(value)})`;
  const wrapped = (value: bigint): bigint => BigInt.asIntN(64, value);
  const of = (expression: string): bigint => BigInt(kqlValue(expression) as string | number);

  it('longs are added, subtracted and multiplied as 64 bits hold them', () => {
    check(
      fc.property(long, long, (a, b) => {
        expect(of(`${text(a)} + ${text(b)}`)).toBe(wrapped(a + b));
        expect(of(`${text(a)} - ${text(b)}`)).toBe(wrapped(a - b));
        expect(of(`${text(a)} * ${text(b)}`)).toBe(wrapped(a * b));
      }),
    );
  });

  const instant = fc.date({ min: new Date('0002-01-01'), max: new Date('9998-12-31'), noInvalidDate: true });
  const literal = (at: Date): string => `datetime(${at.toISOString()})`;

  it('an instant is what its text is read as', () => {
    check(
      fc.property(instant, (at) => {
        expect(kqlValue(`todatetime(tostring(${literal(at)})) == ${literal(at)}`)).toBe(true);
      }),
    );
  });

  it('days, weeks, months and years lie between their starts and ends', () => {
    check(
      fc.property(instant, fc.constantFrom('day', 'week', 'month', 'year'), (at, period) => {
        const [start, end] = [`startof${period}(${literal(at)})`, `endof${period}(${literal(at)})`];
        expect(kqlValue(`${start} <= ${literal(at)} and ${literal(at)} <= ${end}`)).toBe(true);
        expect(kqlValue(`${end} + 1tick == startof${period}(${literal(at)}, 1)`)).toBe(true);
      }),
    );
  });

  it('what datetime_add adds, datetime_diff counts', () => {
    const period = fc.constantFrom(
      'year',
      'quarter',
      'month',
      'week',
      'day',
      'hour',
      'minute',
      'second',
      'millisecond',
    );
    const near = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    check(
      fc.property(near, period, fc.integer({ min: -500, max: 500 }), (at, name, n) => {
        const moved = `datetime_add('${name}', ${String(n)}, ${literal(at)})`;
        expect(kqlValue(`datetime_diff('${name}', ${moved}, ${literal(at)})`)).toBe(n);
      }),
    );
  });

  it('a text is what it is encoded and decoded to', () => {
    check(
      fc.property(fc.string({ unit: 'grapheme' }), (any) => {
        const quoted = JSON.stringify(any).replace(
          /[\u007f-\uffff]/g,
          (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
        expect(kqlValue(`base64_decode_tostring(base64_encode_tostring(${quoted}))`)).toBe(any);
        expect(kqlValue(`reverse(reverse(${quoted}))`)).toBe(any);
      }),
    );
  });
});

describe('regular expressions', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    'a|b',
    '\\d',
    '^',
    '$',
    '\\b',
    '(?:ab)',
    '(a)',
    '(b|ab)',
    '(a*)',
  );
  const pattern = fc
    .array(fc.tuple(piece, fc.constantFrom('', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}')), {
      minLength: 1,
      maxLength: 5,
    })
    .map((parts) =>
      parts.map(([part, times]) => (/^(?:\^|\$|\\b)$/.test(part) ? part : `(?:${part})${times}`)).join(''),
    );
  const subject = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', 'c'), maxLength: 8 });

  it('match where and as far as a backtracking search does', () => {
    fc.assert(
      fc.property(pattern, subject, (source, value) => {
        const found = regex(source).find(value);
        const reference = new RegExp(source, 'd').exec(value);
        expect(found?.slice(0, 2)).toEqual(reference ? [...(reference.indices?.[0] ?? [])] : undefined);
      }),
      { numRuns: 500 },
    );
  });

  it('never run away', () => {
    const value = 'a'.repeat(2_000);
    for (const source of ['(a+)+b', '(a*)*b', '(?:a|a)*b', '(.*)*,(.*)*,', '(a?){40}a{40}b'])
      expect(regex(source).find(value)).toBeUndefined();
  });
});
