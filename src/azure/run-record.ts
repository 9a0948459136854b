/** The row of a run while it is at work. Late writes of a request that was given up must not change what came after. */
import { randomUUID } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import type { RunKeep } from '../hunt/kept-run.ts';
import type { Run } from '../hunt/run.ts';
import type { RunEnd } from '../services.ts';
import { keptHeadRow, keptPageRows, PAGES_PER_TRANSACTION } from './kept-run-rows.ts';
import { writeJson } from './json-property.ts';
import { mergeOrSee } from './merge-or-see.ts';
import { optionalJson, orderRow, runKey } from './run-rows.ts';
import type { Entity, Table, TableOperation } from './table.ts';

const ATTEMPTS = 5;

/** An attempt at a run, and its row as the attempt left it. */
export interface HeldRecord {
  readonly attempt: string;
  readonly row: Entity;
  /** An earlier attempt had begun. */
  readonly again: boolean;
}

/** Says that a run is at work. One request, unless it was ordered before or is tried again. */
export async function startRecord(table: Table, run: Run, at: Date): Promise<HeldRecord> {
  const attempt = randomUUID();
  const row = orderRow(run, 'running', at);
  const started = { ...row, startedAt: at.toISOString(), endedAt: '', failureParts: 0, attempt };
  if (run.trigger !== 'request') {
    const first = await table.transact([{ kind: 'insert', entity: started }]);
    if (first.result === 'committed') return { attempt, row: { ...started, etag: first.etags[0] ?? '' }, again: false };
  }
  for (let tries = 0; tries < ATTEMPTS; tries += 1) {
    const before = await table.get(...runKey(run.id));
    if (!before) {
      await table.insert(started);
      continue;
    }
    if (before['attempt'] === attempt) return { attempt, row: before, again: false };
    // What was ordered keeps its time of order.
    const mine = { ...started, orderedAt: before['orderedAt'] };
    const etag = await mergeOrSee(table, before, mine, (now) => now['attempt'] === attempt);
    const again = before['attempt'] !== undefined;
    if (etag !== undefined) return { attempt, row: { ...started, ...keptIn(before), etag }, again };
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
  const attempt = held?.attempt ?? randomUUID();
  let pagesAreThere = false;
  let row: Entity | undefined = held?.row;
  for (let tries = 0; tries < ATTEMPTS; tries += 1) {
    row ??= await table.get(...runKey(run.id));
    if (!row || row['status'] === 'completed') return;
    if (end.status === 'failed' && held && row['attempt'] !== held.attempt) return;
    const done = (now: Entity): boolean => now['status'] === end.status && now['endedAt'] === endedAt;
    // What an attempt that came to its end has kept stands: it found what later ones take for known.
    const keep = row['kept'] === true ? undefined : end.keep;
    if (keep && !pagesAreThere) await writePages(table, keep, attempt);
    pagesAreThere = keep !== undefined;
    const beside: TableOperation[] = keep ? [{ kind: 'upsert', entity: keptHeadRow(keep, attempt) }] : [];
    const patch = keep ? { ...properties, kept: true } : properties;
    if ((await mergeOrSee(table, row, patch, done, beside)) !== undefined) return;
    row = undefined;
  }
  throw new ServiceError('table-storage', 'unavailable', 'The record of the run changes too fast to be ended.');
}

const keptIn = (row: Entity): { kept?: true } => (row['kept'] === true ? { kept: true } : {});

/** Written under the attempt's own name: they mean nothing until a head names them. */
async function writePages(table: Table, keep: RunKeep, attempt: string): Promise<void> {
  let some: TableOperation[] = [];
  const write = async (): Promise<void> => {
    if (some.length > 0) await table.transact(some);
    some = [];
  };
  for (const entity of keptPageRows(keep, attempt)) {
    some.push({ kind: 'upsert', entity });
    if (some.length === PAGES_PER_TRANSACTION) await write();
  }
  await write();
}
