import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document } from 'yaml';
import { readHuntFile } from '../../src/hunt-files/hunt-file.ts';

const HEAD = 'id: 11111111-2222-3333-4444-555555555555\nname: n\n';
const read = (text: string) => readHuntFile('x.yaml', text);

/** The sign of the file at a character of the query. */
function signAt(text: string, offset: number): string | undefined {
  const { line, column } = read(text).placeInQuery(offset);
  return text.split(/\r\n?|\n/)[line - 1]?.charAt(column - 1);
}
const everySignStandsWhereItIsToldTo = (text: string): void => {
  const query = read(text).draft?.query ?? '';
  expect(query).not.toBe('');
  for (const [offset, sign] of [...query].entries()) if (/\S/.test(sign)) expect(signAt(text, offset)).toBe(sign);
};

describe('a place in a query is told as a place in its file', () => {
  it.each([
    ['a block', 'query: |\n  T\n  | where a == 1\n\n    // indented\n  | take 5\n'],
    ['a block with a comment at its head', 'query: |- # KQL\n    T\n    | take 5\n'],
    ['a folded block', 'query: >\n  T\n  | where a == 1\n\n  | take 5\n'],
    ['one line', 'query: T | where a == 1\n'],
    ['a plain text over several lines', 'query: T\n  | where a == 1\n\n  | take 5\n'],
    ['single quotes', "query: 'T | where a == ''b''\n  | take 5'\n"],
    ['double quotes', 'query: "T | where a in (5, 6)\n  | take 5"\n'],
    ['an alias', 'description: &q T | take 5\nquery: *q\n'],
    ['lines from Windows', 'query: |\r\n  T\r\n  | take 5\r\n'],
  ])('in %s', (_form, query) => {
    everySignStandsWhereItIsToldTo(HEAD + query);
  });

  it('past what quotes escape', () => {
    const text = `${HEAD}query: "T\\n| where a == \\"b\\" \\\n    \\x7c take \\u0035 | count"\n`;

    expect(read(text).draft?.query).toBe('T\n| where a == "b" | take 5 | count');
    expect(read(text).placeInQuery(read(text).draft?.query.indexOf('count') ?? 0)).toEqual({ line: 4, column: 24 });
  });

  it('after a byte order mark, and behind the end at the end', () => {
    const text = `\ufeff${HEAD}query: |\n  T\n`;

    expect(read(text).placeInQuery(0)).toEqual({ line: 4, column: 3 });
    expect(read(text).placeInQuery(99)).toEqual({ line: 4, column: 4 });
  });

  it('whatever the query, and however it is written', () => {
    const sign = fc.constantFrom(
      'T',
      '|',
      ' ',
      '  ',
      '\n',
      '\n\n',
      '"',
      "'",
      '\\',
      ':',
      '#',
      '- ',
      'é',
      '😀',
      '\t',
      ',',
    );
    const style = fc.constantFrom('BLOCK_LITERAL', 'BLOCK_FOLDED', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'PLAIN');
    fc.assert(
      fc.property(fc.array(sign, { minLength: 1 }), style, fc.constantFrom(2, 4), (signs, form, indent) => {
        const query = `T${signs.join('')}`;
        const document = new Document({ id: '11111111-2222-3333-4444-555555555555', name: 'n', query });
        const node = document.get('query', true) as { type?: string };
        node.type = form;
        const text = document.toString({ indent });
        const found = read(text).draft?.query ?? '';
        fc.pre(found === query);
        for (let at = 0; at < query.length; at += 1) {
          const isEscaped = signAt(text, at) === '\\' || /["'\\]/.test(query.charAt(at));
          if (/\S/.test(query.charAt(at)) && !isEscaped) expect(signAt(text, at)).toBe(query.charAt(at));
        }
      }),
    );
  });
});

it('a place in a repaired file is a place in the file as it is', () => {
  const broken = `${HEAD}requiredDataConnectors:\n  - connectorId: M365\n  dataTypes:\n    - DeviceInfo\nquery: T | where x > ago(1d)\n`;

  expect(read(broken).placeOf(['requiredDataConnectors', 0, 'dataTypes', 0])).toEqual({ line: 6, column: 7 });
  expect(read(broken).placeOf(['requiredDataConnectors', 0, 'dataTypes'])).toEqual({ line: 6, column: 5 });
});

it('a path leads to the innermost part that the file has', () => {
  const text = `${HEAD}query: T | where x > ago(1d)\ntests:\n  - name: a\n    tables: { T: [{ x: 1 }] }\n    finds: []\n`;

  expect(read(text).placeOf(['tests', 0, 'tables', 'T', 0, 'x'])).toEqual({ line: 6, column: 24 });
  expect(read(text).placeOf(['tests', 0, 'tables', 'U'])).toEqual({ line: 6, column: 13 });
  expect(read(text).placeOf(['tests', 7])).toEqual({ line: 5, column: 3 });
});

it('whole numbers in tests keep every digit', () => {
  const row = '{ small: 11, long: 9223372036854775807, real: 1.5, text: "7", none: null, list: [9007199254740993] }';
  const text = `${HEAD}query: T | where x > ago(1d)\ntests:\n  - name: a\n    tables: { T: [${row}] }\n    finds: []\n`;

  expect(read(text).tests[0]?.tables['T']).toEqual([
    { small: 11, long: 9223372036854775807n, real: 1.5, text: '7', none: null, list: [9007199254740993n] },
  ]);
});
