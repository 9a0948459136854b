import { scopeKeyOf, type Run } from '../hunt/run.ts';
import type { RunEnd, RunJournal, RunRecord, RunTicket, ScopeState } from '../services.ts';
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
import { finishScope, takeLease, type HeldLease } from './run-lease.ts';
import type { Property, Table } from './table.ts';

/** Runs, their lease and the state of every scope in Table Storage. An undisturbed run makes five requests. */
export function tableRuns(table: Table, now: () => Date): RunJournal {
  const held = new WeakMap<RunTicket, HeldLease>();
  const etags = new WeakMap<ScopeState, string>();
  return {
    order: async (order) => (await table.insert(orderRow(order, 'queued', now()))) === 'inserted',

    async begin(run, length, at) {
      const taken = await takeLease(table, run, length, at);
      const { before } = taken;
      if ('ended' in taken) return { run, before, ended: taken.ended };
      // A run that was ordered keeps its time of order.
      const { orderedAt: _kept, ...row } = orderRow(run, 'running', at);
      await table.upsert({ ...row, startedAt: at.toISOString(), endedAt: '', failureParts: 0 });
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
      for await (const row of table.list(scopeKeyOf(scope), ...RUN_ROWS, limit)) {
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
