/** What a hunt in a workspace has watched: by how many runs, and with which holes. Enough to prove that something is new. */
import { hash } from 'node:crypto';
import type { Hunt } from './hunt.ts';
import { saysWhoIsThere, type Run, type RunId } from './run.ts';

export interface Watch {
  /** The clock of the first run that this record counts; the record may be younger than the baseline. */
  readonly since: Date;
  /** The run that founded the baseline, where this record saw it. */
  readonly founded?: { readonly run: RunId; readonly at: Date };
  /** Runs by how they ended. Looks at the past are not among them; neither is what is tried again. */
  readonly complete: number;
  readonly partial: number;
  readonly blind: number;
  readonly failed: number;
  /** The latest complete run, its clock, and from where it looked. */
  readonly last?: Look;
  /** Until when complete runs have looked, but for the gaps. */
  readonly until?: Date;
  /** Times that no complete run has looked at, oldest first, at most {@link MOST_GAPS}. */
  readonly gaps: readonly Gap[];
  /** Older gaps that are no longer listed. */
  readonly olderGaps: number;
  /** What was asked, the latest first, at most {@link MOST_QUESTIONS}. */
  readonly questions: readonly Question[];
  /** The latest run that was counted, and as what: a repetition of it counts once, as what it came to in the end. */
  readonly counted?: { readonly run: RunId; readonly as: LookEnded };
}

export interface Look {
  readonly run: RunId;
  readonly at: Date;
  readonly from: Date;
}

export interface Gap {
  readonly from: Date;
  readonly until: Date;
}

/** A query, by the hash of its text without any clock. */
export interface Question {
  readonly hash: string;
  readonly version?: string;
  /** The first run that asked it, and that run's clock. */
  readonly run: RunId;
  readonly since: Date;
}

export const MOST_GAPS = 12;
export const MOST_QUESTIONS = 6;

/** Failures that are tried again are no end, and are not given here. */
export type LookEnded = 'complete' | 'partial' | 'blind' | 'failed';

export const questionHash = ({ query }: Pick<Hunt, 'query'>): string => hash('sha256', query, 'hex').slice(0, 16);

/** The record after a run. */
export function watchAfter(
  before: Watch | undefined,
  run: Run,
  ended: LookEnded,
  founded: boolean,
  hunt: Pick<Hunt, 'query' | 'version'>,
): Watch {
  if (before?.counted?.run === run.id && before.counted.as === ended) return before;
  const record = uncounted(before ?? nothing(run), run);
  if (isPast(record, run)) return ended === 'complete' ? { ...record, ...looked(record, run.window) } : record;
  const counts = { ...record, counted: { run: run.id, as: ended }, [ended]: record[ended] + 1 };
  if (ended !== 'complete') return counts;
  return {
    ...counts,
    ...(founded && { founded: { run: run.id, at: run.asOf } }),
    last: { run: run.id, at: run.asOf, from: run.window.start },
    ...looked(record, run.window),
    questions: asked(record.questions, run, hunt),
  };
}

const nothing = (run: Run): Watch => ({
  since: run.asOf,
  ...{ complete: 0, partial: 0, blind: 0, failed: 0, gaps: [], olderGaps: 0, questions: [] },
});

/** A slot that failed may be answered by another attempt of its run. */
const uncounted = (record: Watch, run: Run): Watch =>
  record.counted?.run === run.id ? { ...record, [record.counted.as]: record[record.counted.as] - 1 } : record;

/** A backfill comes from the past to the present, and so do its runs. */
const isPast = ({ last }: Watch, run: Run): boolean =>
  last !== undefined && (run.asOf <= last.at || (!saysWhoIsThere(run) && run.trigger !== 'backfill'));

/** The same with a time that has been looked at now. */
function looked(
  { until, gaps: before, olderGaps }: Watch,
  window: Run['window'],
): Pick<Watch, 'until' | 'gaps' | 'olderGaps'> {
  const left = without(before, window);
  const gaps = until && window.start > until ? [...left, { from: until, until: window.start }] : left;
  return {
    until: until && until > window.end ? until : window.end,
    gaps: gaps.slice(-MOST_GAPS),
    olderGaps: olderGaps + Math.max(0, gaps.length - MOST_GAPS),
  };
}

/** What is left of the gaps when this time has been looked at after all. */
function without(gaps: readonly Gap[], { start, end }: Run['window']): readonly Gap[] {
  return gaps.flatMap(({ from, until }) => [
    ...(from < start ? [{ from, until: until < start ? until : start }] : []),
    ...(until > end ? [{ from: from > end ? from : end, until }] : []),
  ]);
}

function asked(questions: readonly Question[], run: Run, hunt: Pick<Hunt, 'query' | 'version'>): readonly Question[] {
  const now = questionHash(hunt);
  if (questions[0]?.hash === now) return questions;
  const { version } = hunt;
  const question = { hash: now, ...(version !== undefined && { version }), run: run.id, since: run.asOf };
  return [question, ...questions].slice(0, MOST_QUESTIONS);
}
