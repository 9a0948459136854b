/**
 * A row of JSON in the bytes it came in, each text of which is printable ASCII without an escape: a byte is a character there. Most
 * rows of a large answer are of devices of which nothing is to be told, and that can be seen without a single string.
 * Valid until the next row.
 */
export interface PlainRow {
  readonly bytes: Uint8Array;
  /** How many cells it has: texts, whole numbers, `null`, `true` and `false`. */
  readonly length: number;
  /** Where each cell begins; a text with its quote. */
  readonly starts: Uint32Array;
  /** Where each cell ends, that is, the place behind it. */
  readonly ends: Uint32Array;
}

const [QUOTE, N] = [0x22, 0x6e];

export const isText = ({ bytes, starts }: PlainRow, cell: number): boolean => bytes[starts[cell] ?? 0] === QUOTE;

/** Also where there is no such cell. */
export const isNothing = ({ bytes, length, starts }: PlainRow, cell: number): boolean =>
  cell < 0 || cell >= length || bytes[starts[cell] ?? 0] === N;

/** Where a text begins and ends, without its quotes. */
export const textFrom = ({ starts }: PlainRow, cell: number): number => (starts[cell] ?? 0) + 1;
export const textTo = ({ ends }: PlainRow, cell: number): number => (ends[cell] ?? 0) - 1;
