import type { HuntScope } from '../hunt/hunt.ts';
import { scopeKeyOf } from '../hunt/run.ts';
import type { Retention } from '../services.ts';
import { casesBefore, WATCH } from './case-rows.ts';
import { keptBefore } from './kept-run-rows.ts';
import { USED_LINKS } from './link-secrets.ts';
import { noticePartition, toldBefore } from './outbox-rows.ts';
import { runsBefore } from './run-rows.ts';
import type { Table } from './table.ts';
import { unansweredBefore } from './unanswered-rows.ts';

/** A transaction's size; and what one sweep takes away of one kind, so that the first one after years ends, too. */
const BATCH = 100;
const MOST = 50 * BATCH;
const SWEPT = ['system', 'swept'] as const;

export interface SweptTables {
  readonly ledger: Table;
  readonly runs: Table;
  readonly cases: Table;
  readonly conversations: Table;
}

/** Takes away what has only been kept to look back at. Known devices, their rows and what is untold always stay. */
export function tableRetention({ ledger, runs, cases, conversations }: SweptTables): Retention {
  return {
    async lastSweep() {
      const row = await runs.get(...SWEPT);
      return row && new Date(String(row['at']));
    },
    async swept(at) {
      await runs.upsert({ partitionKey: SWEPT[0], rowKey: SWEPT[1], at: at.toISOString() });
    },
    async sweep(scope: HuntScope, before: Date) {
      const key = scopeKeyOf(scope);
      const ranges: readonly Range[] = [
        [runs, key, ...runsBefore(before)],
        // After the runs: a run of which the record is there has what was kept of it.
        ...keptBefore(before).map((range): Range => [runs, key, ...range]),
        [ledger, noticePartition(scope), ...toldBefore(before)],
        [cases, key, ...casesBefore(before)],
      ];
      let rows = 0;
      for (const range of ranges) rows += await sweepRange(...range);
      return rows;
    },
    sweepUnanswered: (before) => sweepRange(cases, WATCH, ...unansweredBefore(before)),
    async sweepLinks(before) {
      const [partition, from, to] = USED_LINKS;
      const spent: string[] = [];
      for await (const row of conversations.list(partition, from, to)) {
        if (new Date(String(row['until'])) < before) spent.push(row.rowKey);
        if (spent.length >= MOST) break;
      }
      return removeAll(conversations, partition, spent);
    },
  };
}

type Range = readonly [table: Table, partition: string, from: string, to: string];

async function sweepRange(...[table, partition, from, to]: Range): Promise<number> {
  const keys: string[] = [];
  for await (const { rowKey } of table.list(partition, from, to, 1000, [])) {
    if (keys.push(rowKey) >= MOST) break;
  }
  return removeAll(table, partition, keys);
}

async function removeAll(table: Table, partitionKey: string, rowKeys: readonly string[]): Promise<number> {
  for (let from = 0; from < rowKeys.length; from += BATCH) {
    const batch = rowKeys.slice(from, from + BATCH);
    const { result } = await table.transact(
      batch.map((rowKey) => ({ kind: 'delete', entity: { partitionKey, rowKey } })),
    );
    // Another process sweeps too and has taken some of them: one by one, it does not matter who.
    if (result !== 'committed') for (const rowKey of batch) await table.remove(partitionKey, rowKey);
  }
  return rowKeys.length;
}
