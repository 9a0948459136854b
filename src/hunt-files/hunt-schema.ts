/**
 * Every field a hunt file may have. The loader takes its names, tests and choices from here, and so does
 * `hunts/hunt.schema.json`, by which editors complete and check a file.
 */
import * as z from 'zod/v4';
import { EVIDENCE_KINDS, type EvidenceKind } from '../hunt/evidence-kinds.ts';
import { DEFAULT_DEVICE_COLUMNS, type DeviceColumns } from '../hunt/hunt.ts';
import { SCENARIO_MODES } from '../hunt/hunt-questions.ts';
import { TACTICS } from './attack.ts';

export const GUID = /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/;
/** Sentinel's analytics rules know a fourth one, Informational, which is low to us. */
export const SEVERITIES = ['high', 'medium', 'low'] as const;
export const FIRST_RUNS = ['report', 'learn'] as const;
export const DEVICE_FIELDS = Object.keys(DEFAULT_DEVICE_COLUMNS) as readonly (keyof DeviceColumns)[];

/** YAML reads `1.0` as a number where a text is meant. */
const text = z.union([z.string(), z.number()]);
const length = z.string().regex(/^\s*\d+(\.\d+)?(ms|d|h|m|s)\s*$/);
/** One, several with commas, or a list; the enumeration is there for completion, others are only warned of. */
const tactic = z.union([z.enum(TACTICS), z.string()]);
const technique = z.string().regex(/^\s*[Tt]\d{4}(\.\d{3})?(\s*,\s*[Tt]\d{4}(\.\d{3})?)*\s*$/);

const HuntTest = z.strictObject({
  name: z.string().describe('What must be so, as a sentence'),
  tables: z
    .record(z.string(), z.array(z.record(z.string(), z.unknown())))
    .describe('Rows per table; times such as "-1d" are relative to the test\'s clock'),
  finds: z.array(z.string()).describe('The ids of the devices that must be found, in any order; [] for none'),
});
export const HuntTests = z.array(HuntTest);
/** Rows in, devices out: what a hunt's author says it must and must not find. */
export type HuntTest = z.infer<typeof HuntTest>;

const DEVICE_COLUMNS: Readonly<Record<keyof DeviceColumns, string>> = {
  id: "The column of the device's id",
  name: "The column of the device's name",
  firstSeen: 'The column of the first sighting, a datetime',
  lastSeen: 'The column of the last sighting, a datetime',
  count: 'The column that counts rows',
  reports: 'The column of report ids: one, or a list',
};

const EVIDENCE: Readonly<Record<EvidenceKind, string>> = {
  files: 'The files that matched: DeviceId, SHA1, Signer … Asked first; its SHA1s are `Files` to the others',
  telemetry: 'DeviceId of devices that send process events at all; the others are "cannot say", never "did not run"',
  executions: 'What ran: DeviceId, Count and columns of DeviceProcessEvents. Scenarios are judged on its rows',
  arrival: 'Who wrote or installed it, and from where: DeviceId, Timestamp, FileName, FolderPath, Process, Origin',
  network: 'Who it talked to: DeviceId, RemoteIP, RemotePort, RemoteUrl, Count',
  device: 'The newest row of DeviceInfo: DeviceId, MachineGroup, ExposureLevel, LoggedOnUsers …',
  prevalence: 'On how many devices a file is: SHA1, Devices',
};

const Scenario = z.strictObject({
  name: z.string().describe('What a card calls it'),
  description: z.string().optional().describe('Why this is no intrusion'),
  where: z.string().describe('KQL over the columns of the evidence "executions"'),
  mode: z
    .enum(SCENARIO_MODES)
    .optional()
    .describe('annotate (the default) hides nothing; exclude hides fully explained devices; normal explains no device'),
});
export const SCENARIO_FIELDS = Object.keys(Scenario.shape);

/** Firstsight's own fields. */
const ours = {
  lookback: length.describe('How far the hunt looks back, such as 5d; read from the query when absent'),
  schedule: z.string().describe('NCRONTAB with six fields, UTC, such as "0 0 6 * * *"; HUNT_SCHEDULE when absent'),
  forgetAfter: length.describe('A device unseen for longer is told again; 30d when absent, at least 1d'),
  firstRun: z.enum(FIRST_RUNS).describe('Whether the card of the first run lists the devices or only counts them'),
  device: z
    .strictObject(Object.fromEntries(DEVICE_FIELDS.map((name) => [name, z.string().describe(DEVICE_COLUMNS[name])])))
    .partial()
    .describe('Which columns of the answer hold a device'),
  evidence: z
    .strictObject(Object.fromEntries(EVIDENCE_KINDS.map((name) => [name, z.string().describe(EVIDENCE[name])])))
    .partial()
    .describe('KQL that is asked about new devices only, over the lists `Devices` (ids) and `Files` (SHA1s)'),
  scenarios: z.array(Scenario).describe('Benign stories, judged on each execution of what was found'),
  siblings: z
    .array(z.string())
    .describe('Names of the hunts for the same tool; how many agree is the weight of a finding'),
  tests: HuntTests.describe('Rows, and the devices that must be found in them: npm run hunt:test'),
  knownGaps: z.string().describe('What the hunt cannot see'),
};

/** Sentinel's fields that mean something here. */
const sentinels = {
  requiredDataConnectors: z
    .unknown()
    .describe('Of its dataTypes those that the query names are watched: a hunt whose table is silent is blind'),
  description: text.describe('What it looks for, and why'),
  tactics: z.union([tactic, z.array(tactic.nullable())]).describe("ATT&CK tactics in Sentinel's spelling"),
  relevantTechniques: z.union([technique, z.array(technique.nullable())]).describe('ATT&CK techniques'),
  version: text,
  severity: z
    .union([z.enum(SEVERITIES), z.string()])
    .describe('How urgent a newly seen device is: high is told once more when nobody looks; medium when absent'),
};

/** Fields of Sentinel's hunting queries and, since they leak in, of its analytics rules. They say nothing here. */
const SILENT = [
  'description-detailed',
  'description_detailed',
  'tags',
  'metadata',
  'entityMappings',
  'kind',
  'status',
  'customDetails',
  'alertDetailsOverride',
  'queryFrequency',
  'queryPeriod',
  'triggerOperator',
  'triggerThreshold',
  'eventGroupingSettings',
  'incidentConfiguration',
  'suppressionDuration',
  'suppressionEnabled',
  'sentinelEntitiesMappings',
  'References',
  'references',
  'author',
];

/** An empty field is an absent one. */
const optional = (fields: Readonly<Record<string, z.ZodType>>): Record<string, z.ZodType> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, field.nullish().describe(field.description ?? name)]),
  );

export const HuntSchema = z
  .strictObject({
    id: z.string().regex(GUID).describe('A GUID; the baseline is kept under it'),
    name: text.describe('What cards and lists call it'),
    query: z.string().describe('KQL that ends with one row per device'),
    ...optional(sentinels),
    ...optional(ours),
    ...Object.fromEntries(SILENT.map((name) => [name, z.unknown().optional()])),
  })
  .describe('A hunt of Firstsight: the format of a hunting query of Microsoft Sentinel, and more');

/** Every name a field may have without a warning. */
export const HUNT_FIELDS: readonly string[] = Object.keys(HuntSchema.shape);
