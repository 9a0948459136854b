/** The tables that hunts ask for, as `hunts/schemas/` describes them: one file a table, named like it. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Column, Schema } from '../kql/language.ts';

/** Where a query is asked; tables and columns differ a little. */
export const DIALECTS = ['log-analytics', 'advanced-hunting'] as const;
export type Dialect = (typeof DIALECTS)[number];

interface TableFile {
  /** The pages the columns were read from. */
  readonly sources: readonly string[];
  /** KQL's name of the type; where the dialects differ, the type in each that has the column. */
  readonly columns: Readonly<
    Record<string, string | { readonly logAnalytics?: string; readonly advancedHunting?: string }>
  >;
}

const FOLDER = fileURLToPath(new URL('../../hunts/schemas', import.meta.url));

const FILES: readonly (readonly [table: string, file: TableFile])[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name) => [
    path.basename(name, '.json'),
    JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8')) as TableFile,
  ]);

function schemaIn(dialect: Dialect): Schema {
  const field = dialect === 'log-analytics' ? 'logAnalytics' : 'advancedHunting';
  const columnsOf = ({ columns }: TableFile): readonly Column[] =>
    Object.entries(columns).flatMap(([name, types]) => {
      const type = typeof types === 'string' ? types : types[field];
      return type === undefined ? [] : [{ name, type }];
    });
  return Object.fromEntries(
    FILES.map(([table, file]) => [table, columnsOf(file)] as const).filter(([, columns]) => columns.length > 0),
  );
}

/** Both schemas. A table is absent where none of its columns are. */
export const SCHEMAS: Readonly<Record<Dialect, Schema>> = {
  'log-analytics': schemaIn('log-analytics'),
  'advanced-hunting': schemaIn('advanced-hunting'),
};

/** The tables of a Log Analytics workspace: what Firstsight asks, and what the local workspace answers. */
export const DEVICE_TABLES: Schema = SCHEMAS['log-analytics'];
