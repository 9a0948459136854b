import { z } from 'zod/v4';
import type { HuntFileProblem } from '../errors.ts';
import { DEFAULT_DEVICE_COLUMNS, type DeviceColumns, type Hunt, type HuntId } from '../hunt/hunt.ts';
import { scheduleProblem } from '../hunt/schedule.ts';
import { lookbackOf } from '../kql/lookback.ts';
import { nearest } from '../nearest.ts';
import { readSeverity } from './severity.ts';
import { DAY, parseTimespan, type Milliseconds } from '../time.ts';
import { tacticOf, TACTICS, techniqueOf } from './attack.ts';
import { FIELD_NAMES } from './field-names.ts';
import { readFields, type Fields } from './fields.ts';
import { parseText } from './yaml-text.ts';

/** Rows in, devices out: what a hunt's author says it must and must not find. */
export interface HuntTest {
  readonly name: string;
  /** Table → rows; times may be written relative to the test's clock, such as "-1d". */
  readonly tables: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  /** Device ids, in any order. */
  readonly finds: readonly string[];
}

/** One file of the hunts folder, as far as it could be read. */
export interface HuntFile {
  readonly file: string;
  /** Absent when there are problems. */
  readonly hunt?: Hunt;
  readonly tests: readonly HuntTest[];
  /** Where the query's text starts, so that a place in the query can be told as a place in the file. */
  readonly queryAt: { readonly line: number; readonly column: number };
  readonly problems: readonly HuntFileProblem[];
  readonly warnings: readonly HuntFileProblem[];
}

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const DEFAULT_LOOKBACK: Milliseconds = 5 * DAY;
/** Log Analytics keeps nothing for longer than twelve years; a date much further back is no date. */
const MOST: Milliseconds = 12 * 366 * DAY;
/** `{{StartTimeISO}}` is filled in by Sentinel's portal, `%%GUID%%` by whoever copies a template: never by us. */
const PLACEHOLDER = /%%\w+%%|\{\{\w+\}\}/;

/** Reads one file's text. Never throws: whatever is wrong stands in `problems`, all of it. */
export function readHuntFile(file: string, raw: string): HuntFile {
  const { document, at, ...parsed } = parseText(file, raw);
  const problems = [...parsed.problems];
  const warnings = [...parsed.warnings];
  const fields = document && readFields(file, document, at, FIELD_NAMES, { problems, warnings });
  if (!fields) return { file, tests: [], queryAt: { line: 1, column: 1 }, problems, warnings };
  const hunt = readHunt(file, fields);
  const tests = readTests(fields);
  const queryAt = textPlace(raw.split(/\r\n?|\n/), fields.placeOf('query'));
  return { file, ...(problems.length === 0 && { hunt }), tests, queryAt, problems, warnings };
}

