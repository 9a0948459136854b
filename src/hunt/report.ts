import type { PartialAnswer } from './answer.ts';
import type { Baseline } from './baseline.ts';
import type { Explanation } from './explanation.ts';
import type { Finding } from './finding.ts';
import type { FoundingDevices } from './founding.ts';
import type { Hunt } from './hunt.ts';
import type { KnownList } from './known-list.ts';
import type { DeviceChange } from './known-rows.ts';
import type { Proof } from './proof.ts';
import type { Run } from './run.ts';
import type { Named } from './sighting.ts';

/**
 * `baseline-not-founded`: the first answer was partial, or there was none to see: what is missing would look new next time.
 * `blind`: nothing new, but the hunt's tables are silent.
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
  readonly partial?: PartialAnswer;
  /** What had been watched before this run; absent for a founding run. */
  readonly proof?: Proof;
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
  /** Known devices that this answer had, in its order; the ledger moves their last-seen day. */
  readonly known: KnownList;
  /** What it noticed of devices that the ledger knows: other names, an earlier first seen, times without them. No news. */
  readonly changes: readonly DeviceChange[];
  /** Devices a founding run remembers without calling them new, in the answer's order and without their report ids. */
  readonly founding: FoundingDevices;
}

/** A partial answer may report devices but never founds a baseline. */
export function outcomeOf(baseline: Baseline, partial: PartialAnswer | undefined, news: number): RunOutcome {
  if (baseline.state === 'absent') return partial ? 'baseline-not-founded' : 'baseline-founded';
  return news === 0 ? 'nothing-new' : 'devices-found';
}

/** The order of the rows is the service's; what is told must not depend on it. */
export const byDevice = <T extends Named>(list: readonly T[]): T[] =>
  [...list].sort((a, b) => (a.device < b.device ? -1 : 1));

export function countsOf({
  findings,
  expected,
  known,
  founding,
}: Pick<HuntReport, 'findings' | 'expected' | 'known' | 'founding'>): Omit<RunTotals, 'rows' | 'withoutDevice'> {
  return {
    devices: known.length + findings.length + expected.length + founding.length,
    newlySeen: findings.filter(({ novelty }) => novelty === 'newly-seen').length,
    returning: findings.filter(({ novelty }) => novelty === 'returning').length,
    known: known.length,
    expected: expected.length,
  };
}
