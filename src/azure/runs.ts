import { RunInProgressError, ServiceError } from '../errors.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import { scopeKeyOf, type Run } from '../hunt/run.ts';
import type { RunEnd, RunJournal, RunRecord, RunTicket, ScopeState } from '../services.ts';
import type { Milliseconds } from '../time.ts';
import {
  optionalJson,
  orderRow,
  readRunRow,
  readScopeRow,
  RUN_ROWS,
  runKey,
  SCOPES,
  scopeRowKey,
  TICK,
} from './run-rows.ts';
import { writeJson } from './json-property.ts';
import type { Entity, Property, Table } from './table.ts';

const ATTEMPTS = 5;

/** The scope's row as its lease left it, so that an undisturbed run need not read it again to end. */
interface HeldLease {
  readonly etag: string;
  readonly unsettledSince: string;
}

/** Runs, their lease and the state of every scope in Table Storage. An undisturbed run makes five requests. */
export function tableRuns(table: Table, now: () => Date): RunJournal {
  const held = new WeakMap<RunTicket, HeldLease>();
  return {
    order: async (order) => (await table.insert(orderRow(order, 'queued', now()))) === 'inserted',

    async begin(run, length, at) {
      const taken = await takeLease(table, run, length, at);
      const { before } = taken;
      if ('ended' in taken) return { run, before, ended: taken.ended };
      // A run that was ordered keeps its time of order.
      const { orderedAt: _kept, ...row } = orderRow(run, 'running', at);
      await table.upsert({ ...row, startedAt: at.toISOString(), failureParts: 0 });
      const ticket: RunTicket = { run, before };
      held.set(ticket, taken.lease);
      return ticket;
    },

    async finish(ticket, end) {
      await table.upsert({ ...keysOf(ticket.run), status: end.status, endedAt: end.at.toISOString(), ...endOf(end) });
      await finishScope(table, ticket, end, held.get(ticket));
    },

    async join(id, holder) {
      const [partitionKey, rowKey] = runKey(id);
      await table.upsert({ partitionKey, rowKey, status: 'joined', joinedTo: holder });
    },

    async refuse(id, failure, at) {
      const [partitionKey, rowKey] = runKey(id);
      const end = { status: 'failed', endedAt: at.toISOString(), ...writeJson('failure', failure) };
      await table.upsert({ partitionKey, rowKey, ...end });
    },

    async find(id) {
      const row = await table.get(...runKey(id));
      return row && readRunRow(row);
    },

    async recent(scope, limit) {
      const runs: RunRecord[] = [];
      for await (const row of table.list(scopeKeyOf(scope), ...RUN_ROWS)) {
        if (runs.push(readRunRow(row)) >= limit) break;
      }
      return runs;
    },

    async scopes() {
      const states: ScopeState[] = [];
      for await (const row of table.list(SCOPES, '0', 'g')) states.push(readScopeRow(row));
      return states;
    },

    async markSettled(scope, settled, at) {
      const [partitionKey, rowKey] = scopeRowKey(scope);
      const row = await table.get(partitionKey, rowKey);
      // A run that began meanwhile has moved the row and knows better.
      if (row)
        await table.merge({ partitionKey, rowKey, unsettledSince: settled ? '' : at.toISOString() }, row.etag ?? '');
    },

    async tick(at) {
      const [partitionKey, rowKey] = TICK;
      await table.upsert({ partitionKey, rowKey, at: at.toISOString() });
    },

    async lastTick() {
      const row = await table.get(...TICK);
      return row && new Date(String(row['at']));
    },
  };
}

function keysOf(run: Run): { readonly partitionKey: string; readonly rowKey: string } {
  const [partitionKey, rowKey] = runKey(run.id);
  return { partitionKey, rowKey };
}

const endOf = (end: RunEnd): Record<string, Property> => ({
  ...(end.report && writeJson('report', end.report)),
  ...optionalJson('failure', end.failure),
});

type Taken = { readonly before: ScopeState } & ({ readonly lease: HeldLease } | { readonly ended: RunRecord });

