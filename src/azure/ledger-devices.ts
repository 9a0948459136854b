import { hash } from 'node:crypto';
import type { DeviceKey } from '../hunt/device-key.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import { scopeKeyOf } from '../hunt/run.ts';
import type { DeviceListing, DeviceRecord, KnownDevice } from '../services.ts';
import { DAY } from '../time.ts';
import { atOnce } from '../at-once.ts';
import { readDeviceRow } from './device-rows.ts';
import { findHead, readHeads, type Head } from './ledger-head.ts';
import {
  DEVICE_ROWS,
  deviceRowKey,
  metaKey,
  partitionKeys,
  partitionOf,
  readMeta,
  shardOf,
  type Meta,
} from './ledger-rows.ts';
import type { Table } from './table.ts';

type Page = Parameters<DeviceListing['devices']>[0];

/** Every change of a device changes a head in the same transaction, so the heads' etags say whether anything changed. */
export async function listDevices(table: Table, scope: HuntScope): Promise<DeviceListing> {
  const meta = readMeta(await table.get(...metaKey(scope)));
  if (!meta) return { revision: 'none', size: 0, devices: nothing };
  const heads = await readHeads(table, scope, meta);
  const etags = [meta.state, ...heads.map((head) => head?.etag ?? '')];
  return {
    revision: hash('sha256', etags.join('\n'), 'hex').slice(0, 32),
    ...(meta.state === 'established' && { since: meta.since }),
    size: heads.reduce((sum, head) => sum + (head?.set.size ?? 0), 0),
    devices: (page) => devicesIn(table, scope, meta, heads, page),
  };
}

// eslint-disable-next-line @typescript-eslint/require-await -- nothing to wait for
async function* nothing(): AsyncGenerator<DeviceRecord> {
  yield* [];
}

export async function* devicesIn(
  table: Table,
  scope: HuntScope,
  meta: Meta,
  heads: readonly (Head | undefined)[],
  { after, pageSize }: NonNullable<Page> = {},
): AsyncGenerator<DeviceRecord> {
  const [first, end] = DEVICE_ROWS;
  // Behind the row of `after`: nothing in a key is above a tilde.
  const from = after === undefined ? first : `${deviceRowKey(after)}~`;
  const partitions = partitionKeys(scope, meta.partitions).map((key) =>
    table.list(key, from, end, pageSize)[Symbol.asyncIterator](),
  );
  // Each partition is in order of its keys; taking the least of their next rows puts all in order.
  const next = await Promise.all(partitions.map((rows) => rows.next()));
  for (;;) {
    let least = -1;
    next.forEach(({ done, value }, i) => {
      const best = least < 0 ? undefined : next[least];
      if (done !== true && (!best || best.done === true || value.rowKey < best.value.rowKey)) least = i;
    });
    const row = next[least];
    const rows = partitions[least];
    if (!row || !rows || row.done === true) return;
    const { device } = readDeviceRow(row.value, undefined);
    yield readDeviceRow(row.value, dayIn(heads[shardOf(device)], device));
    next[least] = await rows.next();
  }
}

/** Into how many partitions a scope was divided when it was founded: once known, it stays so. */
export type Layout = Map<string, number>;

/** Point reads, a few at a time: a device is looked for in hundreds of scopes and known to few. */
export async function findDevice(
  table: Table,
  device: DeviceKey,
  scopes: readonly HuntScope[],
  layout: Layout,
): Promise<readonly KnownDevice[]> {
  const found = await atOnce(scopes, (scope) => findIn(table, device, scope, layout));
  return found.filter((known) => known !== undefined);
}

async function findIn(
  table: Table,
  device: DeviceKey,
  scope: HuntScope,
  layout: Layout,
): Promise<KnownDevice | undefined> {
  const key = scopeKeyOf(scope);
  const partitions = layout.get(key) ?? readMeta(await table.get(...metaKey(scope)))?.partitions;
  if (partitions === undefined) return undefined;
  layout.set(key, partitions);
  const shard = shardOf(device);
  const row = await table.get(partitionOf(scope, shard, partitions), deviceRowKey(device));
  if (!row) return undefined;
  const day = dayIn(await findHead(table, scope, shard, partitions), device);
  return { scope, device: readDeviceRow(row, day) };
}

function dayIn(head: Head | undefined, device: DeviceKey): Date | undefined {
  const known = head?.set.recall(device);
  return known && new Date(known.day * DAY);
}
