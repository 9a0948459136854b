import type { Column, Schema } from '../kql/language.ts';
import tables from './device-tables.json' with { type: 'json' };

/**
 * Columns of Defender's device tables as a Log Analytics workspace has them: the Azure Monitor reference of July 2026, and
 * `Timestamp`, which it does not list but real workspaces carry (defender-docs, "Known issues").
 */
export const DEVICE_TABLES: Schema = Object.fromEntries(
  Object.entries(tables as Readonly<Record<string, Readonly<Record<string, string>>>>).map(([table, columns]) => [
    table,
    Object.entries(columns).map(([name, type]): Column => ({ name, type })),
  ]),
);
