import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DEVICE_TABLES, DIALECTS, SCHEMAS } from '../../local/schemas/device-tables.ts';

const TYPES = ['bool', 'datetime', 'decimal', 'dynamic', 'guid', 'int', 'long', 'real', 'string', 'timespan'];
const typeOf = (dialect: (typeof DIALECTS)[number], table: string, column: string): string | undefined =>
  SCHEMAS[dialect][table]?.find(({ name }) => name === column)?.type;

it('every table is described by a file of its name, with sources and types that KQL has', () => {
  const files = readdirSync('hunts/schemas').filter((name) => name.endsWith('.json'));

  expect(files.length).toBeGreaterThan(20);
  for (const file of files) {
    const { sources, columns } = JSON.parse(readFileSync(`hunts/schemas/${file}`, 'utf8')) as {
      readonly sources: readonly string[];
      readonly columns: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
    };
    const types = Object.values(columns).flatMap((type) => (typeof type === 'string' ? [type] : Object.values(type)));
    expect(sources.every((source) => source.startsWith('https://learn.microsoft.com/'))).toBe(true);
    expect(types.filter((type) => !TYPES.includes(type))).toEqual([]);
    expect(DIALECTS.some((dialect) => SCHEMAS[dialect][file.replace('.json', '')] !== undefined)).toBe(true);
  }
});

it('every device table of events has the time of the event in both dialects, and the time of arrival in one', () => {
  const events = Object.keys(DEVICE_TABLES).filter((table) => /^Device(?!Tvm)/.test(table));

  expect(events).toHaveLength(10);
  for (const table of events) {
    expect(DIALECTS.map((dialect) => typeOf(dialect, table, 'Timestamp'))).toEqual(['datetime', 'datetime']);
    expect(DIALECTS.map((dialect) => typeOf(dialect, table, 'TimeGenerated'))).toEqual(['datetime', undefined]);
  }
});

it('the dialects differ where the documentation says so', () => {
  const types = (table: string, column: string) => DIALECTS.map((dialect) => typeOf(dialect, table, column));

  expect(types('DeviceProcessEvents', 'AdditionalFields')).toEqual(['dynamic', 'string']);
  expect(types('DeviceFileCertificateInfo', 'MachineGroup')).toEqual(['string', undefined]);
  expect(types('DeviceInfo', 'LoggedOnUsers')).toEqual(['dynamic', 'string']);
  expect(types('AADSignInEventsBeta', 'AccountUpn')).toEqual([undefined, 'string']);
  expect(types('SigninLogs', 'UserPrincipalName')).toEqual(['string', undefined]);
});
