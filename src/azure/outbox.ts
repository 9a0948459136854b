import { randomUUID } from 'node:crypto';
import type { HuntScope } from '../hunt/hunt.ts';
import type { Notice } from '../hunt/notice.ts';
import type { ClaimedNotice, OpenNotice, Outbox, Receipt } from '../services.ts';
import { sealPending } from './outbox-seal.ts';
import {
  newRecord,
  noticePartition,
  OPEN_NOTICES,
  openKey,
  readRecord,
  receiptProperties,
  toldKey,
  type NoticeRecord,
  type RowKey,
} from './outbox-rows.ts';
import { atOnce } from '../at-once.ts';
import { oneByOne } from '../one-by-one.ts';
import { readPending } from './ledger-rows.ts';
import { ServiceError } from '../errors.ts';
import type { Entity, Table, TableOperation } from './table.ts';

/** What is still to be told, in the ledger's own table. */
export function tableOutbox(table: Table, now: () => Date): Outbox {
  return {
    async add(scope, notice, id) {
      const partitionKey = noticePartition(scope);
      if (await table.get(partitionKey, toldKey(id))) return;
      await table.insert(newRecord(partitionKey, id, now(), { notice }));
    },

    async open(scope) {
      await sealPending(table, scope, now());
      const open: OpenNotice[] = [];
      for await (const row of table.list(noticePartition(scope), ...OPEN_NOTICES)) {
        const record = readRecord(row);
        if (record.settled) await tidy(table, record);
        else open.push({ id: record.id, scope, since: record.since, attempts: record.attempts });
      }
      return open.sort((a, b) => a.since.getTime() - b.since.getTime());
    },

    async claim({ id, scope }, lease) {
      const record = await find(table, scope, id);
      if (!record || record.settled || record.until > now()) return undefined;
      const notice = record.notice ?? (await noticeOf(table, record.rows));
      if (!notice) {
        await tidy(table, record);
        return undefined;
      }
      const owner = randomUUID();
      const until = new Date(now().getTime() + lease).toISOString();
      const etag = await change(
        table,
        record,
        { owner, until, attempts: record.attempts + 1 },
        (row) => row['owner'] === owner,
      );
      return etag === undefined
        ? undefined
        : claimed(table, { ...record, etag, owner, attempts: record.attempts + 1 }, notice);
    },
  };
}

async function find(table: Table, scope: HuntScope, id: string): Promise<NoticeRecord | undefined> {
  const row = await table.get(noticePartition(scope), openKey(id));
  return row && readRecord(row);
}

/**
 * A notice says what its record covers, not what a listing happened to see. A row that is gone has been told: rows go
 * only after that. Undefined when none is left.
 */
async function noticeOf(table: Table, rows: readonly RowKey[]): Promise<Notice | undefined> {
  // Thousands of new devices are a tenth of a second to read: each row of them in a turn of its own.
  const turn = oneByOne();
  const read = await atOnce(rows, async ([partitionKey, rowKey]) => {
    const row = await table.get(partitionKey, rowKey);
    await turn();
    return row && readPending(row);
  });
  const parts = read.filter((part) => part !== undefined);
  const [first] = parts;
  if (!first || first.kind === 'baseline-founded') return first;
  return { ...first, findings: parts.flatMap((part) => (part.kind === 'devices-found' ? part.findings : [])) };
}

function claimed(table: Table, record: NoticeRecord, notice: Notice): ClaimedNotice {
  let { etag } = record;
  const receipts = new Map(record.receipts);
  const store = async (
    properties: Record<string, string | number | boolean>,
    done: (row: Entity) => boolean,
  ): Promise<void> => {
    const moved = await change(table, { ...record, etag }, properties, done);
    if (moved === undefined)
      throw new ServiceError('table-storage', 'unavailable', 'Another process has taken this notice over.');
    etag = moved;
  };
  return {
    id: record.id,
    notice,
    receipts,
    async told(targetId: string, receipt: Receipt) {
      receipts.set(targetId, receipt);
      const properties = receiptProperties(receipts);
      await store(properties, (row) => row['owner'] === record.owner && row['t0'] === properties['t0']);
    },
    async settle() {
      // First the word that everybody has it: a crash in the tidying must not tell it again.
      await store({ settled: true, until: '' }, (row) => row['settled'] === true);
      await tidy(table, record);
    },
    async release() {
      await store({ until: '' }, (row) => row['owner'] === record.owner && row['until'] === '');
    },
  };
}

/** Whoever has told something must not forget it because storage hiccups once. */
const ATTEMPTS = 3;

/** Changes a record if it has not moved; a lost answer is settled by reading what stands there. Undefined: it has moved. */
async function change(
  table: Table,
  { partitionKey, id, etag }: Pick<NoticeRecord, 'partitionKey' | 'id' | 'etag'>,
  properties: Record<string, string | number | boolean>,
  done: (row: Entity) => boolean,
): Promise<string | undefined> {
  let failure: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      const moved = await table.merge({ partitionKey, rowKey: openKey(id), ...properties }, etag);
      if (moved !== undefined) return moved;
      failure = undefined;
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      failure = error;
    }
    // A 412 may be the SDK's own repetition of a change that took effect, or come for no reason while nothing has moved.
    const row = await table.get(partitionKey, openKey(id));
    if (!row || row.etag !== etag) return row && done(row) ? row.etag : undefined;
  }
  if (failure !== undefined) throw failure as Error;
  return undefined;
}

/** Removes what a settled notice leaves. Each step may be repeated; the record goes last. */
async function tidy(table: Table, { partitionKey, id, rows, notice }: NoticeRecord): Promise<void> {
  await atOnce(rows, ([rowPartition, rowKey]) => table.remove(rowPartition, rowKey));
  if (!notice) {
    await table.remove(partitionKey, openKey(id));
    return;
  }
  const operations: TableOperation[] = [
    { kind: 'upsert', entity: { partitionKey, rowKey: toldKey(id) } },
    { kind: 'delete', entity: { partitionKey, rowKey: openKey(id) } },
  ];
  // A contradiction: a rival tidied first.
  await table.transact(operations);
}
