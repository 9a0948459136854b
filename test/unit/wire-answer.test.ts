import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWireAnswer, wireReader } from '../../src/azure/wire-answer.ts';
import { collectRows, type QueryAnswer } from '../../src/hunt/answer.ts';

const COLUMNS = [
  { name: 'DeviceId', type: 'string' },
  { name: 'Count', type: 'long' },
];
const table = (rows: unknown, name = 'PrimaryResult', columns: unknown = COLUMNS): unknown => ({ name, columns, rows });
const text = (...tables: readonly unknown[]): string => JSON.stringify({ tables });

/** Reads bytes in pieces that end at these places. */
function inPieces(bytes: Buffer, ends: readonly number[]): QueryAnswer {
  const wire = wireReader(collectRows());
  let from = 0;
  for (const end of [...ends.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    wire.push(bytes.subarray(from, end));
    from = end;
  }
  return wire.end();
}
const read = (body: string): QueryAnswer => inPieces(Buffer.from(body), []);

describe('an answer from the wire', () => {
  it('is the same wherever its bytes are cut', () => {
    // Lone surrogates have no bytes of their own; the service cannot send them.
    const cell = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('"', '\\', '[', ']', '{', ',', ' ') }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, fc.integer())),
        fc.array(fc.nat()),
        fc.constantFrom(0, 1),
        (rows, ends, indent) => {
          const bytes = Buffer.from(JSON.stringify({ tables: [table(rows)], error: undefined }, null, indent));

          expect(inPieces(bytes, ends)).toEqual({ columns: COLUMNS, rows });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is the same where values hold what stands between rows', () => {
    const nested = fc.array(fc.array(fc.constantFrom(1, '],[', 'a]')));
    fc.assert(
      fc.property(fc.array(fc.tuple(nested, nested)), fc.array(fc.nat()), (rows, ends) => {
        const texts = rows.map((row) => row.map((value) => JSON.stringify(value)));

        expect(inPieces(Buffer.from(text(table(rows), table([[[1], [2]]], 'Other'))), ends).rows).toEqual(texts);
      }),
      { numRuns: 500 },
    );
  });

  it('gives every single byte by itself', () => {
    const rows = [
      ['ä', 1],
      ['😀"]', 2],
    ];
    const bytes = Buffer.from(text(table(rows)));

    expect(inPieces(bytes, bytes.map((_, at) => at) as unknown as number[]).rows).toEqual(rows);
    expect(inPieces(bytes, [...bytes.keys()]).rows).toEqual(rows);
  });

  it('breaks off wherever its end is missing, instead of being a smaller answer', () => {
    const whole = text(
      table([
        ['a', 1],
        ['b', 2],
      ]),
    );
    for (let length = 0; length < whole.length; length += 1)
      expect(() => read(whole.slice(0, length)), whole.slice(0, length)).toThrow(/broke off|empty body|no result/);
    expect(read(whole).rows).toHaveLength(2);
  });

  it('is of the primary table, wherever that stands', () => {
    const primary = table([['a', 1]]);
    const other = table([['x', 9]], 'Other');

    expect(read(text(primary, other)).rows).toEqual([['a', 1]]);
    expect(read(text(other, primary)).rows).toEqual([['a', 1]]);
    expect(read(text(other)).rows).toEqual([['x', 9]]);
  });

  it('finds its columns behind its rows, too', () => {
    expect(read(text({ rows: [['a', 1]], name: 'PrimaryResult', columns: COLUMNS }))).toEqual({
      columns: COLUMNS,
      rows: [['a', 1]],
    });
  });

  it('is not confused by other things that are called rows', () => {
    const body = JSON.stringify({
      statistics: { rows: [1, 2], query: { rows: '[[' } },
      tables: [table([['rows', 1]])],
      render: { visualization: '"rows":[' },
    });

    expect(read(body).rows).toEqual([['rows', 1]]);
  });

  it('may have no rows and no tables', () => {
    expect(read(text(table([])))).toEqual({ columns: COLUMNS, rows: [] });
    expect(read('{"tables":[]}')).toEqual({ columns: [], rows: [] });
    expect(() => read('{"value":1}')).toThrow('no result');
    expect(() => read('<html></html>')).toThrow('broke off');
  });

  it.each(['[1,2]', '["a"]', '[null]', '[{"a":1},2]', '[["a",1}]'])('refuses rows that are none: %s', (rows) => {
    expect(() => read(`{"tables":[{"name":"PrimaryResult","columns":[],"rows":${rows}}]}`)).toThrow('broke off');
  });

  it('tells of an error that follows the rows', () => {
    const body = JSON.stringify({ tables: [table([['a', 1]])], error: { code: 'PartialError', message: 'Some.' } });

    expect(read(body)).toMatchObject({ rows: [['a', 1]], partial: { code: 'PartialError' } });
  });

  it('gives each row once and in order, as its bytes to a reader that takes it like that, or as cells', () => {
    const cell = fc.oneof(
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('"', '\\', '[', ']', '{', ',', ' ', '\u007f', '\u001f') }),
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.constantFrom(-1, 0.5, 1e21, 10 ** 14, 10 ** 15),
      fc.constantFrom('x'.repeat(70_000), '"'.repeat(40_000)),
    );
    const usual = fc.tuple(fc.constantFrom('a', 'B c', ''), fc.nat(), fc.constant(null));
    let taken = 0;
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.array(cell, { minLength: 1, maxLength: 4 }), usual), { maxLength: 8 }),
        fc.array(fc.nat()),
        fc.array(fc.boolean(), { minLength: 1 }),
        fc.constantFrom(0, 1),
        (rows, ends, takes, indent) => {
          const given: unknown[] = [];
          let asked = 0;
          const wire = wireReader({
            ...collectRows(),
            row: (cells) => given.push(cells),
            plainRow({ bytes, length, starts, ends: cellEnds }) {
              if (takes[(asked += 1) % takes.length] !== true) return false;
              taken += 1;
              const texts = Array.from({ length }, (_, n) =>
                Buffer.from(bytes.subarray(starts[n], cellEnds[n])).toString('latin1'),
              );
              given.push(texts.map((text) => JSON.parse(text) as unknown));
              return true;
            },
          });
          const body = Buffer.from(JSON.stringify({ tables: [table(rows), table([['x']], 'Other')] }, null, indent));
          let from = 0;
          for (const end of [...ends.map((at) => at % (body.length + 1)).sort((a, b) => a - b), body.length]) {
            wire.push(body.subarray(from, end));
            from = end;
          }
          wire.end();

          expect(given).toEqual(rows);
        },
      ),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it.each(['["a"', '["a",]', '["a"1]', '[01]', '[1,-]', '[nul]', '[tru]', '[]x', '["\u0001"]'])(
    'breaks off at a row that is no JSON, whoever reads it: %s',
    (row) => {
      const wire = wireReader({ ...collectRows(), plainRow: () => true });
      expect(() => {
        wire.push(Buffer.from(`{"tables":[{"name":"PrimaryResult","columns":[],"rows":[["a",1],${row}]}]}`));
        wire.end();
      }).toThrow('broke off');
    },
  );

  it('comes from a stream as well', async () => {
    const body = Buffer.from(text(table([['a', 1]])));
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for (const byte of body) yield await Promise.resolve(Uint8Array.of(byte));
    };

    expect((await readWireAnswer(pieces(), collectRows())).rows).toEqual([['a', 1]]);
  });
});
