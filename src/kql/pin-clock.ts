import { callsOf, replaceCalls, type Call } from './calls.ts';

const CLOCK = ['now', 'ago'];

/**
 * Replaces the calls `now()`, `now(offset)` and `ago(length)` by the run's own clock reading, outside strings and
 * comments, so that a retry or a look at a past day asks exactly the same. `ingestion_time()` cannot be pinned.
 * See docs/decisions/0004-one-clock-reading-per-run.md.
 */
export function pinClock(kql: string, asOf: Date): string {
  return pinned(kql, `datetime(${asOf.toISOString()})`);
}

/** The calls of the clock that stand outside strings, comments and other such calls. */
export const clockCalls = (kql: string): readonly Call[] => callsOf(kql, CLOCK);

const pinned = (kql: string, clock: string): string => replaceCalls(kql, CLOCK, (call) => replacement(call, clock));

function replacement({ name, argument }: Call, clock: string): string {
  const inner = pinned(argument, clock);
  if (argument.trim() === '') return name === 'now' ? clock : `ago(${inner})`;
  return `(${clock} ${name === 'now' ? '+' : '-'} (${inner}))`;
}
