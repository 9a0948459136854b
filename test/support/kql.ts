import type { Schema } from '../../local/kql/language.ts';
import { compileQuery } from '../../local/kql/query.ts';
import { formatDatetime, formatTimespan, parseDatetime, toJson, type Value } from '../../local/kql/values.ts';

const NOW = parseDatetime('2026-11-23T06:00:00Z') ?? 0n;

/** Runs a query over one table's rows; gives its rows as JSON, datetimes and timespans as KQL prints them. */
export function runKql(query: string, schema: Schema = {}, rows: readonly (readonly Value[])[] = []): unknown[][] {
  const { columns, rows: result } = compileQuery(query, schema).run({ now: NOW, rows: () => rows });
  const printed = (value: Value, type: string | undefined): unknown => {
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    if (typeof value !== 'bigint') return value;
    return type === 'datetime' ? formatDatetime(value) : type === 'timespan' ? formatTimespan(value) : String(value);
  };
  return JSON.parse(
    toJson(result.map((row) => row.map((value, i) => printed(value, columns[i]?.type)))),
  ) as unknown[][];
}

/** The value of one expression. */
export const kqlValue = (expression: string): unknown => runKql(`print ${expression}`)[0]?.[0];
