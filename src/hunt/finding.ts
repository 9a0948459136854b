import type { Sighting } from './sighting.ts';

/** A sighting that is news. */
export interface Finding extends Sighting {
  /** `expectation-ended`: known, but somebody's promise that it is fine has run out, and it is still there. */
  readonly novelty: 'newly-seen' | 'returning' | 'expectation-ended';
  /** For a returning device: the day it was last in an answer. */
  readonly lastSeenBefore?: Date;
  /** The promise that somebody made about it. */
  readonly expected?: { readonly until: Date; readonly reason: string; readonly by: string };
}

const URGENCY: Readonly<Record<Finding['novelty'], number>> = { 'newly-seen': 0, 'expectation-ended': 1, returning: 2 };

/** What an analyst should look at first: never seen before, then the most and the latest matches. */
export function worstFirst<T extends Finding>(findings: readonly T[]): readonly T[] {
  const order = (a: T, b: T): number =>
    URGENCY[a.novelty] - URGENCY[b.novelty] ||
    (b.count ?? 0) - (a.count ?? 0) ||
    (b.lastSeen?.getTime() ?? 0) - (a.lastSeen?.getTime() ?? 0) ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  return [...findings].sort(order);
}
