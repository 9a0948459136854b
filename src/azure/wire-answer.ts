import { ServiceError } from '../errors.ts';
import type { Cell, QueryAnswer } from '../hunt/answer.ts';
import { innermost } from './query-failure.ts';

/** The service truncates at 500,000 rows or about 100 MiB, and does not always say so. */
const ROW_LIMIT = 500_000;
const BYTE_LIMIT = 100 * 1024 * 1024;

interface WireColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * Reads the API's answer from its own text. The SDK's reading turns a null datetime into 1970 and rounds 64-bit values.
 * Throws a {@link ServiceError} for a body that is empty or breaks off.
 */
export function readWireAnswer(body: string): QueryAnswer {
  const parsed = parseExactly(body);
  const answer = isRecord(parsed) ? parsed : {};
  const tables = Array.isArray(answer['tables']) ? (answer['tables'] as unknown[]).filter(isRecord) : undefined;
  const table = tables?.find(({ name }) => name === 'PrimaryResult') ?? tables?.[0];
  if (!tables)
    throw new ServiceError('workspace', 'unavailable', 'The workspace answered with something that is no result.');
  const columns = ((table?.['columns'] ?? []) as WireColumn[]).map(({ name, type }) => ({ name, type }));
  const rows = ((table?.['rows'] ?? []) as unknown[][]).map((row) => row.map(cellOf));
  const partial = partialOf(answer['error'], rows.length, body.length);
  return { columns, rows, ...(partial && { partial }) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function partialOf(error: unknown, rows: number, bytes: number): QueryAnswer['partial'] {
  if (isRecord(error)) return innermost(error);
  if (rows >= ROW_LIMIT || bytes >= BYTE_LIMIT) {
    return { code: 'row-limit', message: `The answer has ${String(rows)} rows, as many as the service gives.` };
  }
  return undefined;
}

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
const UNSAFE = /[:[,]\s*-?\d{16,}/;

function parseExactly(body: string): unknown {
  if (body.trim() === '')
    throw new ServiceError('workspace', 'unavailable', 'The workspace answered with an empty body.');
  try {
    if (!UNSAFE.test(body)) return JSON.parse(body) as unknown;
    const parse = JSON.parse as (
      text: string,
      revive: (key: string, value: unknown, at: { readonly source?: string }) => unknown,
    ) => unknown;
    return parse(body, (_key, value, { source }) =>
      typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? '')
        ? BigInt(source ?? '')
        : value,
    );
  } catch (error) {
    throw new ServiceError('workspace', 'unavailable', "The workspace's answer broke off.", { cause: error });
  }
}