/** Takes the lease, unless a repeated message asks for a run that has ended. */
async function takeLease(table: Table, run: Run, length: Milliseconds, at: Date): Promise<Taken> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const row = (await table.get(...scopeRowKey(run.scope))) ?? (await newScope(table, run.scope));
    const before = readScopeRow(row);
    const ended = await endedBefore(table, run, before);
    if (ended) return { before, ended };
    const holder = before.lease?.run === run.id ? undefined : before.lease;
    if (holder && holder.until > at) throw new RunInProgressError(holder.run);
    const unsettledSince = (before.unsettledSince ?? at).toISOString();
    const leaseUntil = new Date(at.getTime() + length).toISOString();
    const claim = { leaseRun: run.id, leaseUntil, unsettledSince, lastSlot: latest(before.lastSlot, run.slot) };
    const etag = await mergeOrSee(
      table,
      row,
      claim,
      (now) => now['leaseRun'] === run.id && now['leaseUntil'] === leaseUntil,
    );
    if (etag === undefined) continue;
    if (holder) await abandon(table, holder.run);
    return { before, lease: { etag, unsettledSince } };
  }
  throw new ServiceError('table-storage', 'unavailable', 'The lease of the hunt changes hands too fast.');
}

async function newScope(table: Table, scope: HuntScope): Promise<Entity> {
  const [partitionKey, rowKey] = scopeRowKey(scope);
  await table.insert({
    partitionKey,
    rowKey,
    hunt: scope.hunt,
    workspace: scope.workspace,
    leaseRun: '',
    leaseUntil: '',
    lastSlot: '',
  });
  const row = await table.get(partitionKey, rowKey);
  if (!row) throw new ServiceError('table-storage', 'unavailable', 'The state of a hunt could not be created.');
  return row;
}

/** Only a message repeated for the latest run, or for a slot already answered, can ask for a run that has ended. */
const mayHaveEnded = (run: Run, before: ScopeState): boolean =>
  before.lastRun?.id === run.id ||
  (run.slot !== undefined && before.lastSlot !== undefined && run.slot <= before.lastSlot);

async function endedBefore(table: Table, run: Run, before: ScopeState): Promise<RunRecord | undefined> {
  if (!mayHaveEnded(run, before)) return undefined;
  const row = await table.get(...runKey(run.id));
  const record = row && readRunRow(row);
  if (!record || record.status === 'queued' || record.status === 'running') return undefined;
  return record.failure?.willRetry === true ? undefined : record;
}

async function abandon(table: Table, run: Run['id']): Promise<void> {
  const [partitionKey, rowKey] = runKey(run);
  const row = await table.get(partitionKey, rowKey);
  if (row?.['status'] === 'running') await table.merge({ partitionKey, rowKey, status: 'abandoned' }, row.etag ?? '');
}

/** A run that has lost its lease leaves the scope to whoever holds it now. */
async function finishScope(
  table: Table,
  { run, before }: RunTicket,
  end: RunEnd,
  held: HeldLease | undefined,
): Promise<void> {
  const { report } = end;
  const complete = end.status === 'completed' && report !== undefined && !report.partial;
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
    if (row?.['leaseRun'] !== run.id) return;
    const properties = {
      leaseRun: '',
      leaseUntil: '',
      lastComplete: latest(before.lastComplete, complete ? run.asOf : undefined),
      unsettledSince: end.settled ? '' : String(row['unsettledSince']),
      ...writeJson('lastRun', lastRun),
      ...optionalJson('trouble', end.trouble),
    };
    if ((await mergeOrSee(table, row, properties, (now) => now['leaseRun'] !== run.id)) !== undefined) return;
    row = undefined;
  }
}

const latest = (a: Date | undefined, b: Date | undefined): string =>
  (a && b ? (a > b ? a : b) : (a ?? b))?.toISOString() ?? '';

/** The etag of the change when it stands, whether its answer came or was lost. */
async function mergeOrSee(
  table: Table,
  { partitionKey, rowKey, etag }: Entity,
  properties: Readonly<Record<string, Property>>,
  done: (row: Entity) => boolean,
): Promise<string | undefined> {
  try {
    const moved = await table.merge({ partitionKey, rowKey, ...properties }, etag ?? '');
    if (moved !== undefined) return moved;
  } catch (error) {
    if (!(error instanceof ServiceError) || !error.transient) throw error;
  }
  const row = await table.get(partitionKey, rowKey);
  return row && done(row) ? row.etag : undefined;
}
