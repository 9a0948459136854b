import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileQuery } from '../../local/kql/query.ts';
import type { Schema } from '../../local/kql/language.ts';
import type { Value } from '../../local/kql/values.ts';
import { runKql } from '../support/kql.ts';

const SCHEMA: Schema = {
  T: [
    { name: 'Name', type: 'string' },
    { name: 'N', type: 'long' },
    { name: 'D', type: 'dynamic' },
  ],
};
const ROWS: Value[][] = [
  ['a', 7, { x: 1 }],
  ['b', null, null],
  ['a', 3, null],
];
const run = (query: string): unknown[][] => runKql(query, SCHEMA, ROWS);

describe('extend', () => {
  it('puts an unnamed expression over a column where the service names it after that column', () => {
    expect(run('T | extend bin(N, 5) | project N')).toEqual([[5], [null], [0]]);
    expect(run('T | extend tostring(N) | project N')).toEqual([['7'], [''], ['3']]);
  });

  it('numbers unnamed expressions among named ones', () => {
    const query = 'T | extend N = 1, N * 2, Z = 3, N * 4, D.x';

    expect(compileQuery(query, SCHEMA).columns.map(({ name }) => name)).toEqual([
      'Name',
      'N',
      'D',
      'Column1',
      'Z',
      'Column2',
      'D_x',
    ]);
    expect(run(`${query} | project N, Column1, Z, Column2, D_x | take 1`)).toEqual([[1, 14, 3, 28, 1]]);
  });
});

describe('summarize', () => {
  it('takes expressions over aggregations', () => {
    expect(run('T | summarize span = max(N) - min(N), n = array_length(make_set(Name)), tostring(count())')).toEqual([
      [4, 2, '3'],
    ]);
  });

  it('gives NaN as the average of nothing', () => {
    expect(run('T | where false | summarize avg(N)')).toEqual([['NaN']]);
    expect(run('T | summarize avg(N) by Name')).toEqual([
      ['a', 5],
      ['b', 'NaN'],
    ]);
  });

  it('arg_max and arg_min give the row of the extreme value; where all are null, a row of the group', () => {
    const fruit = `datatable(Fruit: string, Color: string, Version: int)[
      'Apple', 'Red', 1, 'Apple', 'Green', int(null), 'Banana', 'Yellow', int(null), 'Banana', 'Green', int(null),
      'Pear', 'Brown', 1, 'Pear', 'Green', 2]`;

    expect(runKql(`${fruit} | summarize arg_max(Version, *) by Fruit`)).toEqual([
      ['Apple', 1, 'Red'],
      ['Banana', null, 'Yellow'],
      ['Pear', 2, 'Green'],
    ]);
    expect(runKql(`${fruit} | summarize arg_min(Version, Color), count()`)).toEqual([[1, 'Red', 6]]);
    expect(run('T | where false | summarize arg_max(N, Name)')).toEqual([[null, '']]);
  });

  it('tells apart groups that attacker-chosen text would run together', () => {
    const rows = [
      ['x\u0000string:y', 'z'],
      ['x', 'y\u0000string:z'],
      ['x', 'y\u0000z'],
    ];
    const schema: Schema = { P: ['A', 'B'].map((name) => ({ name, type: 'string' })) };

    expect(runKql('P | summarize count() by A, B', schema, rows)).toHaveLength(3);
    expect(runKql('P | distinct A, B', schema, rows)).toHaveLength(3);
  });

  it('makes as many groups as there are different rows, whatever is in them', () => {
    const schema: Schema = { P: ['A', 'B'].map((name) => ({ name, type: 'string' })) };
    // The pieces that keys of groups have been made of.
    const text = fc.array(fc.constantFrom('a', '1 ', '\u0000string:'), { maxLength: 2 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), (rows) => {
        const different = new Set(rows.map((row) => JSON.stringify(row)));
        expect(runKql('P | summarize by A, B', schema, rows)).toHaveLength(different.size);
      }),
      { numRuns: 50 },
    );
  });
});

describe('join', () => {
  const join = (how: string): unknown[][] =>
    runKql(`let X = datatable(Key: string, Value1: long)['a', 1, 'b', 2, 'b', 3, 'c', 4];
            let Y = datatable(Key: string, Value2: long)['b', 10, 'c', 20, 'c', 30, 'd', 40];
            X | join ${how}`);

  it('keeps one row of the left per key unless told otherwise', () => {
    expect(join('Y on Key')).toEqual([
      ['b', 2, 'b', 10],
      ['c', 4, 'c', 20],
      ['c', 4, 'c', 30],
    ]);
  });

  it('inner pairs all that match', () => {
    expect(join('kind=inner (Y | where Value2 < 30) on $left.Key == $right.Key')).toEqual([
      ['b', 2, 'b', 10],
      ['b', 3, 'b', 10],
      ['c', 4, 'c', 20],
    ]);
  });

  it('leftouter fills what does not match with nulls and empty texts', () => {
    expect(join('kind=leftouter Y on Key')[0]).toEqual(['a', 1, '', null]);
  });

  it('leftsemi and leftanti split the left side in two', () => {
    expect(join('kind=leftsemi hint.strategy=broadcast Y on Key')).toEqual([
      ['b', 2],
      ['b', 3],
      ['c', 4],
    ]);
    expect(join('kind=leftanti Y on Key')).toEqual([['a', 1]]);
  });

  it('takes several conditions, and a null matches a null', () => {
    expect(run('T | join kind=inner T on Name, N | project Name, N, N1')).toEqual([
      ['a', 7, 7],
      ['b', null, null],
      ['a', 3, 3],
    ]);
  });
});

it('union can be piped into', () => {
  expect(run('T | union (T | project Q = Name) | summarize count() by Q')).toEqual([
    ['', 3],
    ['a', 2],
    ['b', 1],
  ]);
});
