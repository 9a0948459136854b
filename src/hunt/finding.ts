import { weightOf, type Agreement } from './corroboration.ts';
import type { DeviceEvidence } from './evidence.ts';
import type { Namesake } from './life.ts';
import type { Sighting } from './sighting.ts';
import type { Verdict } from './verdict.ts';

/** A sighting that is news. */
export interface Finding extends Sighting {
  /**
   * `expectation-ended`: known, but somebody's promise that it is fine has run out, and it is still there.
   * `explanation-ended`: known, and explained by a scenario so far.
   */
  readonly novelty: 'newly-seen' | 'returning' | 'expectation-ended' | 'explanation-ended';
  /** For a returning device: the day it was last in an answer. */
  readonly lastSeenBefore?: Date;
  /** For a newly seen device: a known one of the same name, which it may be under a new id. */
  readonly sameNameAs?: Namesake;
  /** The promise that somebody made about it. */
  readonly expected?: { readonly until: Date; readonly reason: string; readonly by: string };
  /** What was learned about it besides the match. */
  readonly evidence?: DeviceEvidence;
  /** What the hunt's scenarios say of it. */
  readonly verdict?: Verdict;
  /** How many of the hunts for the same tool say the same. */
  readonly agreement?: Agreement;
  /** For `explanation-ended`: what explained it so far, and what is outside of that now. */
  readonly explainedSoFar?: {
    readonly by: readonly string[];
    readonly since: Date;
    readonly because: readonly string[];
  };
}

const URGENCY: Readonly<Record<Finding['novelty'], number>> = {
  'newly-seen': 0,
  'explanation-ended': 0,
  'expectation-ended': 1,
  returning: 2,
};

/** What an analyst should look at first: never seen before, then what most hunts agree on, then the most and the latest matches. */
export function worstFirst<T extends Finding>(findings: readonly T[]): readonly T[] {
  const order = (a: T, b: T): number =>
    URGENCY[a.novelty] - URGENCY[b.novelty] ||
    weightOf(b.agreement) - weightOf(a.agreement) ||
    (b.count ?? 0) - (a.count ?? 0) ||
    (b.lastSeen?.getTime() ?? 0) - (a.lastSeen?.getTime() ?? 0) ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  return [...findings].sort(order);
}
