import type { Plan, Strike } from './fault.ts';
import type { Verdict } from './invariants.ts';
import type { Mode } from './mode.ts';

export interface Count {
  scenarios: number;
  /** Scenarios in which something does not hold. */
  violations: number;
  /** Messages that say what another had said, each after an answer that was lost or a process that died. */
  repeated: number;
  /** Scenarios that ended before any of their faults could happen. */
  unreached: number;
}

/** What all scenarios have come to, by their kind. */
export interface Tally {
  readonly counts: Record<string, Count>;
  readonly examples: string[];
  /** Faults that were asked for by name and never happened. */
  readonly unreached: string[];
}

export interface Played {
  readonly group: string;
  readonly name: string;
  readonly mode: Mode;
  readonly strikes?: readonly Strike[];
  readonly happened: Plan['happened'];
  readonly verdict: Verdict;
}

export const newTally = (): Tally => ({ counts: {}, examples: [], unreached: [] });

export function note(tally: Tally, { group, name, mode, strikes = [], happened, verdict }: Played): void {
  const { violations, repeated } = verdict;
  const one = (tally.counts[group] ??= { scenarios: 0, violations: 0, repeated: 0, unreached: 0 });
  one.scenarios += 1;
  one.repeated += repeated;
  const missing = strikes.filter(
    (strike) => !happened.some(({ place, at }) => place === strike.place && at === strike.at),
  );
  if (missing.length > 0) {
    one.unreached += missing.length === strikes.length ? 1 : 0;
    tally.unreached.push(`${mode}, ${name}: ${missing.map(wordsOf).join(' + ')} never happened`);
  }
  if (violations.length === 0) return;
  one.violations += 1;
  tally.examples.push(`${mode}, ${name}: ${violations.join('; ')} [${happened.map(wordsOf).join(' ')}]`);
}

export function add(tally: Tally, other: Tally): void {
  for (const [group, count] of Object.entries(other.counts)) {
    const one = (tally.counts[group] ??= { scenarios: 0, violations: 0, repeated: 0, unreached: 0 });
    for (const field of Object.keys(count) as (keyof Count)[]) one[field] += count[field];
  }
  tally.examples.push(...other.examples);
  tally.unreached.push(...other.unreached);
}

export const totalOf = ({ counts }: Tally, field: keyof Count): number =>
  Object.values(counts).reduce((sum, one) => sum + one[field], 0);

export const wordsOf = ({ place, kind, at }: Strike): string => `${place} ${kind} @${String(at)}`;
