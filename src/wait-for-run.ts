import { setTimeout as sleep } from 'node:timers/promises';
import type { RunId } from './hunt/run.ts';
import type { RunRecord, Services } from './services.ts';
import { SECOND, type Milliseconds } from './time.ts';

const POLL: Milliseconds = SECOND / 2;

export const isOver = (record: RunRecord): boolean =>
  record.status !== 'queued' && record.status !== 'running' && record.failure?.willRetry !== true;

/** Waits until a run is over; the record as it is then, or as it is when the time has run out. */
export async function waitForRun(
  id: RunId,
  wait: Milliseconds,
  { runs, now }: Pick<Services, 'runs' | 'now'>,
): Promise<RunRecord | undefined> {
  const until = now().getTime() + wait;
  for (;;) {
    const record = await runs.find(id);
    if ((record && isOver(record)) || now().getTime() >= until) return record;
    await sleep(POLL);
  }
}
