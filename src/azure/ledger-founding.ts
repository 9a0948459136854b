import { LedgerDamagedError } from '../errors.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import type { HuntReport } from '../hunt/report.ts';
import { foundsQuietly } from '../hunt/run.ts';
import { emptyHead } from './ledger-head.ts';
import { baselineRow, headKey, metaKey, partitionOf, readMeta, SHARDS, type Meta } from './ledger-rows.ts';
import type { Table } from './table.ts';

/**
 * A baseline is founded in three steps, each of which may be repeated by anybody after a crash: the meta row and empty
 * heads, the devices, and at last, in one transaction, "established" together with the notice about it.
 */
export async function prepareFounding(
  table: Table,
  scope: HuntScope,
  partitions: number,
  report: HuntReport,
): Promise<Meta> {
  const [partitionKey, rowKey] = metaKey(scope);
  // "exists" and a lost answer are settled by reading what is there now.
  await table.insert({
    partitionKey,
    rowKey,
    state: 'founding',
    since: report.run.asOf.toISOString(),
    partitions,
    hunt: scope.hunt,
    workspace: scope.workspace,
  });
  const meta = await currentMeta(table, scope);
  if (meta.state === 'founding') await makeHeads(table, scope, meta.partitions);
  return meta;
}

async function makeHeads(table: Table, scope: HuntScope, partitions: number): Promise<void> {
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  await Promise.all(
    shards.slice(0, partitions).map(async (partition) => {
      const heads = shards
        .filter((shard) => shard % partitions === partition)
        .map((shard) => emptyHead(partitionOf(scope, shard, partitions), shard));
      const made = await table.transact(heads.map((entity) => ({ kind: 'insert', entity })));
      // Some exist from an interrupted founding: each missing one by itself then.
      if (made.result !== 'committed') await Promise.all(heads.map((head) => table.insert(head)));
    }),
  );
}

/** The moment from which devices are compared; told exactly once, since both are one transaction. */
export async function establish(table: Table, scope: HuntScope, total: number, report: HuntReport): Promise<Meta> {
  const [partitionKey, rowKey] = metaKey(scope);
  const quiet = foundsQuietly(report.run);
  const before = await currentMeta(table, scope);
  if (before.state === 'established') {
    // A rival, let in because this run had lost its lease, was faster. Its notice may not count what this run stored.
    if (!quiet) await table.insert(baselineRow(scope, total, report));
    return before;
  }
  const entity = {
    partitionKey,
    rowKey,
    state: 'established',
    since: report.run.asOf.toISOString(),
    foundedBy: report.run.id,
  };
  // Whether it moved or contradicts: what stands there now decides.
  await table.transact([
    { kind: 'merge', entity, etag: before.etag },
    ...(quiet ? [] : [{ kind: 'insert', entity: baselineRow(scope, total, report) } as const]),
  ]);
  const after = await currentMeta(table, scope);
  if (after.state === 'established') return after;
  throw new LedgerDamagedError(`The baseline of ${headKey(0)} in ${partitionKey} could not be established.`);
}

async function currentMeta(table: Table, scope: HuntScope): Promise<Meta> {
  const meta = readMeta(await table.get(...metaKey(scope)));
  if (!meta) throw new LedgerDamagedError('The meta row of a ledger has vanished.');
  return meta;
}
