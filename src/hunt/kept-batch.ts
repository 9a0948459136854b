/** Puts rows together as JSON in UTF-8, and packs them in batches: a batch is a few milliseconds' work, and nobody holds the rows. */
import type { PlainRow } from './plain-row.ts';

/** Makes a text small, or its UTF-8; what is kept of a run is held like that and in no other way. Keeps no hold of what it is given. */
export type Pack = (content: string | Uint8Array) => Uint8Array;

const ROWS = 1_000;
const BYTES = 200_000;

/** Bytes of UTF-8 for a unit of UTF-16, at most. */
const LONGEST = 3;
const [OPEN, CLOSE, COMMA] = [0x5b, 0x5d, 0x2c];
const NOTHING = Buffer.from('null');

export interface KeptBatch {
  /** A row as JSON. */
  add(row: string): void;
  /** These cells of a row that has all of them, in this order. */
  addPlain(row: PlainRow, runs: readonly CellRun[]): void;
  flush(): void;
}

/** Cells that follow each other in a row. */
export interface CellRun {
  /** -1: a cell that no row has. */
  readonly first: number;
  readonly last: number;
}

/** The cells at these places, as few runs: each is copied as a whole. */
export function runsOf(places: readonly number[]): readonly CellRun[] {
  const runs: { first: number; last: number }[] = [];
  for (const place of places) {
    const before = runs.at(-1);
    if (before && before.first >= 0 && place === before.last + 1) before.last = place;
    else runs.push({ first: place, last: place });
  }
  return runs;
}

export function batchOf(pack: Pack, take: (packed: Uint8Array) => void): KeptBatch {
  let bytes = Buffer.allocUnsafe(2 * BYTES);
  let end = 0;
  let rows = 0;
  /** Begins a row of at most so many bytes. */
  const begin = (most: number): void => {
    // A comma and brackets come on top.
    if (end + most + 4 > bytes.length) {
      const larger = Buffer.allocUnsafe((end + most + 4) * 2);
      larger.set(bytes.subarray(0, end));
      bytes = larger;
    }
    bytes[end] = rows === 0 ? OPEN : COMMA;
    end += 1;
    rows += 1;
  };
  const flush = (): void => {
    if (rows === 0) return;
    bytes[end] = CLOSE;
    take(pack(bytes.subarray(0, end + 1)));
    end = 0;
    rows = 0;
  };
  const flushIfFull = (): void => {
    if (rows >= ROWS || end > BYTES) flush();
  };
  return {
    add(row) {
      begin(row.length * LONGEST);
      end += bytes.write(row, end);
      flushIfFull();
    },
    addPlain({ bytes: from, length, starts, ends }, runs) {
      begin((ends[length - 1] ?? 0) - (starts[0] ?? 0) + runs.length * (NOTHING.length + 1));
      let at = end;
      bytes[at] = OPEN;
      for (const { first, last } of runs) {
        at += 1;
        const isThere = first >= 0;
        const source = isThere ? from : NOTHING;
        const sourceEnd = isThere ? (ends[last] ?? 0) : NOTHING.length;
        for (let next = isThere ? (starts[first] ?? 0) : 0; next < sourceEnd; next += 1, at += 1)
          bytes[at] = source[next] ?? 0;
        bytes[at] = COMMA;
      }
      bytes[at] = CLOSE;
      end = at + 1;
      flushIfFull();
    },
    flush,
  };
}
