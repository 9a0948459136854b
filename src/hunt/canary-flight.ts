/** What happens to a canary, as changes of what is known of it. Each returns the same object where nothing changes. */
import type { Milliseconds } from '../time.ts';
import { markOf, OFF, STAGES, type CanaryState, type Flight, type Landing, type Stage } from './canary.ts';
import { isScheduled, parseRunId, type RunId } from './run.ts';

/** The timer keeps this schedule from now on. What flew under another one is not waited for any more. */
export function keptSchedule(state: CanaryState | undefined, schedule: string, at: Date): CanaryState {
  if (state?.schedule === schedule) return state;
  const { arrived, missing, flight } = state ?? {};
  // Whoever changes the time of day still wants to hear of one that is missing; whoever switches it off does not.
  const kept = state && state.schedule !== OFF && schedule !== OFF;
  return {
    schedule,
    since: at,
    ...(arrived && { arrived }),
    ...(kept && flight && { flight }),
    ...(kept && missing && { missing }),
  };
}

/** A canary is due; whether it gets any further is what it is for. */
export function scheduled(state: CanaryState, slot: Date, at: Date): CanaryState {
  if (state.flight && state.flight.slot >= slot) return state;
  return { ...state, flight: newFlight(slot, at) };
}

const newFlight = (slot: Date, at: Date, run?: RunId): Flight => ({
  slot,
  ...(run !== undefined && { run }),
  marks: [{ stage: 'scheduled', at }],
  landings: [],
  looked: { at, length: 0 },
});

/**
 * Its run is about to be queued. Noted before, since a fast queue delivers before anybody could note that it has it; a run
 * that is queued again is the same flight.
 */
export function departing(state: CanaryState, run: RunId, at: Date): CanaryState {
  const flight = flightOf(state, run, at);
  return flight && flight !== state.flight ? { ...state, flight } : state;
}

/**
 * The flight of a run: the latest, the one that waits for its run, or a new one where nobody could note that it left.
 * Undefined for a canary that another has followed: it is not watched any more.
 */
function flightOf({ flight }: CanaryState, run: RunId, at: Date): Flight | undefined {
  const leaves = parseRunId(run)?.at;
  if (flight?.run === run || !leaves) return flight?.run === run ? flight : undefined;
  const slot = isScheduled(run) ? leaves : (flight?.slot ?? leaves);
  if (!flight) return newFlight(slot, at, run);
  if (flight.run === undefined) return leaves < flight.slot ? undefined : { ...flight, run };
  const before = parseRunId(flight.run)?.at;
  return before && leaves <= before ? undefined : newFlight(slot, at, run);
}

/** The flight of this run has passed a stage. */
export function passed(state: CanaryState, run: RunId, stage: Stage, at: Date): CanaryState {
  const flight = flightOf(state, run, at);
  if (!flight || flight.done) return state;
  if (stage === 'begun' && !markOf(flight, 'remembered')) return { ...state, flight: begunAnew(flight, at) };
  const marked = withMark(flight, stage, at);
  return marked === state.flight ? state : { ...state, flight: marked };
}

/** What an attempt that died had passed says nothing about where the next one is. */
function begunAnew({ flaw: _earlier, ...flight }: Flight, at: Date): Flight {
  const marks = flight.marks.filter(({ stage }) => STAGES.indexOf(stage) < STAGES.indexOf('begun'));
  return { ...flight, marks: [...marks, { stage: 'begun', at }] };
}

const withMark = (flight: Flight, stage: Stage, at: Date): Flight =>
  markOf(flight, stage) ? flight : { ...flight, marks: [...flight.marks, { stage, at }] };

/** The workspace answered, and not what it was asked. */
export function flawed(state: CanaryState, run: RunId, flaw: string): CanaryState {
  const { flight } = state;
  return flight?.run === run && flight.flaw !== flaw ? { ...state, flight: { ...flight, flaw } } : state;
}

/** Teams has shown it somewhere. Stored once, a landing stays so. */
export function landed(state: CanaryState, run: RunId, landings: readonly Landing[]): CanaryState {
  const { flight } = state;
  if (flight?.run !== run) return state;
  const known = (landing: Landing): boolean =>
    flight.landings.some(({ target, stored }) => target === landing.target && (stored || !landing.stored));
  const news = landings.filter((landing) => !known(landing));
  if (news.length === 0) return state;
  const others = flight.landings.filter(({ target }) => !news.some((landing) => landing.target === target));
  return { ...state, flight: { ...flight, landings: [...others, ...news] } };
}

/**
 * The timer has looked. A time between two looks counts as watched up to `most`: what is longer is an outage of the timer,
 * in which the rest was probably away, too.
 */
export function lookedAt(state: CanaryState, at: Date, most: Milliseconds): CanaryState {
  const { flight } = state;
  if (!flight || flight.done) return state;
  const { looked } = flight;
  const length = looked.length + Math.min(Math.max(0, at.getTime() - looked.at.getTime()), most);
  return { ...state, flight: { ...flight, looked: { at, length } } };
}

/** It has arrived everywhere, and with it ends whatever was missing. */
export function arrived({ missing: _over, ...state }: CanaryState): CanaryState {
  if (!state.flight) return state;
  const done: Flight = { ...state.flight, done: true };
  return { ...state, flight: done, arrived: done };
}
