/** One run decided again from its rows, by the same pure code that decided it then. */
import type { QueryAnswer } from '../../src/hunt/answer.ts';
import type { Baseline } from '../../src/hunt/baseline.ts';
import { assembleReport } from '../../src/hunt/compare.ts';
import { isActive } from '../../src/hunt/expectation.ts';
import type { DeviceKey } from '../../src/hunt/device-key.ts';
import type { Explanation } from '../../src/hunt/explanation.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import type { KeptRow } from '../../src/hunt/kept-rows.ts';
import type { KeptHead } from '../../src/hunt/kept-run.ts';
import { withFindings, withSight, withWatched, type Learned } from '../../src/hunt/learned.ts';
import type { HuntReport } from '../../src/hunt/report.ts';
import { looksBack, type Run } from '../../src/hunt/run.ts';
import type { KeptContent } from './kept-content.ts';

export interface Again {
  readonly head: KeptHead;
  readonly content: KeptContent;
  readonly hunt: Hunt;
  readonly rows: readonly KeptRow[];
  readonly baseline: Baseline;
  readonly learned: ReadonlyMap<DeviceKey, Learned>;
  /** Explained devices that would be watched. */
  readonly watched: readonly Explanation[];
}

export function decideAgain({ head, content, hunt, rows, baseline, learned, watched }: Again): HuntReport {
  const { facts, columns, promises } = content;
  const { id, scope, trigger, asOf, window } = head;
  const run: Run = { id, scope, trigger, asOf, window, asked: window };
  const places = columns.flatMap((column, place) => (column ? [place] : []));
  const answer: QueryAnswer = {
    columns: columns.filter((column) => column !== null),
    rows: rows.map((row) => places.map((place) => row[place] ?? null)),
    ...(head.partial && { partial: head.partial }),
  };
  const compared = assembleReport({
    ...{ hunt, run, asked: '', baseline, answer, expectations: promises },
    ...(facts.lastComplete && { lastComplete: facts.lastComplete }),
  });
  if ('missingColumns' in compared) throw new Error(`The rows of ${id} have no column that names a device.`);
  const learnedOf = (device: DeviceKey): Learned | undefined => learned.get(device);
  const judged = withFindings(compared, learnedOf);
  const isExpected = (device: DeviceKey): boolean => {
    const promise = promises.get(device);
    return promise !== undefined && isActive(promise, asOf);
  };
  // As when it ran: the past can reopen nothing.
  const explained = looksBack(run) ? judged : withWatched(judged, watched, learnedOf, isExpected);
  return withSight(explained, head.blind ? { blind: { ...head.blind, code: 'blind-hunt' } } : {});
}
