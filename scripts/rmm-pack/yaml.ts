import { hash } from 'node:crypto';
import type { PackTest } from './tests.ts';

/** The parts of a hunt file that differ from hunt to hunt of the pack. */
export interface PackHunt {
  readonly slug: string;
  readonly name: string;
  /** Paragraphs. */
  readonly description: readonly string[];
  readonly tables: readonly string[];
  readonly techniques: readonly string[];
  readonly query: string;
  readonly knownGaps: readonly string[];
  readonly references: readonly string[];
  readonly tests: readonly PackTest[];
}

/** Every sentence of a hunt file in its place; strings in quotes, so that no sign of theirs means anything to YAML. */
export function huntYaml(hunt: PackHunt): string {
  return `# Made by "npm run generate" from scripts/rmm-pack/tools.json; change it there.
id: ${idOf(hunt.slug)}
name: ${JSON.stringify(hunt.name)}
description: |
${block(hunt.description)}
requiredDataConnectors:
  - connectorId: MicrosoftThreatProtection
    dataTypes:
${hunt.tables.map((table) => `      - ${table}`).join('\n')}
tactics:
  - CommandAndControl
relevantTechniques:
${hunt.techniques.map((technique) => `  - ${technique}`).join('\n')}
query: |
${indented(hunt.query, 2)}
entityMappings:
  - entityType: Host
    fieldMappings:
      - identifier: FullName
        columnName: DeviceName
version: 1.0.0
device:
  id: DeviceId
  name: DeviceName
  firstSeen: FirstSeen
  lastSeen: LastSeen
  count: Count
  reports: Report
knownGaps: |
${block(hunt.knownGaps)}
references:
${hunt.references.map((reference) => `  - ${JSON.stringify(reference)}`).join('\n')}
tests:
${hunt.tests.map(testYaml).join('\n')}
`;
}

function testYaml({ name, tables, finds }: PackTest): string {
  const rows = Object.entries(tables).map(
    ([table, given]) => `      ${table}:\n${given.map((row) => `        - ${flow(row)}`).join('\n')}`,
  );
  return `  - name: ${JSON.stringify(name)}\n    tables:\n${rows.join('\n')}\n    finds: [${finds.join(', ')}]`;
}

const flow = (row: Readonly<Record<string, string | number>>): string =>
  `{ ${Object.entries(row)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ')} }`;

const WIDTH = 116;

/** Paragraphs, their lines broken, indented below a field. */
const block = (paragraphs: readonly string[]): string => indented(paragraphs.map(broken).join('\n'), 2);

function broken(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + word.length < WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

const indented = (text: string, by: number): string => text.replace(/^(?=.)/gm, ' '.repeat(by));

/** The namespace of the pack's ids, made once. */
const NAMESPACE = Buffer.from('7b3c7e2a5f0f4d0c9a5be6f2b1a4c8d3', 'hex');

/** A GUID (version 5) that follows from the hunt's name, so that the pack can be made again without losing baselines. */
export function idOf(slug: string): string {
  const digest = Buffer.from(hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(slug)]), 'hex').slice(0, 32), 'hex');
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  return digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
