/** Finds the rows in the bytes of a query's answer as they arrive, so that nobody has to hold all of it. */
import { ServiceError } from '../errors.ts';
import type { PlainRow } from '../hunt/plain-row.ts';
import { pieces } from './pieces.ts';
import { NOT_PLAIN, plainRows, rowEnd, UNFINISHED } from './plain-rows.ts';

export interface WireParts {
  /** A table's rows begin. `number`: of the table, from 0; `before`: its bytes up to the rows, each a character. */
  rowsOf(number: number, before: string): void;
  /** Rows that follow each other, as JSON without the brackets around them. */
  rows(text: string): void;
  /** Takes a text as {@link rows} does if it is one; false, and nothing taken, if it is not. */
  tryRows(text: string): boolean;
  /** Whether it is worth while to ask {@link plainRow} of the rows that begin now. */
  takesPlain(): boolean;
  /** Takes a row as its bytes; false, and nothing taken, where it is to be given to {@link rows}. */
  plainRow(row: PlainRow): boolean;
}

const [QUOTE, BACKSLASH, OPEN, CLOSE, OPEN_BRACE, CLOSE_BRACE, COMMA] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d, 0x2c];
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
/** Between two rows; also in texts and in values that are arrays of arrays. */
const BETWEEN = '],[';
/** `{"tables":[{"rows":[`: the arrays and objects around a row. */
const TABLES_DEPTH = 2;
const ROWS_DEPTH = 4;
/** A row of so many bytes is not put together with each further piece, but scanned as it comes. */
const LONG_ROW = 64 * 1024;

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
  const desk = pieces();
  const wait = (chunk: Buffer, from: number): void => {
    desk.keep(chunk.subarray(from));
  };
  const plain = plainRows();
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
    wait(chunk, end + 2);
    return true;
  };

  /**
   * Rows from `from` on, one by one; those that nobody takes as their bytes are given together. Answers where to go on in another
   * way, or the chunk's length.
   */
  const takePlain = (chunk: Buffer, from: number): number => {
    let at = nextRow(chunk, from);
    /** Behind the row before this one, and where the rows before it begin that nobody has taken. */
    let [behind, refused] = [at, at];
    const giveRefused = (): void => {
      if (refused < behind) parts.rows(chunk.toString('utf8', refused, behind));
    };
    for (;;) {
      const plainEnd = plain.read(chunk, at);
      const end = plainEnd === NOT_PLAIN ? rowEnd(chunk, at) : plainEnd;
      if (plainEnd > 0 || end <= 0) giveRefused();
      if (end === UNFINISHED && chunk.length - at <= LONG_ROW) {
        wait(chunk, at);
        return chunk.length;
      }
      if (end <= 0) return at;
      if (plainEnd > 0) refused = parts.plainRow(plain.row) ? end + 1 : at;
      behind = end;
      if (end + 1 >= chunk.length || chunk[end] !== COMMA || chunk[end + 1] !== OPEN) break;
      at = end + 1;
    }
    giveRefused();
    return behind;
  };

  /** Rows from `from` on, byte by byte; answers where to go on outside of them, or the chunk's length. */
  const scanRows = (chunk: Buffer, from: number): number => {
    // Locals: this loop sees every byte of up to 100 MB.
    let [level, text, escape] = [depth, inText, escaped];
    const start = begun.length === 0 ? nextRow(chunk, from) : from;
    let behind = -1;
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
        if (level === ROWS_DEPTH) behind = at + 1;
        else if (level < ROWS_DEPTH) {
          if (behind > 0 || begun.length > 0) emit(chunk, start, Math.max(behind, start));
          outside += ']';
          [depth, inText, inRows] = [level, false, false];
          return at + 1;
        }
      }
    }
    if (behind > 0) {
      emit(chunk, start, behind);
      [depth, inText, escaped] = [ROWS_DEPTH, false, false];
      wait(chunk, nextRow(chunk, behind));
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
      if (inRows && mayGuess && begun.length === 0 && parts.takesPlain()) at = takePlain(chunk, at);
      if (at >= chunk.length) return;
      if (inRows && mayGuess && guessRows(chunk, at)) return;
      at = inRows ? scanRows(chunk, at) : scanOutside(chunk, at);
    }
  };

  return {
    push(chunk) {
      scan(desk.with(chunk), true);
    },
    end() {
      scan(desk.with(Buffer.alloc(0)), false);
      if (outside.trim() === '')
        throw new ServiceError('workspace', 'unavailable', 'The workspace answered with an empty body.');
      if (depth !== 0 || inText) throw brokeOff();
      // Kept byte by byte until here, so that a character that two chunks share is whole again.
      return Buffer.from(outside, 'latin1').toString('utf8');
    },
  };
}
