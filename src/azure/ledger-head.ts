import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LedgerDamagedError, ServiceError } from '../errors.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import { readKnownSet, type KnownSet } from './known-set.ts';
import { headKey, partitionOf, SHARDS, type Meta } from './ledger-rows.ts';
import type { Entity, Property, Table, TableOperation, TransactionResult } from './table.ts';

/** One shard of the baseline as it was read, with what is needed to change it. */
export interface Head {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly shard: number;
  readonly set: KnownSet;
  rev: number;
  etag: string;
}

/** A head that does not exist is damage: heads are made before a baseline, and never deleted. */
export async function readHead(table: Table, scope: HuntScope, shard: number, partitions: number): Promise<Head> {
  const head = await findHead(table, scope, shard, partitions);
  if (head) return head;
  throw new LedgerDamagedError(`Head ${headKey(shard)} of ${partitionOf(scope, shard, partitions)} is missing.`);
}

export async function findHead(
  table: Table,
  scope: HuntScope,
  shard: number,
  partitions: number,
): Promise<Head | undefined> {
  const partitionKey = partitionOf(scope, shard, partitions);
  const row = await table.get(partitionKey, headKey(shard));
  if (!row) return undefined;
  return {
    partitionKey,
    rowKey: row.rowKey,
    shard,
    set: readKnownSet(row, shard),
    rev: Number(row['rev']),
    etag: row.etag ?? '',
  };
}

/** While a baseline is being founded its heads may not be made yet; afterwards one that is missing is damage. */
export async function readHeads(table: Table, scope: HuntScope, meta: Meta): Promise<(Head | undefined)[]> {
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  const find = meta.state === 'founding' ? findHead : readHead;
  return Promise.all(shards.map((shard) => find(table, scope, shard, meta.partitions)));
}

export const emptyHead = (partitionKey: string, shard: number): Entity => ({
  partitionKey,
  rowKey: headKey(shard),
  rev: 0,
  tx: '',
  n: 0,
});

const ATTEMPTS = 5;

/**
 * Changes a head and other rows of its partition in one transaction. False when somebody else has changed the head since
 * it was read. A lost answer is settled by reading the head again: the transaction's own id stands there, or it does not.
 */
export async function changeHead(
  table: Table,
  head: Head,
  patch: Readonly<Record<string, Property>>,
  operations: readonly TableOperation[],
): Promise<boolean> {
  const { partitionKey, rowKey } = head;
  const tx = randomUUID();
  const entity: Entity = { partitionKey, rowKey, ...patch, rev: head.rev + 1, tx };
  const all: TableOperation[] = [{ kind: 'merge', entity, etag: head.etag }, ...operations];
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptOf(table, all);
    if (outcome.result === 'committed' && outcome.etags[0] !== undefined) return advance(head, outcome.etags[0]);
    const now = await table.get(partitionKey, rowKey, ['rev', 'tx']);
    if (!now) throw new LedgerDamagedError(`Head ${rowKey} of ${partitionKey} has vanished.`);
    if (now['tx'] === tx) return advance(head, now.etag ?? '');
    if (now.etag !== head.etag) return false;
    if (outcome.result === 'contradiction') {
      throw new LedgerDamagedError(`The rows of ${partitionKey} contradict head ${rowKey}.`);
    }
    if (outcome.result !== 'unknown' || attempt === ATTEMPTS || !outcome.error.transient)
      throw outcome.error ?? neverMoved();
    await sleep(50 * 2 ** attempt);
  }
}

type Outcome =
  (TransactionResult & { readonly error?: undefined }) | { readonly result: 'unknown'; readonly error: ServiceError };

async function attemptOf(table: Table, operations: readonly TableOperation[]): Promise<Outcome> {
  try {
    return await table.transact(operations);
  } catch (error) {
    if (error instanceof ServiceError) return { result: 'unknown', error };
    throw error;
  }
}

function advance(head: Head, etag: string): true {
  head.etag = etag;
  head.rev += 1;
  return true;
}

/** Nobody has touched the head, and yet its condition failed: the service is confused, and may not be the next time. */
const neverMoved = (): Error => new ServiceError('table-storage', 'unavailable', 'A head refused its own etag.');
