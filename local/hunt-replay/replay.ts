/** Decides kept runs again under another hunt, and says what would have been told otherwise. */
import type { DeviceKey } from '../../src/hunt/device-key.ts';
import type { KeptHead, KeptHunt } from '../../src/hunt/kept-run.ts';
import type { HuntReport } from '../../src/hunt/report.ts';
import type { RunId } from '../../src/hunt/run.ts';
import type { KeptRun } from '../../src/services.ts';
import { dayOf } from '../../src/time.ts';
import { compareDecisions, startOf, type DeviceDifference, type Unkept } from './compare-decisions.ts';
import { decisionsIn, type Decision } from './decisions.ts';
import { judgeAgain } from './judge-again.ts';
import { readContent, type KeptContent } from './kept-content.ts';
import { keyedRows, rowsThrough, see, type Keyed } from './keyed-rows.ts';
import { knownThen, type KnownThen } from './known-then.ts';
import { remember, unjudgedIn, watchedNow, type Remembered, type Unjudged } from './remembered.ts';
import { decideAgain } from './run-again.ts';
import type { Trial } from './trial.ts';

export interface ReplayInput {
  /** In the order in which they ended; those before `from` only say what was known. */
  readonly runs: AsyncIterable<KeptRun>;
  readonly from: Date;
  /** What is tried on a run. */
  readonly trialOn: (head: KeptHead, content: KeptContent) => Trial;
  readonly foundBy: FoundBy;
  readonly unkept: Unkept;
}

/** Runs that the ledger says found the device, or found it again; `told`: not with the baseline. */
export type FoundBy = (device: DeviceKey) => Promise<readonly { readonly run: RunId; readonly told: boolean }[]>;

export interface RunDifference {
  readonly head: KeptHead;
  readonly devices: readonly DeviceDifference[];
  /** What the card of a founding run would have shown. */
  readonly firstRun?: { readonly then: string; readonly now: string };
}

export interface Replay {
  readonly first?: KeptHead;
  readonly last?: KeptHead;
  readonly runs: number;
  /** The hunt as the last of the runs had it. */
  readonly before?: KeptHunt;
  /** Cards that told devices then, and the devices on them. */
  readonly told: { readonly cards: number; readonly devices: number };
  readonly differences: readonly RunDifference[];
  readonly unjudged: readonly Unjudged[];
  /** Devices that were known before rows were kept, so that it is not known when they had been seen last. */
  readonly knownBefore: number;
}

export async function replay({ runs, from, trialOn, foundBy, unkept }: ReplayInput): Promise<Replay> {
  const judge = judgeAgain();
  const through = rowsThrough();
  /** As the program knew them, and as it would have known them. */
  const then = knownThen();
  let now: KnownThen | undefined;
  /** What would be remembered of scenarios, where that is not what was. */
  const remembered: Remembered = new Map();
  const differences: RunDifference[] = [];
  const unjudged = new Map<DeviceKey, Unjudged>();
  const heads: KeptHead[] = [];
  let before: KeptHunt | undefined;
  let [cards, devices, knownBefore] = [0, 0, 0];

  const keptIds = new Set<RunId>();
  let isWhole = false;
  for await (const head of runs) {
    if (!head.again) keptIds.add(head.id);
    const content = await readContent(head);
    const keyed = keyedRows(content.rows);
    const isFounding = content.facts.baselineSince === undefined;
    const decided = decisionsIn(content.decided);
    const isIn = startOf(head) >= from;
    if (isIn) now ??= then.copy();
    for (const { finding } of decided.values()) {
      // Where a run of which nothing is kept has seen it since, the finding still says when.
      const day = finding.lastSeenBefore && dayOf(finding.lastSeenBefore);
      if (day === undefined || day === then.lastDay(finding.device)) continue;
      then.see(finding.device, day);
      now?.see(finding.device, day);
    }
    const unknown = isFounding ? [] : keyed.flatMap(([key]) => (key && !then.has(key) && !decided.has(key) ? key : []));
    for (const device of new Set(unknown)) {
      // From before rows were kept; or the ledger says from which run, of which nothing is kept.
      const found = head.again || isWhole ? await foundBy(device) : [];
      if (head.again && found.some(({ run, told }) => told && run === head.id)) {
        // Of an earlier attempt at this run nothing was kept but these rows: what it told looks known here.
        const earlier = earlierAttempt(device, keyed, content);
        if (earlier) decided.set(device, earlier);
        continue;
      }
      if (isWhole && !found.some(({ run }) => run <= head.id && !keptIds.has(run))) continue;
      if (isIn) knownBefore += 1;
      then.see(device, dayOf(head.asOf));
      now?.see(device, dayOf(head.asOf));
    }
    if (now && isIn) {
      heads.push(head);
      before = content.facts.hunt;
      const trial = trialOn(head, content);
      const rows = through(keyed, content, trial, head.asOf);
      const passes = new Set(rows.flatMap(([key]) => key ?? []));
      const { scenarios } = trial.hunt;
      const learned = judge(content.evidence.values(), content.facts.hunt, scenarios, head.asOf);
      const watched = watchedNow(content, remembered, passes);
      const baseline = now.baseline(content.facts.baselineSince);
      const report = decideAgain({
        ...{ head, content, hunt: trial.hunt, baseline, learned, watched },
        rows: rows.map(([, row]) => row),
      });
      const told = [...decided.values()].filter(({ as }) => as === 'told');
      cards += told.length > 0 ? 1 : 0;
      devices += told.length;
      const different = await compareDecisions(decided, decisionsIn(report), {
        ...{ head, trial, kept: content.facts.hunt, learned, known: now, then, passes, unkept },
        ...(content.facts.baselineSince && { since: content.facts.baselineSince }),
        ...(content.facts.lastComplete && { lastComplete: content.facts.lastComplete }),
      });
      const firstRun = firstRunOf(report, content, trial);
      if (different.length > 0 || firstRun)
        differences.push({ head, devices: different, ...(firstRun && { firstRun }) });
      for (const one of unjudgedIn(head, report, watched, content, trial)) {
        if (!unjudged.has(one.device)) unjudged.set(one.device, one);
      }
      remember(remembered, report, content);
      if (report.outcome !== 'baseline-not-founded') see(now, rows, head);
    }
    if (head.outcome !== 'baseline-not-founded') see(then, keyed, head);
    isWhole ||= head.outcome === 'baseline-founded';
  }
  const [first] = heads;
  const last = heads.at(-1);
  return {
    ...(first && { first }),
    ...(last && { last }),
    ...(before && { before }),
    runs: heads.length,
    told: { cards, devices },
    differences,
    unjudged: [...unjudged.values()],
    knownBefore,
  };
}

function earlierAttempt(device: DeviceKey, rows: Keyed, content: KeptContent): Decision | undefined {
  const [, row] = rows.find(([key]) => key === device) ?? [];
  const isHidden = content.watched.some((one) => one.device === device && one.hidden);
  if (!row || isHidden || content.promises.has(device)) return undefined;
  const finding = { device, id: String(row[0] ?? ''), name: String(row[1] ?? ''), reports: [], reportCount: 0 };
  return { as: 'told', finding: { ...finding, novelty: 'newly-seen' }, earlierAttempt: true };
}

function firstRunOf({ hunt, outcome }: HuntReport, { facts }: KeptContent, trial: Trial): RunDifference['firstRun'] {
  const words = { report: 'lists the devices', learn: 'only counts the devices' };
  if (outcome !== 'baseline-founded' || facts.hunt.firstRun === trial.hunt.firstRun) return undefined;
  return { then: words[facts.hunt.firstRun], now: words[hunt.firstRun] };
}
