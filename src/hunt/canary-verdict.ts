/** Where a canary is that has not arrived, in words for who must act. */
import { formatTimespan, type Milliseconds } from '../time.ts';
import { markOf, STAGES, type Flight, type Missing, type Stage } from './canary.ts';
import { latestSlot, nextSlot } from './schedule.ts';

/** A conversation that wants the canary. */
export interface Perch {
  readonly id: string;
  readonly broken: boolean;
}

export interface Around {
  readonly workspace: string;
  /** Conversations that are to have it; none where others are told in its place. */
  readonly perches: readonly Perch[];
  /** Whether there is nobody at all who could be told. */
  readonly deserted: boolean;
  /** Why its run failed, and whether another one holds the lease; for the words only. */
  readonly failure?: { readonly code: string; readonly message: string };
  readonly holder?: { readonly run: string; readonly until: Date };
  readonly missing?: Missing;
}

/** `arrived`: everywhere. `stage`: the first that it has not passed. */
export type Verdict =
  | { readonly arrived: true }
  | {
      readonly arrived: false;
      readonly stage: Stage;
      readonly message: string;
      readonly targets: readonly string[];
    };

export function verdictOn(flight: Flight, around: Around): Verdict {
  const targets = unreached(flight, around);
  const open = firstOpen(flight);
  const stage = open ?? (targets.length > 0 ? 'told' : undefined);
  if (stage === undefined) return { arrived: true };
  const atTeams = stage === 'offered' || stage === 'told';
  return { arrived: false, stage, message: wordsFor(stage, flight, around, targets), targets: atTeams ? targets : [] };
}

/** Whoever is further has passed what lies before, also where nobody could note that. */
function firstOpen({ marks, flaw }: Flight): Stage | undefined {
  const furthest = Math.max(...marks.map(({ stage }) => STAGES.indexOf(stage)));
  return flaw !== undefined && furthest >= STAGES.indexOf('answered') ? 'answered' : STAGES[furthest + 1];
}

/** Who joined after it was told everywhere is not waited for; who was refused it is, also once he is whole again. */
function unreached(flight: Flight, { perches, missing }: Around): readonly string[] {
  const told = markOf(flight, 'told') !== undefined;
  const has = new Set(flight.landings.filter(({ stored }) => stored).map(({ target }) => target));
  return perches
    .filter(({ id, broken }) => !has.has(id) && (!told || broken || missing?.targets.includes(id) === true))
    .map(({ id }) => id);
}

function wordsFor(stage: Stage, flight: Flight, around: Around, targets: readonly string[]): string {
  const { workspace, failure, holder, deserted, perches } = around;
  const because = failure ? `: ${failure.message}` : '.';
  const held = holder && ` Run ${holder.run} holds the lease of the canary until ${holder.until.toISOString()}.`;
  switch (stage) {
    case 'scheduled':
    case 'queued':
      return `The timer has not put it into the queue.${held ?? ''}`;
    case 'begun':
      return `The queue has not delivered it.${held ?? ''}`;
    case 'read':
      return `The ledger could not be read${because}`;
    case 'answered':
      return flight.flaw === undefined
        ? `The workspace ${workspace} did not answer${because}`
        : `The workspace ${workspace} answered, but ${flight.flaw}.`;
    case 'compared':
      return failure
        ? `The comparison with earlier canaries failed: ${failure.message}`
        : 'The comparison with earlier canaries has not called it new.';
    case 'remembered':
      return `The ledger has not remembered it${because}`;
    case 'offered':
      return deserted || (perches.length > 0 && perches.every(({ broken }) => broken))
        ? teamsWords(flight, deserted, targets)
        : 'The outbox has not offered it.';
    case 'told':
      return teamsWords(flight, deserted, targets);
  }
}

function teamsWords({ landings }: Flight, deserted: boolean, targets: readonly string[]): string {
  if (deserted) return 'There is no Teams conversation that could be told.';
  if (targets.length === 0) return 'Teams has it everywhere, but the outbox could not store that.';
  const there = targets.filter((id) => landings.some(({ target }) => target === id));
  const where = (ids: readonly string[]): string =>
    `${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ` and ${String(ids.length - 5)} more` : ''}`;
  if (there.length > 0) return `Teams has it in ${where(there)}, but the outbox could not store that.`;
  return `Teams has not accepted it in ${targets.length === 1 ? 'conversation' : 'conversations'} ${where(targets)}.`;
}

/** As long as a canary may take: the tick that queues it, a run of full length, and the tick that tells what that left. */
export const canaryDeadline = (tick: string, runTimeout: Milliseconds, at: Date): Milliseconds =>
  2 * tickLength(tick, at) + runTimeout;

/** The time between the next two ticks. */
export function tickLength(tick: string, at: Date): Milliseconds {
  const first = nextSlot(tick, at);
  const second = first && nextSlot(tick, first);
  return first && second ? second.getTime() - first.getTime() : 0;
}

/** The latest slot whose canary must have left by now. */
export const owedCanary = (schedule: string, deadline: Milliseconds, now: Date): Date | undefined =>
  latestSlot(schedule, new Date(now.getTime() - deadline));

/** Why a schedule is too dense to notice a lost canary before the next one, or undefined. Years begin alike: any will do. */
export function canaryProblem(schedule: string, tick: string, runTimeout: Milliseconds): string | undefined {
  const start = new Date('2026-01-01T00:00:00Z');
  const deadline = canaryDeadline(tick, runTimeout, start);
  let shortest = Infinity;
  for (let n = 0, slot = nextSlot(schedule, start); slot && n < 100; n += 1) {
    const next = nextSlot(schedule, slot);
    if (next) shortest = Math.min(shortest, next.getTime() - slot.getTime());
    slot = next;
  }
  if (shortest > deadline) return undefined;
  return `comes every ${formatTimespan(shortest)}, but one that is lost shows only after ${formatTimespan(deadline)} (two ticks and RUN_TIMEOUT); name a longer time, or "off"`;
}
