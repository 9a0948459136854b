import { whyMissing } from '../canary-standing.ts';
import { describeProblem, type HuntFileProblem } from '../errors.ts';
import type { Hunt } from '../hunt/hunt.ts';
import { catchUpAt } from '../hunt/coverage.ts';
import { nextSlot } from '../hunt/schedule.ts';
import { wants } from '../hunt/subscription.ts';
import type { KnownCanary, Mute, RunPolicy, ScopeState, Target } from '../services.ts';
import { MINUTE, type Milliseconds } from '../time.ts';
import { missedSlot, queueReasons } from './queue-heartbeat.ts';

export interface HealthInput {
  readonly hunts: readonly Hunt[];
  readonly workspaces: readonly string[];
  readonly problems: readonly HuntFileProblem[];
  readonly states: readonly ScopeState[];
  readonly targets: readonly Target[];
  readonly mutes: readonly Mute[];
  readonly canaries: readonly KnownCanary[];
  readonly lastTick: Date | undefined;
  readonly policy: RunPolicy;
  readonly now: Date;
}

/** One reason why silence could be broken instead of quiet, in words a person can act on. */
export interface HealthReason {
  readonly code: string;
  readonly message: string;
}

/** Delivery normally takes seconds; a notice this old is stuck. */
const STUCK_AFTER: Milliseconds = 10 * MINUTE;

/** Everything that is wrong. Empty means that silence is news: nothing new. */
export function healthReasons(input: HealthInput): readonly HealthReason[] {
  return [
    ...tickReasons(input),
    ...queueReasons(input),
    ...fileReasons(input),
    ...targetReasons(input),
    ...scopeReasons(input),
    ...canaryReasons(input),
  ];
}

function tickReasons({ lastTick, policy, now }: HealthInput): HealthReason[] {
  if (!lastTick) return [{ code: 'timer-silent', message: 'The timer has never ticked.' }];
  // The third missed tick: one is late, two are a restart, three are a dead timer.
  const [first, second, third] = slotsAfter(policy.tick, lastTick, 3);
  if (!first || !second || !third || third > now) return [];
  return [{ code: 'timer-silent', message: `The timer last ticked at ${lastTick.toISOString()}.` }];
}

function slotsAfter(expression: string, after: Date, count: number): Date[] {
  const slots: Date[] = [];
  for (let from: Date | undefined = after; from && slots.length < count;) {
    from = nextSlot(expression, from);
    if (from) slots.push(from);
  }
  return slots;
}

function fileReasons({ problems, hunts }: HealthInput): HealthReason[] {
  const reasons = problems.map((problem) => ({ code: 'hunt-file-invalid', message: describeProblem(problem) }));
  if (hunts.length === 0) reasons.push({ code: 'no-hunts', message: 'No hunt is loaded, so nothing is looked for.' });
  return reasons;
}

function targetReasons({ targets, hunts }: HealthInput): HealthReason[] {
  const reasons: HealthReason[] = targets.flatMap(({ id, broken }) =>
    broken
      ? [
          {
            code: 'target-broken',
            message: `Teams refuses posts to ${id} since ${broken.since.toISOString()}; install the bot there again.`,
          },
        ]
      : [],
  );
  if (targets.every(({ broken }) => broken !== undefined)) {
    reasons.push({
      code: 'no-target',
      message: 'No Teams conversation can be told; findings wait. Install the bot in a channel or chat.',
    });
  }
  for (const hunt of hunts) {
    if (targets.length > 0 && !targets.some(({ rules }) => wants(rules, hunt)))
      reasons.push({
        code: 'no-subscriber',
        message: `Nobody is told of ${hunt.slug}: every conversation has unsubscribed.`,
      });
  }
  return reasons;
}

function scopeReasons({ hunts, workspaces, states, mutes, policy, now }: HealthInput): HealthReason[] {
  return hunts.flatMap((hunt) =>
    workspaces.flatMap((workspace) => {
      const state = states.find(({ scope }) => scope.hunt === hunt.id && scope.workspace === workspace);
      const where = `${hunt.slug} in ${workspace}`;
      return [
        ...troubleReasons(state, where),
        ...missedReasons(hunt, state, where, policy, now),
        ...gapReasons(hunt, state, where),
        // Somebody wanted it so, and it shows in the list of what is muted.
        ...(mutes.some((mute) => mute.hunt === hunt.id && mute.until > now) ? [] : stuckReasons(state, where, now)),
      ];
    }),
  );
}

function troubleReasons(state: ScopeState | undefined, where: string): HealthReason[] {
  if (!state?.trouble) return [];
  const { code, message, since } = state.trouble;
  return [{ code, message: `${where}, since ${since.toISOString()}: ${message}` }];
}

function missedReasons(
  hunt: Hunt,
  state: ScopeState | undefined,
  where: string,
  policy: RunPolicy,
  now: Date,
): HealthReason[] {
  if (!state?.lastSlot) {
    // Run by hand only: it has no slot to miss.
    if (state?.lastRun) return [];
    return [{ code: 'never-run', message: `${where} has never run, so it has no baseline to compare with.` }];
  }
  const slot = missedSlot(hunt, state, policy, now);
  if (!slot) return [];
  return [{ code: 'slot-missed', message: `${where} has not answered for its slot of ${slot.toISOString()}.` }];
}

function gapReasons({ lookback }: Hunt, state: ScopeState | undefined, where: string): HealthReason[] {
  if (!state?.coverage || !state.lastComplete || !catchUpAt(state.coverage, state.lastComplete, lookback)) return [];
  const until = new Date(state.lastComplete.getTime() - lookback).toISOString();
  const message = `${where} has not looked yet at what happened from ${state.coverage.until.toISOString()} to ${until}.`;
  return [{ code: 'gap-open', message }];
}

function stuckReasons(state: ScopeState | undefined, where: string, now: Date): HealthReason[] {
  const since = state?.unsettledSince;
  if (!since || now.getTime() - since.getTime() < STUCK_AFTER) return [];
  return [{ code: 'findings-untold', message: `${where} has had something to tell since ${since.toISOString()}.` }];
}

function canaryReasons(input: HealthInput): HealthReason[] {
  return input.workspaces.flatMap((workspace) => {
    const message = whyMissing(workspace, input);
    return message === undefined ? [] : [{ code: 'canary-missing', message: `The canary in ${workspace}: ${message}` }];
  });
}
