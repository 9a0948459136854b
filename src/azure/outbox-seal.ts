import { ServiceError } from '../errors.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import { metaKey, OUTBOX_ROWS, partitionKeys, readMeta } from './ledger-rows.ts';
import { newRecord, noticePartition, OPEN_NOTICES, readRecord, SEAL, type RowKey } from './outbox-rows.ts';
import type { Entity, Table } from './table.ts';

/** Rows one notice covers at most; their keys must fit into its record. */
const ROWS_PER_NOTICE = 400;
const ATTEMPTS = 10;

/**
 * Puts every outbox row that no notice covers into one: a notice per run and kind. Sealing comes before telling, so that
 * a message always says the same however often it is sent, and a row that arrives later gets a notice of its own.
 */
export async function sealPending(table: Table, scope: HuntScope, now: Date): Promise<void> {
  const meta = readMeta(await table.get(...metaKey(scope)));
  if (!meta) return;
  const partitionKey = noticePartition(scope);
  if ((await pendingRows(table, scope, meta.partitions)).length === 0) return;
  // Only sealings lost to a rival are counted: there are as many notices as runs have left something untold.
  for (let lost = 0; lost < ATTEMPTS;) {
    // Read before the rows are listed again: whoever seals in between changes it, and this sealing fails.
    const seal = await readSeal(table, partitionKey);
    const uncovered = await uncoveredRows(table, scope, meta.partitions);
    const group = firstGroup(uncovered);
    if (group.length === 0) return;
    const [first] = group;
    const id = `${String(first?.['run'])}-${String(first?.['kind'])}-${String(seal.rev + 1).padStart(6, '0')}`;
    const rows = group.map((row): RowKey => [row.partitionKey, row.rowKey]);
    // Moved or contradicted: the next look says what is still uncovered.
    const { result } = await table.transact([
      { kind: 'merge', entity: { partitionKey, rowKey: SEAL, rev: seal.rev + 1 }, etag: seal.etag },
      { kind: 'insert', entity: newRecord(partitionKey, id, now, { rows }) },
    ]);
    if (result !== 'committed') lost += 1;
  }
  // Never "all is sealed": the caller would take the scope for settled.
  throw new ServiceError('table-storage', 'unavailable', 'What is still to be told is being sealed by others.');
}

async function pendingRows(table: Table, scope: HuntScope, partitions: number): Promise<Entity[]> {
  const lists = await Promise.all(
    partitionKeys(scope, partitions).map(async (partitionKey) => {
      const rows: Entity[] = [];
      for await (const row of table.list(partitionKey, ...OUTBOX_ROWS)) rows.push(row);
      return rows;
    }),
  );
  return lists.flat();
}

async function uncoveredRows(table: Table, scope: HuntScope, partitions: number): Promise<Entity[]> {
  // Notices before rows. A told notice's rows go before its record; asked for the other way round, a row that is listed
  // just before it goes would look uncovered, and a notice that covers it and others could never be told.
  const covered = new Set<string>();
  for await (const row of table.list(noticePartition(scope), ...OPEN_NOTICES)) {
    for (const key of readRecord(row).rows) covered.add(key.join('\n'));
  }
  const rows = await pendingRows(table, scope, partitions);
  return rows.filter((row) => !covered.has(`${row.partitionKey}\n${row.rowKey}`));
}

function firstGroup(rows: readonly Entity[]): readonly Entity[] {
  const [first] = [...rows].sort((a, b) => (a.rowKey < b.rowKey ? -1 : 1));
  return rows
    .filter((row) => row['run'] === first?.['run'] && row['kind'] === first?.['kind'])
    .slice(0, ROWS_PER_NOTICE);
}

async function readSeal(table: Table, partitionKey: string): Promise<{ readonly rev: number; readonly etag: string }> {
  const row = await table.get(partitionKey, SEAL);
  if (row) return { rev: Number(row['rev']), etag: row.etag ?? '' };
  await table.insert({ partitionKey, rowKey: SEAL, rev: 0 });
  return readSeal(table, partitionKey);
}
