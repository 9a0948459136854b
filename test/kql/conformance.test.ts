import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runKql } from '../support/kql.ts';

interface Case {
  readonly query: string;
  readonly expected: string;
  /** The address of the page that the case is a fact of. */
  readonly source: string;
}

const REFERENCE = 'https://learn.microsoft.com/kusto/query/';
const folder = new URL('cases/', import.meta.url);

/** `@ source`, then lines of `query ⇒ what it gives`. */
function casesOf(file: string): readonly Case[] {
  let source = '';
  return readFileSync(new URL(file, folder), 'utf8')
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('@ ')) source = line.slice(2).replace(/^(?!https:)/, REFERENCE);
      const [query, expected] = line.split(' ⇒ ');
      return query !== undefined && expected !== undefined && !line.startsWith('#')
        ? [{ query, expected, source }]
        : [];
    });
}

/** An expression is what `print` gives of it; anything else is a table. */
const isQuery = (text: string): boolean => /^(?:print|range|datatable ?\(|union|let)\b(?! ?\(\d)/.test(text);

function answer(text: string): unknown {
  return isQuery(text) ? runKql(text) : runKql(`print v = ${text}`)[0]?.[0];
}

const files = readdirSync(folder).filter((file) => file.endsWith('.txt'));
const all = files.map((file) => ({ file, cases: casesOf(file) }));

describe.each(all)('$file', ({ cases }) => {
  it.each(cases)('$query ⇒ $expected', ({ query, expected }) => {
    const refused = /^refused:? ?(.*)$/.exec(expected);
    if (refused) expect(() => answer(query)).toThrow(refused[1]);
    else expect(answer(query)).toEqual(JSON.parse(expected));
  });
});

it('there are enough of them, each with its source', () => {
  const cases = all.flatMap((each) => each.cases);

  expect(cases.length).toBeGreaterThan(400);
  expect(cases.filter(({ source }) => !URL.canParse(source))).toEqual([]);
});
