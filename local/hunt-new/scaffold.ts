import { nearestName } from '../hunt-check/nearest-name.ts';
import { UsageError } from '../command.ts';
import { DEVICE_TABLES } from '../schemas/device-tables.ts';

export interface NewHunt {
  readonly id: string;
  readonly name: string;
  readonly table: string;
  /** From the file to the schema that editors use. */
  readonly schema: string;
}

/** The text of a hunt that can be checked, tested and run as it is, and then be made into another. */
export function scaffold({ id, name, table, schema }: NewHunt): string {
  const column = columnToAsk(table);
  const row = (device: string, value: string): string =>
    `{ Timestamp: "-1d", DeviceId: ${device}, DeviceName: ${device}.contoso.com, ${column}: ${value}, ReportId: 1 }`;
  return `# yaml-language-server: $schema=${schema}
id: ${id}
name: ${JSON.stringify(name)}
description: |
  What this hunt looks for, and why it matters.
requiredDataConnectors:
  - connectorId: MicrosoftThreatProtection
    dataTypes:
      - ${table}
tactics: []
relevantTechniques: []
query: |
  ${table}
  | where Timestamp between (ago(5d) .. now())
  | where ${column} =~ 'example'
  | summarize FirstSeen = min(Timestamp), LastSeen = max(Timestamp), Report = make_set(ReportId), Count = count()
      by DeviceId, DeviceName
entityMappings:
  - entityType: Host
    fieldMappings:
      - identifier: FullName
        columnName: DeviceName
version: 0.1.0
device:
  id: DeviceId
  name: DeviceName
  firstSeen: FirstSeen
  lastSeen: LastSeen
  count: Count
  reports: Report
knownGaps: |
  What this hunt cannot see.
tests:
  - name: a device with the example is found
    tables:
      ${table}:
        - ${row('dev-1', 'EXAMPLE')}
    finds: [dev-1]
  - name: a device with something else is not
    tables:
      ${table}:
        - ${row('dev-2', 'something else')}
    finds: []
`;
}

const NEEDED: readonly string[] = ['Timestamp', 'DeviceId', 'DeviceName', 'ReportId'];
/** What a hunt on a table is likely to ask for. */
const LIKELY: readonly string[] = [
  'Signer',
  'FileName',
  'RemoteUrl',
  'RegistryKey',
  'ActionType',
  'AccountName',
  'OSPlatform',
];

/** The tables that a hunt can be made on: they have a device and a time. */
export const HUNTABLE: readonly string[] = Object.keys(DEVICE_TABLES).filter((table) =>
  NEEDED.every((name) => DEVICE_TABLES[table]?.some((column) => column.name === name)),
);

function columnToAsk(table: string): string {
  if (!HUNTABLE.includes(table)) {
    const hint = nearestName(table, HUNTABLE);
    throw new UsageError(
      hint === undefined
        ? `"${table}" is no table with devices; there are ${HUNTABLE.join(', ')}.`
        : `"${table}" is no table with devices; did you mean "${hint}"?`,
    );
  }
  const texts = (DEVICE_TABLES[table] ?? []).filter(({ type }) => type === 'string').map(({ name }) => name);
  return LIKELY.find((name) => texts.includes(name)) ?? texts.find((name) => !NEEDED.includes(name)) ?? 'DeviceName';
}
