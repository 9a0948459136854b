import { MARKED_RUNS, NEWS_DAYS, type RunMark, type ScopeHistory } from '../hunt/history.ts';
import type { RunId } from '../hunt/run.ts';

/** A bar of a hunt's chart: what all its workspaces together knew at that time. */
export interface TrendPoint {
  readonly at: Date;
  readonly devices: number;
  readonly news: number;
  readonly failed: boolean;
  readonly partial: boolean;
  /** The only run of that time, where there is one. */
  readonly run?: RunId;
}

/**
 * The last runs of a hunt, oldest first. Workspaces run at their own times: between two of its runs a workspace counts with
 * what it saw last, so that the chart does not fall whenever only one of them runs.
 */
export function trendOf(histories: readonly ScopeHistory[]): readonly TrendPoint[] {
  const marks = histories.flatMap((history, workspace) => history.marks.map((mark) => ({ mark, workspace })));
  const latest = new Map<number, number>();
  const slots = Map.groupBy(marks, ({ mark }) => slotOf(mark));
  const points = [...slots.keys()].sort().map((slot): TrendPoint => {
    const own = slots.get(slot) ?? [];
    // A run that failed saw nothing; its devices are not gone for that.
    for (const { mark, workspace } of own) if (mark.status !== 'failed') latest.set(workspace, mark.devices);
    const [first, another] = own;
    return {
      at: first?.mark.asOf ?? new Date(0),
      devices: sum([...latest.values()]),
      news: sum(own.map(({ mark }) => mark.newlySeen + mark.returning)),
      failed: own.some(({ mark }) => mark.status === 'failed'),
      partial: own.some(({ mark }) => mark.status === 'partial'),
      ...(first && !another && { run: first.mark.run }),
    };
  });
  return points.slice(-MARKED_RUNS);
}

/** The instant that a run's id begins with: the same for all workspaces of a slot. */
const slotOf = ({ run }: RunMark): string => run.slice(0, run.indexOf('-'));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

/** Newly seen devices per day, oldest first, until `today` (whole days since 1970 UTC). */
export function timelineOf(histories: readonly ScopeHistory[], today: number): readonly number[] {
  const days = Array.from({ length: NEWS_DAYS }, () => 0);
  for (const { newsByDay } of histories) {
    for (const [day, count] of newsByDay) {
      const at = day - today + NEWS_DAYS - 1;
      if (at >= 0 && at < NEWS_DAYS) days[at] = (days[at] ?? 0) + count;
    }
  }
  return days;
}
