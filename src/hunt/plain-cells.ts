/** Cells of a plain row as values, without a text on the way; as `sighting.ts` reads them from texts. */
import { LONGEST_NAME, nameHashAmong, NO_NAME, type NameHash } from './name-hash.ts';
import { isNothing, isText, textFrom, textTo, type PlainRow } from './plain-row.ts';
import { millisecondsAmong, secondsAmong, UNUSUAL, type Seconds } from './seconds.ts';
import type { TextList } from './text-list.ts';

/** Of a cell that has to be read as a text. */
export const UNREAD = UNUSUAL;

const [COMMA, MINUS, ZERO, NINE, OPEN, CLOSE] = [0x2c, 0x2d, 0x30, 0x39, 0x5b, 0x5d];

/** Adds a cell that is a text or nothing. */
export function addCell(texts: TextList, row: PlainRow, cell: number): void {
  if (isNothing(row, cell)) texts.add('');
  else texts.addPart(row.bytes, textFrom(row, cell), textTo(row, cell));
}

/** Milliseconds since 1970; NaN where there is no instant, or {@link UNREAD}. */
export function instantIn(row: PlainRow, cell: number): number {
  if (isNothing(row, cell) || !isText(row, cell)) return Number.NaN;
  return millisecondsAmong(row.bytes, textFrom(row, cell), textTo(row, cell));
}

/** The same in seconds; 0 where there is no cell. */
export function secondsOf(row: PlainRow, cell: number): Seconds {
  if (isNothing(row, cell)) return 0;
  return isText(row, cell) ? secondsAmong(row.bytes, textFrom(row, cell), textTo(row, cell)) : UNREAD;
}

/** Undefined for what is no text, or a very long one. */
export function nameHashIn(row: PlainRow, cell: number): NameHash | undefined {
  if (isNothing(row, cell)) return NO_NAME;
  const [from, to] = [textFrom(row, cell), textTo(row, cell)];
  return isText(row, cell) && to - from <= LONGEST_NAME ? nameHashAmong(row.bytes, from, to) : undefined;
}

/** A whole number that is not below zero; NaN where there is none, or {@link UNREAD}. */
export function countIn(row: PlainRow, cell: number): number {
  if (isNothing(row, cell)) return Number.NaN;
  const { bytes, starts, ends } = row;
  let count = 0;
  for (let at = starts[cell] ?? 0; at < (ends[cell] ?? 0); at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) return UNREAD;
    count = count * 10 + byte - ZERO;
  }
  return count;
}

/** How many report ids a cell names, or {@link UNREAD}: nothing, one, or a list of whole numbers without blanks. */
export function reportCountIn(row: PlainRow, cell: number): number {
  if (isNothing(row, cell)) return 0;
  if (!isText(row, cell)) return 1;
  const { bytes } = row;
  const [from, to] = [textFrom(row, cell), textTo(row, cell)];
  if (from === to) return 0;
  if (bytes[from] !== OPEN) return 1;
  if (bytes[to - 1] !== CLOSE) return UNREAD;
  if (to - from === 2) return 0;
  let count = 0;
  for (let at = from + 1; at < to; at += 1, count += 1) {
    const first = bytes[at] === MINUS ? at + 1 : at;
    at = first;
    while ((bytes[at] ?? 0) >= ZERO && (bytes[at] ?? 0) <= NINE) at += 1;
    const isNumber = at > first && (bytes[first] !== ZERO || at === first + 1);
    if (!isNumber || bytes[at] !== (at === to - 1 ? CLOSE : COMMA)) return UNREAD;
  }
  return count;
}
