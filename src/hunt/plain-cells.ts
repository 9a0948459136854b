/** Cells of a plain row as values, without a text on the way; as `sighting.ts` reads them from texts. */
import { isNothing, isText, type PlainRow } from './plain-row.ts';
import { millisecondsAmong, UNUSUAL } from './seconds.ts';
import type { TextList } from './text-list.ts';

/** Of a cell that has to be read as a text. */
export const UNREAD = UNUSUAL;

const [COMMA, MINUS, ZERO, NINE, OPEN, CLOSE] = [0x2c, 0x2d, 0x30, 0x39, 0x5b, 0x5d];

/** Adds a cell that is a text or nothing. */
export function addCell(texts: TextList, row: PlainRow, cell: number): void {
  if (isNothing(row, cell)) texts.add('');
  else texts.addPart(row.bytes, (row.starts[cell] ?? 0) + 1, (row.ends[cell] ?? 0) - 1);
}

/** Milliseconds since 1970; NaN where there is no instant, or {@link UNREAD}. */
export function instantIn(row: PlainRow, cell: number): number {
  if (isNothing(row, cell) || !isText(row, cell)) return Number.NaN;
  return millisecondsAmong(row.bytes, (row.starts[cell] ?? 0) + 1, (row.ends[cell] ?? 0) - 1);
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
  const { bytes, starts, ends } = row;
  const [from, to] = [(starts[cell] ?? 0) + 1, (ends[cell] ?? 0) - 1];
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
