/** Finds the rows in the bytes of a query's answer as they arrive, so that nobody has to hold all of it. */
import { ServiceError } from '../errors.ts';

export interface WireParts {
  /** A table's rows begin. `number`: of the table, from 0; `before`: its bytes up to the rows, each a character. */
  rowsOf(number: number, before: string): void;
  /** Rows that follow each other, as JSON without the brackets around them. */
  rows(text: string): void;
  /** Takes a text as {@link rows} does if it is one; false, and nothing taken, if it is not. */
  tryRows(text: string): boolean;
}

const [QUOTE, BACKSLASH, OPEN, CLOSE, OPEN_BRACE, CLOSE_BRACE, COMMA] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d, 0x2c];
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
/** Between two rows; also in texts and in values that are arrays of arrays. */
const BETWEEN = '],[';
/** `{"tables":[{"rows":[`: the arrays and objects around a row. */
const TABLES_DEPTH = 2;
const ROWS_DEPTH = 4;

/** Where the text of a row begins, at or behind `from`. */
function nextRow(chunk: Buffer, from: number): number {
  let at = from;
  while (at < chunk.length && (chunk[at] === COMMA || isSpace(chunk[at] ?? 0))) at += 1;
  return at;
}

/** `end` gives the answer without its rows, and throws when it broke off. */
export function wireScanner(parts: WireParts): { push(chunk: Buffer): void; end(): string } {
  let outside = '';
  let tableFrom = 0;
  let table = -1;
  let depth = 0;
  let inText = false;
  let escaped = false;
  let inRows = false;
  /** Of a row that has begun, and whose end none of these pieces has. */
  let begun: Buffer[] = [];
  /** From the beginning of a row on, not looked at yet. */
  let waiting: Buffer | undefined;
  const brokeOff = (): ServiceError =>
    new ServiceError('workspace', 'unavailable', "The workspace's answer broke off.");

  const emit = (chunk: Buffer, from: number, to: number): void => {
    const part = chunk.subarray(from, to);
    const text = (begun.length === 0 ? part : Buffer.concat([...begun, part])).toString('utf8');
    begun = [];
    parts.rows(text);
  };

  /**
   * Guesses that the last `],[` stands between two rows, which is so where what comes before it is rows: a guess inside a
   * text or a value leaves that unfinished. Looking at every byte costs as much as parsing them all. False for a wrong guess.
   */
  const guessRows = (chunk: Buffer, from: number): boolean => {
    const end = begun.length > 0 ? -1 : chunk.lastIndexOf(BETWEEN);
    if (end < from || !parts.tryRows(chunk.toString('utf8', nextRow(chunk, from), end + 1))) return false;
    waiting = Buffer.from(chunk.subarray(end + 2));
    return true;
  };

  /** Rows from `from` on, byte by byte; answers where to go on outside of them, or the chunk's length. */
  const scanRows = (chunk: Buffer, from: number): number => {
    // Locals: this loop sees every byte of up to 100 MB.
    let [level, text, escape] = [depth, inText, escaped];
    const start = begun.length === 0 ? nextRow(chunk, from) : from;
    let rowEnd = -1;
    for (let at = start; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (text) {
        if (escape) escape = false;
        else if (byte === BACKSLASH) escape = true;
        else if (byte === QUOTE) text = false;
      } else if (level === ROWS_DEPTH && byte !== OPEN && byte !== CLOSE && byte !== COMMA && !isSpace(byte)) {
        throw brokeOff();
      } else if (byte === QUOTE) text = true;
      else if (byte === OPEN || byte === OPEN_BRACE) level += 1;
      else if (byte === CLOSE || byte === CLOSE_BRACE) {
        level -= 1;
        if (level === ROWS_DEPTH) rowEnd = at + 1;
        else if (level < ROWS_DEPTH) {
          if (rowEnd > 0 || begun.length > 0) emit(chunk, start, Math.max(rowEnd, start));
          outside += ']';
          [depth, inText, inRows] = [level, false, false];
          return at + 1;
        }
      }
    }
    // Copied: the chunk's memory may be used again for the next one.
    if (rowEnd > 0) {
      emit(chunk, start, rowEnd);
      [depth, inText, escaped] = [ROWS_DEPTH, false, false];
      waiting = Buffer.from(chunk.subarray(nextRow(chunk, rowEnd)));
    } else {
      [depth, inText, escaped] = [level, text, escape];
      if (start < chunk.length) begun.push(Buffer.from(chunk.subarray(start)));
    }
    return chunk.length;
  };

  /** Everything else from `from` on; answers where rows begin, or the chunk's length. */
  const scanOutside = (chunk: Buffer, from: number): number => {
    let start = from;
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inText = false;
        continue;
      }
      if (byte === QUOTE) inText = true;
      else if (byte === CLOSE || byte === CLOSE_BRACE) depth -= 1;
      else if (byte === OPEN || byte === OPEN_BRACE) {
        outside += chunk.toString('latin1', start, at);
        start = at;
        if (depth === TABLES_DEPTH) [tableFrom, table] = [outside.length, table + 1];
        depth += 1;
        if (depth === ROWS_DEPTH && byte === OPEN && /"rows"\s*:\s*$/.test(outside.slice(-40))) {
          outside += '[';
          inRows = true;
          parts.rowsOf(table, outside.slice(tableFrom));
          return at + 1;
        }
      }
    }
    outside += chunk.toString('latin1', start);
    return chunk.length;
  };

  const scan = (chunk: Buffer, mayGuess: boolean): void => {
    for (let at = 0; at < chunk.length;) {
      if (inRows && mayGuess && guessRows(chunk, at)) return;
      at = inRows ? scanRows(chunk, at) : scanOutside(chunk, at);
    }
  };

  return {
    push(chunk) {
      const bytes = waiting ? Buffer.concat([waiting, chunk]) : chunk;
      waiting = undefined;
      scan(bytes, true);
    },
    end() {
      const last = waiting;
      waiting = undefined;
      if (last) scan(last, false);
      if (outside.trim() === '')
        throw new ServiceError('workspace', 'unavailable', 'The workspace answered with an empty body.');
      if (depth !== 0 || inText) throw brokeOff();
      // Kept byte by byte until here, so that a character that two chunks share is whole again.
      return Buffer.from(outside, 'latin1').toString('utf8');
    },
  };
}
