import { DEFAULT_DEVICE_COLUMNS, type DeviceColumns, type Hunt, type HuntId } from '../hunt/hunt.ts';
import { isCanary } from '../hunt/canary.ts';
import { scheduleProblem } from '../hunt/schedule.ts';
import { commentsOf } from '../kql/calls.ts';
import { lookbackOf } from '../kql/lookback.ts';
import { nearest } from '../nearest.ts';
import { DAY, parseTimespan, type Milliseconds } from '../time.ts';
import { tacticOf, TACTICS, techniqueOf } from './attack.ts';
import type { Fields } from './fields.ts';
import { DEVICE_FIELDS, FIRST_RUNS, GUID } from './hunt-schema.ts';
import { readQuestions } from './read-questions.ts';
import { readSeverity } from './severity.ts';
import { slugOf } from './slug.ts';

const DEFAULT_LOOKBACK: Milliseconds = 5 * DAY;
/** Log Analytics keeps nothing for longer than twelve years; a date much further back is no date. */
const MOST: Milliseconds = 12 * 366 * DAY;
/** `{{StartTimeISO}}` is filled in by Sentinel's portal, `%%GUID%%` by whoever copies a template: never by us. */
const PLACEHOLDER = /%%\w+%%|\{\{\w+\}\}/;

/** Reads the fields of one hunt; what is wrong with them is noted there. */
export function readHunt(file: string, fields: Fields): Hunt {
  const query = fields.text('query') ?? '';
  const device = fields.map('device', DEVICE_FIELDS);
  const schedule = readSchedule(fields);
  const version = fields.text('version');
  if (query.trim() === '') fields.problem('query', 'has no query: a stub, or a hunt that has moved elsewhere');
  refuseSwallowing(fields, query);
  // Read by people only; anything but a text is a slip.
  fields.text('knownGaps');
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
    ...readQuestions(fields, query),
    ...(schedule !== undefined && { schedule }),
    ...(version !== undefined && { version }),
    file,
  };
}

/** `query: >` joins its lines: what follows a comment would belong to it, and nobody would notice. */
function refuseSwallowing(fields: Fields, query: string): void {
  const comments = commentsOf(query);
  if (comments.length === 0) return;
  const place = fields.placeInText('query');
  const swallows = comments.find(({ start, end }) => place(start).line !== place(end).line);
  if (swallows)
    fields.problemInText(
      'query',
      swallows.start,
      'makes a comment of all that follows: this form of "query" joins its lines; write "query: |"',
    );
}

function readId(fields: Fields): HuntId {
  const id = fields.text('id')?.trim() ?? '';
  if (id === '') fields.problem('id', 'needs an "id", by which its baseline is kept; a new GUID will do');
  else if (isCanary({ hunt: id.toLowerCase() as HuntId }))
    fields.problem('id', 'has the "id" of the canary, which is no file; a new GUID will do');
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
  const known = FIRST_RUNS.find((name) => name === text);
  if (known === undefined)
    fields.problem('firstRun', '"firstRun" is either "report" or "learn"', nearest(text, FIRST_RUNS));
  return known ?? 'report';
}
