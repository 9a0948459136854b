import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readHuntFile } from '../../src/hunt-files/hunt-file.ts';
import { HUNT_FIELDS, HuntSchema } from '../../src/hunt-files/hunt-schema.ts';

const GOOD = `id: 11111111-2222-3333-4444-555555555555
name: A hunt
query: |
  DeviceInfo
  | where Timestamp > ago(3d)
`;
const isClean = (text: string): boolean => {
  const { problems, warnings } = readHuntFile('x.yaml', text);
  return problems.length + warnings.length === 0;
};
const fits = (text: string): boolean => HuntSchema.safeParse(parse(text)).success;

describe('the schema that editors use', () => {
  it.each([
    [''],
    ['tactics: CommandAndControl\nrelevantTechniques: t1219\n'],
    ['tactics: [Command and Control, Persistence]\nrelevantTechniques: [T1219, T1574.002]\n'],
    ['relevantTechniques: T1219, T1021\n'],
    ['tactics:\nrelevantTechniques: []\ndevice:\ntests:\nlookback:\n'],
    ['version: 1.0\nseverity: Medium\nmetadata: {source: {kind: Community}}\ntags: [{Schema: ASim}]\n'],
    ['requiredDataConnectors: []\nentityMappings: []\ndescription-detailed: x\n'],
    ['lookback: 3d\nforgetAfter: 36h\nfirstRun: learn\nschedule: 0 0 6 * * *\nknownGaps: many\n'],
    ['device: { id: DeviceId, lastSeen: LastSeen }\n'],
    ['tests:\n  - { name: n, tables: { T: [{ x: 9223372036854775807 }] }, finds: [] }\n'],
  ])('takes what the loader takes without a word: %j', (more) => {
    expect(isClean(GOOD + more)).toBe(true);
    expect(fits(GOOD + more)).toBe(true);
  });

  it.each([
    ['tatics: x\n'],
    ['somebodys-own-field: x\n'],
    ['lookback: soon\n'],
    ['firstRun: lern\n'],
    ['device: { nam: X }\n'],
    ['device: { id: 5 }\n'],
    ['relevantTechniques: T12\n'],
    ['knownGaps: {}\n'],
    ['tests: [{ name: n, finds: [] }]\n'],
    ['tests: [{ name: n, tables: {}, finds: [5] }]\n'],
  ])('refuses what the loader has something to say about: %j', (more) => {
    expect(fits(GOOD + more)).toBe(false);
    expect(isClean(GOOD + more)).toBe(false);
  });

  it('refuses a hunt without an id, a name or a query, or with an id that is no GUID', () => {
    for (const field of ['id', 'name']) expect(fits(GOOD.replace(new RegExp(`^${field}:.*\n`, 'm'), ''))).toBe(false);
    expect(fits('id: 11111111-2222-3333-4444-555555555555\nname: n\n')).toBe(false);
    expect(fits(GOOD.replace(/^id:.*/, 'id: my-hunt'))).toBe(false);
  });

  it('describes every field that has a meaning here, and completes the columns of rows', () => {
    const { properties } = JSON.parse(readFileSync('hunts/hunt.schema.json', 'utf8')) as {
      readonly properties: Readonly<Record<string, { readonly description?: string }>>;
    };

    expect(Object.keys(properties)).toEqual(HUNT_FIELDS);
    for (const field of ['id', 'name', 'query', 'lookback', 'schedule', 'device', 'tests', 'knownGaps'])
      expect(properties[field]?.description).toMatch(/\w{3}/);
    expect(JSON.stringify(properties['tests'])).toContain('"DeviceFileCertificateInfo"');
  });
});
