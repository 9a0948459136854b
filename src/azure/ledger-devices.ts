import { hash } from 'node:crypto';
import type { DeviceKey } from '../hunt/device-key.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import type { DeviceListing, DeviceRecord } from '../services.ts';
import { DAY } from '../time.ts';
import { findHead, readHeads, type Head } from './ledger-head.ts';
import {
  DEVICE_ROWS,
  deviceRowKey,
  metaKey,
  partitionKeys,
  partitionOf,
  partitionsUsed,
  readDeviceRow,
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

/** Where it is depends on how large the scope was when it was founded; looking in both places spares reading that first. */
export async function findDevice(table: Table, scope: HuntScope, device: DeviceKey): Promise<DeviceRecord | undefined> {
  const shard = shardOf(device);
  const places = new Map(partitionsUsed.map((partitions) => [partitionOf(scope, shard, partitions), partitions]));
  const found = await Promise.all(
    [...places].map(async ([key, partitions]) => ({ row: await table.get(key, deviceRowKey(device)), partitions })),
  );
  const hit = found.find(({ row }) => row !== undefined);
  if (!hit?.row) return undefined;
  return readDeviceRow(hit.row, dayIn(await findHead(table, scope, shard, hit.partitions), device));
}

function dayIn(head: Head | undefined, device: DeviceKey): Date | undefined {
  const day = head?.set.lastSeenDay(device);
  return day === undefined ? undefined : new Date(day * DAY);
}
