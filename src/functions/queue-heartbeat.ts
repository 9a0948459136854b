import { latestSlot } from '../hunt/schedule.ts';
import type { Hunt } from '../hunt/hunt.ts';
import type { RunPolicy, ScopeState } from '../services.ts';
import { MINUTE, type Milliseconds } from '../time.ts';

/** A slot counts as missed once a tick could have started a run, and a run of full length answered it. */
const GRACE: Milliseconds = 10 * MINUTE;

/** The latest slot that should have been answered by now and has not; undefined for a scope that has never had one. */
export function missedSlot(
  { schedule }: Pick<Hunt, 'schedule'>,
  state: ScopeState | undefined,
  policy: Pick<RunPolicy, 'schedule' | 'runTimeout'>,
  now: Date,
): Date | undefined {
  if (!state?.lastSlot) return undefined;
  const slot = latestSlot(schedule ?? policy.schedule, new Date(now.getTime() - policy.runTimeout - GRACE));
  return slot && state.lastSlot < slot ? slot : undefined;
}

/** The heartbeat of the queue: when a run ended last, whatever it came to. */
export function lastDelivery(states: readonly ScopeState[]): Date | undefined {
  const ends = states.flatMap(({ lastRun }) => lastRun?.at ?? []);
  return ends.length === 0 ? undefined : new Date(Math.max(...ends.map((at) => at.getTime())));
}

interface QueueInput {
  readonly hunts: readonly Hunt[];
  readonly workspaces: readonly string[];
  readonly states: readonly ScopeState[];
  readonly policy: Pick<RunPolicy, 'schedule' | 'runTimeout'>;
  readonly now: Date;
}

/** The timer orders, and nothing is delivered: one reason for all the slots that go unanswered. */
export function queueReasons({
  hunts,
  workspaces,
  states,
  policy,
  now,
}: QueueInput): readonly { readonly code: string; readonly message: string }[] {
  if (states.some(({ lease }) => lease && lease.until > now)) return [];
  const missed = hunts.flatMap((hunt) =>
    workspaces.flatMap((workspace) => {
      const state = states.find(({ scope }) => scope.hunt === hunt.id && scope.workspace === workspace);
      return missedSlot(hunt, state, policy, now) ?? [];
    }),
  );
  const since = lastDelivery(states);
  const oldest = Math.min(...missed.map((slot) => slot.getTime()));
  if (missed.length === 0 || !since || since.getTime() >= oldest) return [];
  const waiting = missed.length === 1 ? '1 slot waits' : `${String(missed.length)} slots wait`;
  const message =
    `The queue delivers nothing: no run has ended since ${since.toISOString()}, and ${waiting}, the ` +
    `oldest since ${new Date(oldest).toISOString()}. Look whether the function "run" is there and not disabled, and at the ` +
    'queue hunt-runs and the rights to it.';
  return [{ code: 'queue-silent', message }];
}
