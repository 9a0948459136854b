/** The rows of devices that a transaction writes beside its head. */
import { atOnce } from '../at-once.ts';
import { LedgerDamagedError } from '../errors.ts';
import { storyAfter } from '../hunt/chronicle.ts';
import { cut } from '../hunt/cut.ts';
import type { DeviceKey } from '../hunt/device-key.ts';
import { LONGEST_NAME, nameHashOf } from '../hunt/name-hash.ts';
import type { HuntReport } from '../hunt/report.ts';
import { secondsAt } from '../hunt/seconds.ts';
import type { Sighting } from '../hunt/sighting.ts';
import { dayOf } from '../time.ts';
import { newDeviceRow, readDeviceRow } from './device-rows.ts';
import type { Head } from './ledger-head.ts';
import { DEVICE_ROWS, deviceRowKey } from './ledger-rows.ts';
import type { Item } from './shard-work.ts';
import type { Entity, Table, TableOperation } from './table.ts';
import { trailText } from './trail-text.ts';

/** From so many on it is cheaper to read all rows of the partition. */
const MANY = 200;

export type DeviceRows = ReadonlyMap<DeviceKey, Entity>;

/**
 * The rows of devices that are known. Each change of one changes its head, so that they are what they are as long as the head,
 * read before, does not move.
 */
export async function readRows(table: Table, { partitionKey }: Head, items: readonly Item[]): Promise<DeviceRows> {
  const devices = items.filter(({ kind }) => kind !== 'new').map(({ device }) => device);
  if (devices.length === 0) return new Map();
  const rows =
    devices.length > MANY ? await allOf(table, partitionKey, devices) : await eachOf(table, partitionKey, devices);
  return new Map(rows.map((row) => [row.rowKey.slice(2) as DeviceKey, row]));
}

async function eachOf(table: Table, partitionKey: string, devices: readonly DeviceKey[]): Promise<readonly Entity[]> {
  const rows = await atOnce(devices, (device) => table.get(partitionKey, deviceRowKey(device)));
  return rows.filter((row) => row !== undefined);
}

async function allOf(table: Table, partitionKey: string, devices: readonly DeviceKey[]): Promise<readonly Entity[]> {
  const wanted = new Set(devices.map(deviceRowKey));
  const rows: Entity[] = [];
  for await (const row of table.list(partitionKey, ...DEVICE_ROWS)) if (wanted.has(row.rowKey)) rows.push(row);
  return rows;
}

/** Puts an item into the set of its head, and answers the operation that puts it into its row; nothing where the row has it. */
export function apply(item: Item, head: Head, rows: DeviceRows, report: HuntReport): TableOperation[] {
  const { partitionKey } = head;
  const { run } = report;
  const day = dayOf(run.asOf);
  if (item.kind === 'new') {
    const { sighting, how } = item;
    const firstSeen = secondsAt(sighting.firstSeen ?? run.asOf);
    head.set.add(item.device, { day: dayIn(report, sighting), nameHash: nameHashOf(sighting.name), firstSeen });
    return [{ kind: 'insert', entity: newDeviceRow(partitionKey, sighting, how, run) }];
  }
  const row = rows.get(item.device);
  if (!row) throw new LedgerDamagedError(`The row of a known device is missing: ${partitionKey} ${item.device}.`);
  const before = readDeviceRow(row, undefined);
  const { name, firstSeen, trail } = storyAfter(before, item.noticed, run);
  const kept = { nameHash: nameHashOf(name), firstSeen: secondsAt(firstSeen) };
  head.set.touch(item.device, { day, ...kept });
  head.set.correct(item.device, kept);
  const isBack = item.kind === 'back';
  // The head knew less than the row.
  if (!isBack && trail === before.trail && name === before.name) return [];
  const entity = {
    ...{ partitionKey, rowKey: row.rowKey, name: cut(name, LONGEST_NAME), firstSeen: firstSeen.toISOString() },
    trail: trailText({ events: trail, dropped: before.trailDropped }),
    ...(isBack && { run: run.id, state: 'returning' }),
  };
  return [{ kind: 'upsert', entity }];
}

/** The day on which the answer had a device: the run's, but a backfill's answer is of many days. */
export function dayIn({ run }: HuntReport, { lastSeen }: Pick<Sighting, 'lastSeen'>): number {
  const today = dayOf(run.asOf);
  return run.trigger === 'backfill' && lastSeen ? Math.min(today, dayOf(lastSeen)) : today;
}
