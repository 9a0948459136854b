import { DAY } from '../time.ts';
import type { QueryAnswer } from './answer.ts';
import { noveltyOf, type Baseline } from './baseline.ts';
import { isActive, type Expectation, type Expectations } from './expectation.ts';
import type { Explanation } from './explanation.ts';
import type { Finding } from './finding.ts';
import type { Hunt } from './hunt.ts';
import type { Run } from './run.ts';
import { readSightings, type Sighting } from './sighting.ts';

/**
 * `blind`: nothing new, but the hunt's tables are silent. `baseline-not-founded`: the first answer was partial, and what is missing from it would look new next time.
 */
export type RunOutcome = 'baseline-founded' | 'baseline-not-founded' | 'nothing-new' | 'devices-found' | 'blind';

export interface RunTotals {
  readonly rows: number;
  readonly devices: number;
  readonly newlySeen: number;
  readonly returning: number;
  readonly known: number;
  /** Devices that somebody expects here: remembered, not told. Those already known count as known. */
  readonly expected: number;
  readonly withoutDevice: number;
  /** Devices that would be news and that a scenario leaves out of the cards; absent from older runs. */
  readonly excluded?: number;
  /** Devices that sent anything to the hunt's tables lately; absent where that is not known. */
  readonly reporting?: number;
}

/** Everything a run decided, as one value: what to remember and what to tell. */
export interface HuntReport {
  readonly hunt: Hunt;
  readonly run: Run;
  /** What the workspace was asked, with the run's clock in it. */
  readonly asked: string;
  readonly outcome: RunOutcome;
  /** Set when the service said that rows are missing from its answer. */
  readonly partial?: { readonly code: string; readonly message: string };
  readonly totals: RunTotals;
  /** What the ledger records as news, to be told. */
  readonly findings: readonly Finding[];
  /** What would be news if nobody had promised that it is fine; the ledger records it without a card. */
  readonly expected: readonly Finding[];
  /** Known devices whose promise has run out: told again, once. */
  readonly lapsed: readonly Finding[];
  /** What would be news if every execution of it were not explained by a scenario that excludes; remembered, not told. */
  readonly excluded: readonly Finding[];
  /** Known devices that were explained so far and no longer are: told again, once. */
  readonly reopened: readonly Finding[];
  /** What is to be remembered of what scenarios said. */
  readonly explanations: readonly Explanation[];
  /** Devices left out of cards of which nobody could ask whether they still are explained. */
  readonly unchecked: number;
  /** Why the hunt could see nothing new, whatever its answer says. */
  readonly blind?: { readonly code: string; readonly message: string };
  /** Known devices that this answer had; the ledger moves their last-seen day. */
  readonly known: readonly Sighting[];
  /** Devices a founding run remembers without calling them new. */
  readonly founding: readonly Sighting[];
}

export interface ReportInput {
  readonly hunt: Hunt;
  readonly run: Run;
  readonly asked: string;
  readonly answer: QueryAnswer;
  readonly baseline: Baseline;
  /** The clock of the latest complete run before this one. */
  readonly lastComplete?: Date;
  /** Promises of people for this scope, those that have run out included; none by default. */
  readonly expectations?: Expectations;
}

/** Returned instead of a report when the answer lacks columns the hunt's author named. */
export interface UnreadableAnswer {
  readonly missingColumns: readonly string[];
}

/** Compares an answer with the baseline. Every sighting ends in exactly one of findings, expected, known and founding. */
export function assembleReport(input: ReportInput): HuntReport | UnreadableAnswer {
  const { hunt, run, answer, baseline } = input;
  const sightings = readSightings(answer, hunt);
  if (sightings.missingColumns.length > 0) return { missingColumns: sightings.missingColumns };

  const context = {
    baseline,
    forgetAfter: hunt.forgetAfter,
    asOf: run.asOf,
    ...(input.lastComplete && { lastComplete: input.lastComplete }),
  };
  const findings: Finding[] = [];
  const expected: Finding[] = [];
  const lapsed: Finding[] = [];
  const known: Sighting[] = [];
  const founding: Sighting[] = [];
  for (const sighting of sightings.devices) {
    const novelty = noveltyOf(sighting, context);
    const promise = input.expectations?.get(sighting.device);
    if (novelty === 'known') known.push(sighting);
    else if (novelty === 'founding') founding.push(sighting);
    else {
      const list = promise && isActive(promise, run.asOf) ? expected : findings;
      list.push({ ...sighting, novelty, ...lastSeenBefore(sighting, baseline), ...(promise && promised(promise)) });
    }
    if (novelty === 'known' && promise && !isActive(promise, run.asOf)) lapsed.push(lapsedFinding(sighting, promise));
  }
  return {
    hunt,
    run,
    asked: input.asked,
    outcome: outcomeOf(baseline, answer, findings.length + lapsed.length),
    ...(answer.partial && { partial: answer.partial }),
    totals: {
      rows: answer.rows.length,
      devices: sightings.devices.length,
      newlySeen: findings.filter((finding) => finding.novelty === 'newly-seen').length,
      returning: findings.filter((finding) => finding.novelty === 'returning').length,
      known: known.length,
      expected: expected.length,
      withoutDevice: sightings.withoutDevice,
    },
    findings,
    expected,
    lapsed,
    excluded: [],
    reopened: [],
    explanations: [],
    unchecked: 0,
    known,
    founding,
  };
}

/** A partial answer may report devices but never founds a baseline. */
function outcomeOf(baseline: Baseline, answer: QueryAnswer, news: number): RunOutcome {
  if (baseline.state === 'absent') return answer.partial ? 'baseline-not-founded' : 'baseline-founded';
  return news === 0 ? 'nothing-new' : 'devices-found';
}

function lastSeenBefore(sighting: Sighting, baseline: Baseline): { lastSeenBefore?: Date } {
  const day = baseline.known.lastSeenDay(sighting.device);
  return day === undefined ? {} : { lastSeenBefore: new Date(day * DAY) };
}

const lapsedFinding = (sighting: Sighting, promise: Expectation): Finding => ({
  ...sighting,
  novelty: 'expectation-ended',
  ...promised(promise),
});

const promised = ({ until, reason, by }: Expectation): Pick<Finding, 'expected'> => ({
  expected: { until, reason, by: by.name },
});
