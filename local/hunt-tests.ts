import type { HuntTest } from '../src/hunt-files/hunt-schema.ts';
import type { Hunt } from '../src/hunt/hunt.ts';
import { readSightings } from '../src/hunt/sighting.ts';
import { pinClock } from '../src/kql/pin-clock.ts';
import { parseTimespan as parseLength } from '../src/time.ts';
import type { Row } from './kql/compile.ts';
import { compileQuery } from './kql/query.ts';
import type { Column, Schema } from './kql/language.ts';
import { long, parseDatetime, parseTimespan, ticksOf, toJson, type Dynamic, type Value } from './kql/values.ts';
import { tableJson } from './workspace.ts';
import { readWireAnswer } from '../src/azure/wire-answer.ts';

/** Runs one of a hunt's own tests on the offline engine; gives the ids of the devices it finds, in order. */
export function runHuntTest(hunt: Hunt, test: HuntTest, schema: Schema, asOf: Date): readonly string[] {
  const tables = new Map(
    Object.entries(test.tables).map(([table, rows]) => [table, rows.map((row) => rowOf(table, row, schema, asOf))]),
  );
  const query = compileQuery(pinClock(hunt.query, asOf), schema);
  const result = query.run({ now: ticksOf(asOf), rows: (table) => tables.get(table) ?? [] });
  // Through the wire format, as a workspace would answer.
  const { devices, missingColumns } = readSightings(readWireAnswer(`{"tables":[${tableJson(result)}]}`), hunt);
  if (missingColumns.length > 0) throw new Error(`The query answers no column ${missingColumns.join(', ')}.`);
  return devices.map(({ id, name }) => (id === '' ? name : id)).sort();
}

function rowOf(table: string, given: Readonly<Record<string, unknown>>, schema: Schema, asOf: Date): Row {
  const columns = schema[table];
  if (!columns) throw new Error(`There is no table "${table}".`);
  const unknown = Object.keys(given).filter((name) => !columns.some((column) => column.name === name));
  if (unknown.length > 0) throw new Error(`${table} has no column ${unknown.join(', ')}.`);
  // A row has one time unless its author says otherwise.
  const times = { TimeGenerated: given['Timestamp'], Timestamp: given['TimeGenerated'] };
  return columns.map((column) => valueOf(given[column.name] ?? times[column.name as keyof typeof times], column, asOf));
}

function valueOf(value: unknown, { name, type }: Column, asOf: Date): Value {
  if (value === undefined || value === null) return type === 'string' ? '' : null;
  if (type === 'datetime') return instantOf(asText(value), name, asOf);
  const text = asText(value);
  if (type === 'string') return text;
  if (type === 'long' || type === 'int') return /^-?\d+$/.test(text) ? long(BigInt(text)) : wrong(name, value, type);
  if (type === 'bool') return typeof value === 'boolean' ? value : wrong(name, value, type);
  if (type === 'real') return typeof value === 'number' ? value : wrong(name, value, type);
  if (type === 'timespan') return parseTimespan(text) ?? wrong(name, value, type);
  return value as Dynamic;
}

function wrong(name: string, value: unknown, type: string): never {
  throw new Error(`${name}: ${asText(value)} is no ${type}.`);
}

/** YAML reads `11` as a number, where the column may be a text. */
const asText = (value: unknown): string => (typeof value === 'string' ? value : toJson(value));

/** `-1d`, `-36h`, or an instant. */
function instantOf(text: string, name: string, asOf: Date): bigint {
  const ago = text.startsWith('-') ? parseLength(text.slice(1)) : undefined;
  const at = ago === undefined ? parseDatetime(text) : ticksOf(new Date(asOf.getTime() - ago));
  if (at === null)
    throw new Error(`${name}: ${JSON.stringify(text)} is no time such as "-1d" or "2026-11-23T06:00:00Z".`);
  return at;
}
