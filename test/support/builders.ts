import type { Cell, QueryAnswer } from '../../src/hunt/answer.ts';
import { deviceKeyOf } from '../../src/hunt/device-key.ts';
import { digestOf, NEW_CASE, type Case } from '../../src/hunt/case.ts';
import { foundingList, type FoundingDevices } from '../../src/hunt/founding.ts';
import type { Finding } from '../../src/hunt/finding.ts';
import { NO_QUESTIONS } from '../../src/hunt/hunt-questions.ts';
import { DEFAULT_DEVICE_COLUMNS, type Hunt, type HuntId, type HuntScope } from '../../src/hunt/hunt.ts';
import { knownList } from '../../src/hunt/known-list.ts';
import type { Notice } from '../../src/hunt/notice.ts';
import type { HuntReport } from '../../src/hunt/report.ts';
import { planRun, scheduledRunId, type Run, type RunOrder } from '../../src/hunt/run.ts';
import type { Sighting } from '../../src/hunt/sighting.ts';
import { DAY } from '../../src/time.ts';

/** The clock of tests that do not care which. */
export const NOON = new Date('2026-11-23T12:00:00Z');

export const aHunt = (overrides: Partial<Hunt> = {}): Hunt => ({
  id: 'aa26efd1-303c-412d-8dad-a082b546871d' as HuntId,
  slug: 'litemanager-file-signature',
  name: 'LiteManager by file signature',
  description: 'A remote administration tool.',
  tactics: ['CommandAndControl'],
  techniques: ['T1219'],
  query: 'DeviceFileCertificateInfo | where Timestamp > ago(5d)',
  lookback: 5 * DAY,
  forgetAfter: 30 * DAY,
  firstRun: 'report',
  severity: 'high',
  device: DEFAULT_DEVICE_COLUMNS,
  requiredColumns: ['id'],
  file: 'litemanager-file-signature.yaml',
  ...NO_QUESTIONS,
  ...overrides,
});

export const aScope = (overrides: Partial<HuntScope> = {}): HuntScope => ({
  hunt: aHunt().id,
  workspace: 'corp',
  ...overrides,
});

/** The run of a slot at `asOf`. */
export function aRunOrder(overrides: Partial<RunOrder> = {}): RunOrder {
  const asOf = overrides.asOf ?? NOON;
  const scope = overrides.scope ?? aScope();
  return { id: scheduledRunId(scope, asOf), scope, trigger: 'schedule', asOf, slot: asOf, ...overrides };
}

export const aRun = (overrides: Partial<RunOrder> = {}, hunt: Hunt = aHunt()): Run =>
  planRun(aRunOrder(overrides), hunt, 2 * DAY);

const COLUMNS = Object.entries({
  DeviceId: 'string',
  DeviceName: 'string',
  FirstSeen: 'datetime',
  LastSeen: 'datetime',
  Report: 'dynamic',
  Count: 'long',
}).map(([name, type]) => ({ name, type }));

/** A row as the LiteManager hunt answers it. */
export const aRow = (
  id: Cell,
  name: Cell = `${String(id)}.contoso.com`,
  lastSeen: Cell = '2026-11-22T10:00:00Z',
): Cell[] => [id, name, '2026-11-20T10:00:00Z', lastSeen, '[7,8]', 2];

/** An answer with these rows; a text stands for the row of a device with that id. */
export const anAnswer = (rows: readonly (string | Cell[])[], more: Partial<QueryAnswer> = {}): QueryAnswer => ({
  columns: COLUMNS,
  rows: rows.map((row) => (typeof row === 'string' ? aRow(row) : row)),
  ...more,
});

export const aSighting = (id: string, overrides: Partial<Sighting> = {}): Sighting => ({
  device: deviceKeyOf(id, ''),
  id,
  name: `${id}.contoso.com`,
  firstSeen: new Date('2026-11-20T10:00:00Z'),
  lastSeen: new Date('2026-11-22T10:00:00Z'),
  count: 2,
  reports: ['7', '8'],
  reportCount: 2,
  ...overrides,
});

export const aFinding = (id: string, overrides: Partial<Finding> = {}): Finding => ({
  ...aSighting(id, overrides),
  novelty: 'newly-seen',
  ...overrides,
});

/** The report of a run that found these; counts follow from the lists. */
export function aReport(
  lists: Partial<
    Pick<
      HuntReport,
      'findings' | 'expected' | 'excluded' | 'lapsed' | 'reopened' | 'known' | 'changes' | 'outcome' | 'partial'
    >
  > & { readonly founding?: readonly Sighting[] },
  run: Run = aRun(),
): HuntReport {
  const {
    findings = [],
    expected = [],
    lapsed = [],
    known = knownList({ recall: () => undefined }),
    founding = [],
  } = lists;
  const devices = findings.length + expected.length + known.length + founding.length;
  const outcome = founding.length > 0 ? 'baseline-founded' : findings.length > 0 ? 'devices-found' : 'nothing-new';
  return {
    hunt: aHunt(),
    run,
    asked: aHunt().query,
    outcome,
    totals: {
      rows: devices,
      devices,
      newlySeen: findings.filter(({ novelty }) => novelty === 'newly-seen').length,
      returning: findings.filter(({ novelty }) => novelty === 'returning').length,
      known: known.length,
      expected: expected.length,
      withoutDevice: 0,
    },
    findings,
    expected,
    lapsed,
    excluded: [],
    reopened: [],
    explanations: [],
    unchecked: 0,
    known,
    changes: [],
    ...lists,
    founding: foundingOf(founding),
  };
}

export function foundingOf(sightings: Iterable<Sighting>, earlier: readonly FoundingDevices[] = []): FoundingDevices {
  const list = foundingList([...earlier]);
  for (const sighting of sightings) list.add(sighting);
  return list;
}

/** The case of a notice that was told at noon and that nobody has touched. */
export function aCase(notice: Exclude<Notice, { readonly kind: 'unseen' }>, more: Partial<Case> = {}): Case {
  const { run } = notice.context;
  return {
    id: `${run}-${notice.kind}`,
    scope: aScope(),
    notice: digestOf(notice),
    history: [],
    openedAt: NOON,
    posts: [],
    state: NEW_CASE,
    ...more,
  };
}
