/** The lease of a scope: taking it, giving it back, and what the scope's row says afterwards. */
import { RunInProgressError, ServiceError } from '../errors.ts';
import { coverageAfter } from '../hunt/coverage.ts';
import { historyAfter, type Ending } from '../hunt/history.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import { looksBack, saysWhoIsThere, type Run } from '../hunt/run.ts';
import type { RunEnd, RunRecord, RunTicket, ScopeState } from '../services.ts';
import { watchAfter, type Watch } from '../hunt/watch.ts';
import type { Milliseconds } from '../time.ts';
import { historyProperties } from './history-rows.ts';
import { writeJson } from './json-property.ts';
import { mergeOrSee } from './merge-or-see.ts';
import { newScopeRow, optionalJson, readRunRow, readScopeRow, runKey, scopeRowKey } from './run-rows.ts';
import type { Entity, Table } from './table.ts';

/** Rivals for a lease are few; more losses in a row than this mean that something is wrong. */
const ATTEMPTS = 5;

/** The scope's row as its lease left it, so that an undisturbed run need not read it again to end. */
export interface HeldLease {
  readonly etag: string;
  readonly unsettledSince: string;
  readonly since: Date;
}

type Taken = { readonly before: ScopeState } & ({ readonly lease: HeldLease } | { readonly ended: RunRecord });

/** Takes the lease, unless a repeated message asks for a run that has ended. */
export async function takeLease(table: Table, run: Run, length: Milliseconds, at: Date): Promise<Taken> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const row = (await table.get(...scopeRowKey(run.scope))) ?? (await newScope(table, run.scope));
    const before = readScopeRow(row);
    const ended = await endedBefore(table, run, before);
    if (ended) return { before, ended };
    const holder = before.lease?.run === run.id ? undefined : before.lease;
    if (holder && holder.until > at) throw new RunInProgressError(holder.run);
    const unsettledSince = (before.unsettledSince ?? at).toISOString();
    const leaseUntil = new Date(at.getTime() + length).toISOString();
    const claim = { leaseRun: run.id, leaseUntil, unsettledSince };
    // Before the lease: a repetition of this call no longer knows whose it was.
    if (holder) await abandon(table, holder.run);
    const etag = await mergeOrSee(
      table,
      row,
      claim,
      (now) => now['leaseRun'] === run.id && now['leaseUntil'] === leaseUntil,
    );
    if (etag === undefined) continue;
    return { before, lease: { etag, unsettledSince, since: at } };
  }
  throw new ServiceError('table-storage', 'unavailable', 'The lease of the hunt changes hands too fast.');
}

async function newScope(table: Table, scope: HuntScope): Promise<Entity> {
  await table.insert(newScopeRow(scope));
  const row = await table.get(...scopeRowKey(scope));
  if (!row) throw new ServiceError('table-storage', 'unavailable', 'The state of a hunt could not be created.');
  return row;
}

/** A slot that is still unanswered has no run that has ended, unless it is the latest: that saves most runs a request. */
const mayHaveEnded = (run: Run, before: ScopeState): boolean =>
  before.lastRun?.id === run.id ||
  run.slot === undefined ||
  (before.lastSlot !== undefined && run.slot <= before.lastSlot);

async function endedBefore(table: Table, run: Run, before: ScopeState): Promise<RunRecord | undefined> {
  if (!mayHaveEnded(run, before)) return undefined;
  const row = await table.get(...runKey(run.id));
  const record = row && readRunRow(row);
  // An abandoned run may have remembered devices and told nobody: done again, it tells them.
  if (!record || ['queued', 'running', 'abandoned'].includes(record.status)) return undefined;
  const unanswered =
    record.failure?.willRetry === true ||
    ((run.slot !== undefined || looksBack(run)) && record.failure?.mayPass === true);
  return unanswered ? undefined : record;
}

async function abandon(table: Table, run: Run['id']): Promise<void> {
  const [partitionKey, rowKey] = runKey(run);
  const row = await table.get(partitionKey, rowKey);
  if (row?.['status'] === 'running') await table.merge({ partitionKey, rowKey, status: 'abandoned' }, row.etag ?? '');
}

/** A run that has lost its lease leaves the scope to whoever holds it now, and says only that something is untold. */
export async function finishScope(
  table: Table,
  { run, before }: RunTicket,
  end: RunEnd,
  held: HeldLease | undefined,
): Promise<void> {
  const { report } = end;
  const complete = end.status === 'completed' && report !== undefined && !report.partial && !report.blind;
  const unanswered = end.failure?.willRetry === true || end.failure?.mayPass === true;
  // Whoever held the lease before may still be at work and leave something untold after this run looked.
  const tookOver = before.lease !== undefined && before.lease.run !== run.id;
  const lastRun = { id: run.id, at: end.at, status: end.status, outcome: report?.outcome, totals: report?.totals };
  const [partitionKey, rowKey] = scopeRowKey(run.scope);
  let row: Entity | undefined = held && {
    partitionKey,
    rowKey,
    etag: held.etag,
    leaseRun: run.id,
    unsettledSince: held.unsettledSince,
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    row ??= await table.get(partitionKey, rowKey);
    if (!row) return;
    const unsettledSince = String(row['unsettledSince'] ?? '') || end.at.toISOString();
    if (row['leaseRun'] !== run.id) {
      if (end.settled || (await table.merge({ partitionKey, rowKey, unsettledSince }, row.etag ?? '')) !== undefined)
        return;
      row = undefined;
      continue;
    }
    // Somebody who changed the row during the run had something to say about it, too.
    const settled = end.settled && !tookOver && attempt === 0;
    const properties = {
      leaseRun: '',
      leaseUntil: '',
      lastSlot: latest(before.lastSlot, unanswered ? undefined : run.slot),
      lastComplete: latest(before.lastComplete, complete && saysWhoIsThere(run) ? run.asOf : undefined),
      ...(complete && writeJson('coverage', coverageAfter(before.coverage, run))),
      ...(complete && run.trigger === 'late-sweep' && { lastSweep: end.at.toISOString() }),
      unsettledSince: settled ? '' : unsettledSince,
      ...writeJson('lastRun', lastRun),
      ...historyProperties(historyAfter(before.history, run, endingOf(end, held?.since ?? end.at))),
      ...watchProperties(before.watch, run, end, complete),
      ...optionalJson('trouble', end.trouble),
    };
    if ((await mergeOrSee(table, row, properties, (now) => now['leaseRun'] !== run.id)) !== undefined) return;
    row = undefined;
  }
}

/** What will be tried again has not ended yet. */
function watchProperties(before: Watch | undefined, run: Run, { report, failure, hunt }: RunEnd, complete: boolean) {
  if (!hunt || failure?.willRetry === true) return {};
  const ended = complete ? 'complete' : report?.partial ? 'partial' : report?.blind ? 'blind' : 'failed';
  return writeJson('watch', watchAfter(before, run, ended, report?.outcome === 'baseline-founded', hunt));
}

const endingOf = ({ at, status, report, failure }: RunEnd, since: Date): Ending => ({
  at,
  status,
  ...(report && { totals: report.totals }),
  partial: report?.partial !== undefined,
  willRetry: failure?.willRetry === true,
  took: at.getTime() - since.getTime(),
});

const latest = (a: Date | undefined, b: Date | undefined): string =>
  (a && b ? (a > b ? a : b) : (a ?? b))?.toISOString() ?? '';
