import { dayOf, type Milliseconds } from '../time.ts';
import type { RunTotals } from './report.ts';
import { looksBack, type Run, type RunId } from './run.ts';

/** What a hunt's runs in a workspace came to, small enough to be kept beside its state; see docs/decisions/0050. */
export interface ScopeHistory {
  /** The latest runs that say how the hunt stands, newest first, at most {@link MARKED_RUNS}. */
  readonly marks: readonly RunMark[];
  /** Newly seen devices by day (whole days since 1970 UTC), for {@link NEWS_DAYS} days; days without any are absent. */
  readonly newsByDay: ReadonlyMap<number, number>;
}

export interface RunMark {
  readonly run: RunId;
  readonly asOf: Date;
  /** `partial`: it completed, and its answer was not the whole. */
  readonly status: 'completed' | 'partial' | 'failed';
  readonly devices: number;
  readonly newlySeen: number;
  readonly returning: number;
  readonly took: Milliseconds;
}

export const MARKED_RUNS = 30;
export const NEWS_DAYS = 90;
export const NO_HISTORY: ScopeHistory = { marks: [], newsByDay: new Map() };

/** How a run ended, as far as history is concerned. */
export interface Ending {
  readonly at: Date;
  readonly status: 'completed' | 'failed';
  readonly totals?: RunTotals;
  readonly partial: boolean;
  /** It will be tried again: no end yet. */
  readonly willRetry: boolean;
  readonly took: Milliseconds;
}

/** The history after a run. Repeating the same run replaces its mark. */
export function historyAfter(before: ScopeHistory | undefined, run: Run, ending: Ending): ScopeHistory {
  const { marks, newsByDay } = before ?? NO_HISTORY;
  if (ending.willRetry) return { marks, newsByDay };
  return { marks: marksAfter(marks, run, ending), newsByDay: newsAfter(newsByDay, ending) };
}

/** What a look at the past saw says nothing about the course of time. */
function marksAfter(marks: readonly RunMark[], run: Run, ending: Ending): readonly RunMark[] {
  if (looksBack(run)) return marks;
  const { status, partial, totals, took } = ending;
  const mark: RunMark = {
    run: run.id,
    asOf: run.asOf,
    status: status === 'completed' && partial ? 'partial' : status,
    devices: totals?.devices ?? 0,
    newlySeen: totals?.newlySeen ?? 0,
    returning: totals?.returning ?? 0,
    took: Math.max(0, took),
  };
  const others = marks.filter((other) => other.run !== run.id);
  return [mark, ...others].sort((a, b) => b.asOf.getTime() - a.asOf.getTime()).slice(0, MARKED_RUNS);
}

function newsAfter(newsByDay: ReadonlyMap<number, number>, { at, totals }: Ending): ReadonlyMap<number, number> {
  const today = dayOf(at);
  const kept = [...newsByDay].filter(([day]) => day > today - NEWS_DAYS);
  const news = totals?.newlySeen ?? 0;
  if (news === 0) return new Map(kept);
  const days = new Map(kept);
  return days.set(today, (days.get(today) ?? 0) + news);
}
