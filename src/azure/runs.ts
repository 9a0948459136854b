import { scopeKeyOf } from '../hunt/run.ts';
import type { RunJournal, RunRecord, RunTicket, ScopeState } from '../services.ts';
import {
  newScopeRow,
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
import { endRecord, startRecord, type HeldRecord } from './run-record.ts';
import { finishScope, takeLease, type HeldLease } from './run-lease.ts';
import type { Table } from './table.ts';

/** Runs, their lease and the state of every scope in Table Storage. An undisturbed run makes five requests. */
export function tableRuns(table: Table, now: () => Date): RunJournal {
  const held = new WeakMap<RunTicket, { readonly lease: HeldLease; readonly record: HeldRecord }>();
  const etags = new WeakMap<ScopeState, string>();
  return {
    order: async (order) => (await table.insert(orderRow(order, 'queued', now()))) === 'inserted',

    async offerAgain(id, at) {
      const [partitionKey, rowKey] = runKey(id);
      await table.upsert({ partitionKey, rowKey, offeredAt: at.toISOString() });
    },

    async begin(run, length, at) {
      const taken = await takeLease(table, run, length, at);
      const { before } = taken;
      if ('ended' in taken) return { run, before, ended: taken.ended };
      const record = await startRecord(table, run, at);
      const ticket: RunTicket = { run, before, again: record.again };
      held.set(ticket, { lease: taken.lease, record });
      return ticket;
    },

    async finish(ticket, end) {
      const { lease, record } = held.get(ticket) ?? {};
      await endRecord(table, ticket.run, end, record);
      await finishScope(table, ticket, end, lease);
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

    async recent(scope, limit, before) {
      const runs: RunRecord[] = [];
      const [from, to] = RUN_ROWS;
      // Behind the row of `before`: nothing in a key is above a tilde.
      const start = before === undefined ? from : `${runKey(before)[1]}~`;
      for await (const row of table.list(scopeKeyOf(scope), start, to, limit)) {
        if (runs.push(readRunRow(row)) >= limit) break;
      }
      return runs;
    },

    async scopes() {
      const states: ScopeState[] = [];
      for await (const row of table.list(SCOPES, '0', 'g')) {
        const state = readScopeRow(row);
        etags.set(state, row.etag ?? '');
        states.push(state);
      }
      return states;
    },

    async markSettled(state) {
      const [partitionKey, rowKey] = scopeRowKey(state.scope);
      const etag = etags.get(state);
      // A run that began since the state was read has moved the row: it may leave something untold after we looked.
      if (etag !== undefined) await table.merge({ partitionKey, rowKey, unsettledSince: '' }, etag);
    },

    async markUnsettled(scope, at) {
      const [partitionKey, rowKey] = scopeRowKey(scope);
      const { hunt, workspace } = scope;
      await table.upsert({ partitionKey, rowKey, hunt, workspace, unsettledSince: at.toISOString() });
    },

    async markTrouble(scope, state, trouble) {
      const properties = { ...writeJson('trouble', trouble), unsettledSince: trouble.toldAt.toISOString() };
      const [partitionKey, rowKey] = scopeRowKey(scope);
      const etag = state && etags.get(state);
      if (etag === undefined) await table.insert({ ...newScopeRow(scope), ...properties });
      else await table.merge({ partitionKey, rowKey, ...properties }, etag);
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
