/** The row of a run while it is at work. Late writes of a request that was given up must not change what came after. */
import { randomUUID } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import type { Run } from '../hunt/run.ts';
import type { RunEnd } from '../services.ts';
import { writeJson } from './json-property.ts';
import { mergeOrSee } from './merge-or-see.ts';
import { optionalJson, orderRow, runKey } from './run-rows.ts';
import type { Entity, Table } from './table.ts';

const ATTEMPTS = 5;

/** An attempt at a run, and its row as the attempt left it. */
export interface HeldRecord {
  readonly attempt: string;
  readonly row: Entity;
}

/** Says that a run is at work. One request, unless it was ordered before or is tried again. */
export async function startRecord(table: Table, run: Run, at: Date): Promise<HeldRecord> {
  const attempt = randomUUID();
  const row = orderRow(run, 'running', at);
  const started = { ...row, startedAt: at.toISOString(), endedAt: '', failureParts: 0, attempt };
  if (run.trigger !== 'request') {
    const first = await table.transact([{ kind: 'insert', entity: started }]);
    if (first.result === 'committed') return { attempt, row: { ...started, etag: first.etags[0] ?? '' } };
  }
  for (let tries = 0; tries < ATTEMPTS; tries += 1) {
    const before = await table.get(...runKey(run.id));
    if (!before) {
      await table.insert(started);
      continue;
    }
    if (before['attempt'] === attempt) return { attempt, row: before };
    // What was ordered keeps its time of order.
    const mine = { ...started, orderedAt: before['orderedAt'] };
    const etag = await mergeOrSee(table, before, mine, (now) => now['attempt'] === attempt);
    if (etag !== undefined) return { attempt, row: { ...started, etag } };
  }
  throw new ServiceError('table-storage', 'unavailable', 'The record of the run changes hands too fast.');
}

/** Says how an attempt ended. Completed once, a run stays so; the failure of an attempt is no news while a later one is at work. */
export async function endRecord(table: Table, run: Run, end: RunEnd, held: HeldRecord | undefined): Promise<void> {
  const endedAt = end.at.toISOString();
  const properties = {
    status: end.status,
    endedAt,
    ...(end.report && writeJson('report', end.report)),
    ...optionalJson('failure', end.failure),
  };
  let row: Entity | undefined = held?.row;
  for (let tries = 0; tries < ATTEMPTS; tries += 1) {
    row ??= await table.get(...runKey(run.id));
    if (!row || row['status'] === 'completed') return;
    if (end.status === 'failed' && held && row['attempt'] !== held.attempt) return;
    const done = (now: Entity): boolean => now['status'] === end.status && now['endedAt'] === endedAt;
    if ((await mergeOrSee(table, row, properties, done)) !== undefined) return;
    row = undefined;
  }
  throw new ServiceError('table-storage', 'unavailable', 'The record of the run changes too fast to be ended.');
}
