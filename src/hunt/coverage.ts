import type { Milliseconds } from '../time.ts';
import type { Run } from './run.ts';

/** Which time has been looked at by complete runs without a hole. */
export interface Coverage {
  readonly from: Date;
  readonly until: Date;
}

/** A gap that is longer than this many windows is covered at its end only; older rows are mostly gone anyway. */
export const MOST_CATCH_UPS = 12;

/** The coverage after a complete run: a run whose window does not reach back to what is covered leaves a gap. */
export function coverageAfter(before: Coverage | undefined, { asOf, window, trigger }: Run): Coverage {
  if (!before) return { from: window.start, until: asOf };
  // A catch-up closes the gap from its old end on, also where it skips what is too long ago.
  const joins = trigger === 'catch-up' || (window.start <= before.until && asOf >= before.from);
  return joins && asOf > before.until ? { from: before.from, until: asOf } : before;
}

/** The clock reading of the next run that covers a gap, oldest first; undefined when there is none. */
export function catchUpAt(
  coverage: Coverage | undefined,
  lastComplete: Date | undefined,
  lookback: Milliseconds,
): Date | undefined {
  if (!coverage || !lastComplete) return undefined;
  const windowStart = lastComplete.getTime() - lookback;
  const from = Math.max(coverage.until.getTime(), windowStart - MOST_CATCH_UPS * lookback);
  return from < windowStart ? new Date(from + lookback) : undefined;
}

/** The clock readings, oldest first, whose windows together reach `span` back from `asOf`. */
export function backfillClocks(asOf: Date, span: Milliseconds, lookback: Milliseconds): readonly Date[] {
  const windows = Math.max(1, Math.ceil(span / lookback));
  return Array.from({ length: windows }, (_, n) => new Date(asOf.getTime() - (windows - 1 - n) * lookback));
}

/**
 * The clock reading of the daily look for rows that arrived when their window had been looked at already: one window back.
 * Not before such a window is covered at all, else what was there before the baseline would count as late.
 */
export function lateSweepAt(coverage: Coverage | undefined, lookback: Milliseconds, now: Date): Date | undefined {
  const asOf = now.getTime() - lookback;
  return coverage && asOf - lookback >= coverage.from.getTime() ? new Date(asOf) : undefined;
}