/** The text of a block scalar starts on the line after its `|`, indented. */
function textPlace(lines: readonly string[], header: HuntFile['queryAt']): HuntFile['queryAt'] {
  if (!/[|>][-+\d]*\s*(?:#.*)?$/.test(lines[header.line - 1] ?? '')) return header;
  const first = lines.slice(header.line).find((line) => line.trim() !== '') ?? '';
  return { line: header.line + 1, column: first.search(/\S|$/) + 1 };
}

function readHunt(file: string, fields: Fields): Hunt {
  const query = fields.text('query') ?? '';
  const device = fields.map('device', Object.keys(DEFAULT_DEVICE_COLUMNS));
  const schedule = readSchedule(fields);
  const version = fields.text('version');
  if (query.trim() === '') fields.problem('query', 'has no query: a stub, or a hunt that has moved elsewhere');
  const name = fields.text('name') ?? '';
  const id = readId(fields);
  const slug = slugOf(file);
  if (slug === '') fields.problem('file', 'needs a letter or digit of a to z and 0 to 9 in its file name');
  for (const [field, text] of Object.entries({ id, name, query })) {
    const placeholder = PLACEHOLDER.exec(text)?.[0];
    if (placeholder !== undefined)
      fields.problem(field, `has the template placeholder ${placeholder}; put a value in its place`);
  }
  if (name.trim() === '') fields.problem('name', 'needs a "name"');
  return {
    id,
    slug,
    name: name.trim(),
    description: (fields.text('description') ?? '').trim(),
    tactics: readTactics(fields),
    techniques: readTechniques(fields),
    query,
    lookback: readLookback(fields, query),
    forgetAfter: readLength(fields, 'forgetAfter', 30 * DAY, DAY),
    firstRun: readFirstRun(fields),
    severity: readSeverity(fields),
    device: { ...DEFAULT_DEVICE_COLUMNS, ...Object.fromEntries(device) },
    requiredColumns: device.size === 0 ? ['id'] : ([...device.keys()] as (keyof DeviceColumns)[]),
    ...(schedule !== undefined && { schedule }),
    ...(version !== undefined && { version }),
    file,
  };
}

/** `rmm/Remote desktop.yaml` → `remote-desktop`, which needs no quoting in an address or a header. */
function slugOf(file: string): string {
  const name = (file.split('/').at(-1) ?? file).replace(/\.ya?ml$/i, '').toLowerCase();
  return name.replace(/[^a-z0-9._-]+/g, '-').replace(/^-+|-+$/g, '');
}

function readId(fields: Fields): HuntId {
  const id = fields.text('id')?.trim() ?? '';
  if (id === '') fields.problem('id', 'needs an "id", by which its baseline is kept; a new GUID will do');
  else if (id.length > 100) fields.problem('id', 'has an "id" of more than 100 characters');
  else if (!GUID.test(id)) fields.warning('id', 'has an "id" that is no GUID; it works, but Sentinel refuses it');
  return id as HuntId;
}

function readTactics(fields: Fields): readonly string[] {
  return fields.texts('tactics').map((name) => {
    const tactic = tacticOf(name);
    const hint = nearest(name, TACTICS);
    if (tactic === undefined)
      fields.warning(
        'tactics',
        `names the tactic "${name}", which ATT&CK does not have${hint === undefined ? '' : `; did you mean "${hint}"?`}`,
      );
    return tactic ?? name;
  });
}

function readTechniques(fields: Fields): readonly string[] {
  return fields.texts('relevantTechniques').map((name) => {
    const technique = techniqueOf(name);
    if (technique === undefined)
      fields.warning('relevantTechniques', `names the technique "${name}"; one looks like T1219 or T1574.002`);
    return technique ?? name;
  });
}

function readSchedule(fields: Fields): string | undefined {
  const schedule = fields.text('schedule');
  const problem = schedule === undefined ? undefined : scheduleProblem(schedule);
  if (problem !== undefined) fields.problem('schedule', `"schedule" ${problem}`);
  return schedule;
}

function readLength(fields: Fields, name: string, fallback: Milliseconds, least: Milliseconds): Milliseconds {
  const text = fields.text(name);
  if (text === undefined) return fallback;
  const length = parseTimespan(text);
  if (length === undefined) fields.problem(name, `"${name}" must be a length of time such as "5d" or "36h"`);
  else if (length < least)
    fields.problem(
      name,
      `"${name}" must be at least ${least === DAY ? 'a day, since absence is counted in days' : 'a millisecond'}`,
    );
  else if (length > MOST) fields.problem(name, `"${name}" must be at most twelve years`);
  return length ?? fallback;
}

function readLookback(fields: Fields, query: string): Milliseconds {
  const inQuery = lookbackOf(query);
  if (fields.text('lookback') !== undefined) return readLength(fields, 'lookback', DEFAULT_LOOKBACK, 1);
  if (inQuery !== undefined && inQuery > MOST) fields.problem('query', 'looks back more than twelve years');
  else if (inQuery === undefined && query !== '') {
    fields.warning(
      'query',
      'does not say how far it looks back in ago(…) or now(-…); five days are asked for, set "lookback" to change it',
    );
  }
  return inQuery ?? DEFAULT_LOOKBACK;
}

function readFirstRun(fields: Fields): Hunt['firstRun'] {
  const text = fields.text('firstRun') ?? 'report';
  if (text === 'report' || text === 'learn') return text;
  fields.problem('firstRun', '"firstRun" is either "report" or "learn"', nearest(text, ['report', 'learn']));
  return 'report';
}

const Tests = z.array(
  z.strictObject({
    name: z.string(),
    tables: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
    finds: z.array(z.string()),
  }),
);

function readTests(fields: Fields): readonly HuntTest[] {
  const value = fields.value('tests');
  if (value === undefined) return [];
  const tests = Tests.safeParse(value);
  if (tests.success) return tests.data;
  for (const { path, message } of tests.error.issues)
    fields.problemIn(['tests', ...path], `"tests${path.map((part) => `.${String(part)}`).join('')}": ${message}`);
  return [];
}
