import type { Sighting } from './sighting.ts';

/** A sighting that is news. */
export interface Finding extends Sighting {
  readonly novelty: 'newly-seen' | 'returning';
  /** For a returning device: the day it was last in an answer. */
  readonly lastSeenBefore?: Date;
}
