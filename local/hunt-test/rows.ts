import { parseTimespan as parseLength } from '../../src/time.ts';
import type { Row } from '../kql/compile.ts';
import type { Column, Schema } from '../kql/language.ts';
import {
  fitsLong,
  long,
  parseDatetime,
  parseTimespan,
  ticksOf,
  toJson,
  type Dynamic,
  type Value,
} from '../kql/values.ts';

/** A row of a test does not fit its table: its author must act. */
export class TestRowError extends Error {
  override readonly name = 'TestRowError';
}

/** A row as its author wrote it, as a row of its table; what is not given is null, and texts are empty. */
export function rowOf(table: string, given: Readonly<Record<string, unknown>>, schema: Schema, clock: Date): Row {
  const columns = schema[table];
  if (!columns) throw new TestRowError(`There is no table "${table}".`);
  const unknown = Object.keys(given).filter((name) => !columns.some((column) => column.name === name));
  if (unknown.length > 0) throw new TestRowError(`${table} has no column ${unknown.join(', ')}.`);
  // A row has one time unless its author says otherwise.
  const times = { TimeGenerated: given['Timestamp'], Timestamp: given['TimeGenerated'] };
  return columns.map((column) =>
    valueOf(given[column.name] ?? times[column.name as keyof typeof times], column, clock),
  );
}

function valueOf(value: unknown, { name, type }: Column, clock: Date): Value {
  if (value === undefined || value === null) return type === 'string' ? '' : null;
  const read = (READERS[type] ?? asDynamic)(value, clock);
  if (read === undefined) throw new TestRowError(`${name}: ${asText(value)} is no ${type}${HINTS[type] ?? ''}.`);
  return read;
}

type Read = (value: unknown, clock: Date) => Value | undefined;

const READERS: Readonly<Record<string, Read>> = {
  string: (value) => asText(value),
  guid: (value) => asText(value).toLowerCase(),
  long: wholeNumber,
  int: wholeNumber,
  real: (value) => (typeof value === 'number' ? value : undefined),
  bool: (value) => (typeof value === 'boolean' ? value : undefined),
  datetime: (value, clock) => instantOf(asText(value), clock),
  timespan: (value) => parseTimespan(asText(value)) ?? undefined,
};

const HINTS: Readonly<Record<string, string>> = {
  datetime: ' such as "-1d" or "2026-11-23T06:00:00Z"',
  timespan: ' such as "36h" or "1.12:00:00"',
  bool: ', which is true or false',
};

const asDynamic: Read = (value) => value as Dynamic;

/** YAML reads `11` as a number, where the column may be a text. */
const asText = (value: unknown): string => (typeof value === 'string' ? value : toJson(value));

function wholeNumber(value: unknown): Value | undefined {
  const text = asText(value);
  return /^-?\d+$/.test(text) && fitsLong(BigInt(text)) ? long(BigInt(text)) : undefined;
}

/** `-1d`, `-36h`, or an instant. */
function instantOf(text: string, clock: Date): bigint | undefined {
  const ago = text.startsWith('-') ? parseLength(text.slice(1)) : undefined;
  return ago === undefined ? (parseDatetime(text) ?? undefined) : ticksOf(new Date(clock.getTime() - ago));
}
