import { catchUpAt } from '../hunt/coverage.ts';
import type { Hunt } from '../hunt/hunt.ts';
import { latestSlot } from '../hunt/schedule.ts';
import { SLOTS_MISSED } from '../missed-slots.ts';
import type { ScopeState } from '../services.ts';
import { MINUTE, type Milliseconds } from '../time.ts';

/** How a hunt stands, the worst first. `blind`: it runs, and does not see everything. `waiting`: it has not run yet. */
export const STANDINGS = ['not-loaded', 'failing', 'blind', 'new', 'muted', 'waiting', 'healthy'] as const;
export type Standing = (typeof STANDINGS)[number];

export interface Judgement {
  readonly standing: Standing;
  /** Why, where it is not plain. May quote what a service said. */
  readonly why?: string;
}

export interface Circumstances {
  readonly hunt: Pick<Hunt, 'lookback'>;
  /** The latest slot that must have been answered by now. */
  readonly owed?: Date;
  readonly muted: boolean;
  /** Findings that nobody has answered. */
  readonly unanswered: number;
}

/** A slot counts as missed once a run of full length could have answered it, and a tick could have started that run. */
const GRACE: Milliseconds = 10 * MINUTE;

/** A hunt whose table receives nothing: the run itself is fine. */
const BLIND = 'blind-hunt';

export function standingOf(state: ScopeState | undefined, at: Circumstances): Judgement {
  const { unanswered, muted } = at;
  const { trouble, lastRun } = state ?? {};
  if (trouble) {
    const failed = trouble.code === SLOTS_MISSED || (lastRun?.status === 'failed' && trouble.code !== BLIND);
    return { standing: failed ? 'failing' : 'blind', why: trouble.message };
  }
  if (!state || !lastRun) return { standing: 'waiting' };
  const missed = missedSlot(state, at);
  if (missed) return { standing: 'failing', why: `No run has answered for the slot of ${shortInstant(missed)}.` };
  if (state.coverage && catchUpAt(state.coverage, state.lastComplete, at.hunt.lookback))
    return {
      standing: 'blind',
      why: `Since ${shortInstant(state.coverage.until)} there is time that nobody has looked at yet.`,
    };
  if (unanswered > 0) return { standing: 'new' };
  return { standing: muted ? 'muted' : 'healthy' };
}

/** Whatever was ordered for this slot has had the time to be run. */
export const owedSlot = (schedule: string, runTimeout: Milliseconds, now: Date): Date | undefined =>
  latestSlot(schedule, new Date(now.getTime() - runTimeout - GRACE));

/** Run by hand only: it has no slot to miss. */
const missedSlot = ({ lastSlot }: ScopeState, { owed }: Circumstances): Date | undefined =>
  lastSlot && owed && lastSlot < owed ? owed : undefined;

const shortInstant = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export const worse = (a: Standing, b: Standing): Standing => (STANDINGS.indexOf(a) <= STANDINGS.indexOf(b) ? a : b);
