/** Takes rows apart in the bytes they came in, as far as they are plain. */
import type { PlainRow } from '../hunt/plain-row.ts';

const [QUOTE, BACKSLASH, OPEN, CLOSE, OPEN_BRACE, CLOSE_BRACE, COMMA] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d, 0x2c];
const [ZERO, NINE, MINUS] = [0x30, 0x39, 0x2d];
const MOST_CELLS = 64;
/** Of a number with more digits the double may not be the same number. */
const MOST_DIGITS = 15;
const LITERALS = ['null', 'true', 'false'].map((word) => Buffer.from(word));

/** 1: stands for itself in a text. */
const ITSELF = new Uint8Array(256).fill(1, 0x20, 0x7f);
ITSELF[QUOTE] = 0;
ITSELF[BACKSLASH] = 0;

/** Not a plain row; where a row ends is never at 0. */
export const NOT_PLAIN = 0;
/** The bytes end before the row does. */
export const UNFINISHED = -1;

export interface PlainRows {
  readonly row: PlainRow;
  /** Reads the row that begins at `from` into {@link row}; where it ends, or {@link NOT_PLAIN} or {@link UNFINISHED}. */
  read(bytes: Buffer, from: number): number;
}

export function plainRows(): PlainRows {
  const starts = new Uint32Array(MOST_CELLS);
  const ends = new Uint32Array(MOST_CELLS);
  const row = { bytes: new Uint8Array() as Uint8Array, length: 0, starts, ends };
  return {
    row,
    read(bytes, from) {
      const { length } = bytes;
      if (from >= length) return UNFINISHED;
      if (bytes[from] !== OPEN) return NOT_PLAIN;
      let at = from + 1;
      for (let cell = 0; cell < MOST_CELLS && at < length; cell += 1) {
        const end = bytes[at] === QUOTE ? textEnd(bytes, at) : valueEnd(bytes, at);
        if (end <= 0) return end;
        if (end >= length) return UNFINISHED;
        starts[cell] = at;
        ends[cell] = end;
        at = end + 1;
        const next = bytes[end];
        if (next === COMMA) continue;
        if (next !== CLOSE) return NOT_PLAIN;
        row.bytes = bytes;
        row.length = cell + 1;
        return at;
      }
      return at < length ? NOT_PLAIN : UNFINISHED;
    },
  };
}

// Nothing is read behind the end: what V8 has compiled for places within is thrown away for one that is not.
function textEnd(bytes: Buffer, from: number): number {
  const { length } = bytes;
  let at = from + 1;
  while (at < length && ITSELF[bytes[at] ?? 0] === 1) at += 1;
  if (at === length) return UNFINISHED;
  return bytes[at] === QUOTE ? at + 1 : NOT_PLAIN;
}

function valueEnd(bytes: Buffer, from: number): number {
  const { length } = bytes;
  const first = bytes[from] === MINUS ? from + 1 : from;
  let at = first;
  while (at < length && isDigit(bytes[at] ?? 0)) at += 1;
  if (at === length) return UNFINISHED;
  const digits = at - first;
  if (digits > 0) return digits > MOST_DIGITS || (digits > 1 && bytes[first] === ZERO) ? NOT_PLAIN : at;
  if (first > from) return NOT_PLAIN;
  for (const word of LITERALS) {
    if (bytes[from] !== word[0]) continue;
    if (from + word.length > length) return UNFINISHED;
    return word.equals(bytes.subarray(from, from + word.length)) ? from + word.length : NOT_PLAIN;
  }
  return NOT_PLAIN;
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;

/** Where the row that begins at `from` ends, plain or not: its brackets are counted, and what is in them is not looked at. */
export function rowEnd(bytes: Buffer, from: number): number {
  if (bytes[from] !== OPEN) return from < bytes.length ? NOT_PLAIN : UNFINISHED;
  let level = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      for (at += 1; at < bytes.length && bytes[at] !== QUOTE; at += 1) if (bytes[at] === BACKSLASH) at += 1;
    } else if (byte === OPEN || byte === OPEN_BRACE) level += 1;
    else if (byte === CLOSE || byte === CLOSE_BRACE) {
      level -= 1;
      if (level === 0) return at + 1;
    }
  }
  return UNFINISHED;
}
