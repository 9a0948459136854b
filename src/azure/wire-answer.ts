import { setImmediate } from 'node:timers/promises';
import { ServiceError } from '../errors.ts';
import type { AnswerColumn, Cell, PartialAnswer, RowReader } from '../hunt/answer.ts';
import { innermost } from './query-failure.ts';
import { wireScanner } from './wire-scanner.ts';

/** The service truncates at 500,000 rows or about 100 MiB, and does not always say so. */
const ROW_LIMIT = 500_000;
const BYTE_LIMIT = 100 * 1024 * 1024;
const PRIMARY = 'PrimaryResult';
/** What has arrived is read without a break until there is no more of it; some ten milliseconds' work later others get their turn. */
const BYTES_AT_ONCE = 128 * 1024;

/** Reads the API's answer from its own bytes, as they arrive; {@link wireReader} says how. */
export async function readWireAnswer<T>(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  reader: RowReader<T>,
): Promise<T> {
  const wire = wireReader(reader);
  let bytes = 0;
  for await (const chunk of chunks) {
    const part =
      typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    wire.push(part);
    bytes += part.length;
    if (bytes < BYTES_AT_ONCE) continue;
    bytes = 0;
    await setImmediate();
  }
  return wire.end();
}

/**
 * Gives the rows of an answer to a reader while its bytes come. The SDK's reading turns a null datetime into 1970, rounds
 * 64-bit values and needs 1.7 GB for 500,000 rows. Throws a {@link ServiceError} for a body that is empty or breaks off.
 */
export function wireReader<T>(reader: RowReader<T>): { push(chunk: Buffer): void; end(): T } {
  let bytes = 0;
  let count = 0;
  let found = false;
  let inPrimary = false;
  /** Rows of tables that do not say yet whether they are the one that was asked for, or which columns they have. */
  const unsure = new Map<number, string[]>();
  let kept: string[] = [];
  const giveRows = (rows: unknown): void => {
    for (const row of rows as Cell[][]) {
      count += 1;
      reader.row(row.every(isCell) ? row : row.map(cellOf));
    }
  };
  const give = (text: string): void => {
    giveRows(parse(`[${text}]`));
  };
  const scanner = wireScanner({
    rowsOf(number, before) {
      const columns = found ? undefined : primaryColumns(before);
      inPrimary = columns !== undefined;
      kept = [];
      if (columns) {
        found = true;
        reader.columns(columns);
      } else unsure.set(number, kept);
    },
    rows(text) {
      if (inPrimary) give(text);
      else if (!found) kept.push(text);
    },
    tryRows(text) {
      const rows = inPrimary ? parsed(`[${text}]`) : undefined;
      if (!Array.isArray(rows) || !rows.every(Array.isArray)) return false;
      giveRows(rows);
      return true;
    },
    takesPlain: () => inPrimary && reader.plainRow !== undefined,
    plainRow(row) {
      if (reader.plainRow?.(row) !== true) return false;
      count += 1;
      return true;
    },
  });
  return {
    push(chunk) {
      bytes += chunk.length;
      scanner.push(chunk);
    },
    end() {
      const rest = parse(scanner.end());
      const { tables, error } = isRecord(rest) ? rest : {};
      if (!Array.isArray(tables))
        throw new ServiceError('workspace', 'unavailable', 'The workspace answered with something that is no result.');
      const primary = tables.findIndex((table) => isRecord(table) && table['name'] === PRIMARY);
      const table: unknown = tables[Math.max(primary, 0)];
      if (!found && isRecord(table)) {
        reader.columns(columnsOf(table));
        unsure.get(Math.max(primary, 0))?.forEach(give);
      }
      return reader.end(partialOf(error, count, bytes));
    },
  };
}

/** The columns of the table whose rows begin, if it is the one that was asked for. */
function primaryColumns(before: string): readonly AnswerColumn[] | undefined {
  const table = parse(`${Buffer.from(before, 'latin1').toString('utf8')}]}`);
  return isRecord(table) && table['name'] === PRIMARY && Array.isArray(table['columns']) ? columnsOf(table) : undefined;
}

const columnsOf = (table: Record<string, unknown>): readonly AnswerColumn[] =>
  ((table['columns'] ?? []) as AnswerColumn[]).map(({ name, type }) => ({ name, type }));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function partialOf(error: unknown, rows: number, bytes: number): PartialAnswer | undefined {
  if (isRecord(error)) return innermost(error);
  if (rows < ROW_LIMIT && bytes < BYTE_LIMIT) return undefined;
  return { code: 'row-limit', message: `The answer has ${String(rows)} rows, as many as the service gives.` };
}

/** As it is to be read; `null` is one, too. */
const isCell = (value: unknown): boolean => typeof value !== 'object' || value === null;

/** A dynamic value may come as JSON text or as JSON; here it is always text. */
function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'object')
    return JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'bigint' ? rawJSON(inner.toString()) : inner,
    );
  return value as Cell;
}

/** In Node 22 and later, not yet in TypeScript's library: writes a number's own digits. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

/** Sixteen digits or more outside of text are where doubles begin to round. */
const UNSAFE = /(?:^|[:[,])\s*-?\d{16,}/;

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new ServiceError('workspace', 'unavailable', "The workspace's answer broke off.", { cause: error });
  }
}

/** Undefined for a text that is no JSON, as JSON itself never is. */
function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  if (!UNSAFE.test(text)) return JSON.parse(text) as unknown;
  const parseExactly = JSON.parse as (
    text: string,
    revive: (key: string, value: unknown, at: { readonly source?: string }) => unknown,
  ) => unknown;
  return parseExactly(text, (_key, value, { source }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? '')
      ? BigInt(source ?? '')
      : value,
  );
}
