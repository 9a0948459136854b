/** Known devices that have the name of a new one: the same machine set up anew, or a twin. */
import { setImmediate } from 'node:timers/promises';
import { atOnce } from '../at-once.ts';
import type { DeviceKey } from '../hunt/device-key.ts';
import type { Namesake } from '../hunt/life.ts';
import { nameHashOf, NO_NAME, normalName, type NameHash } from '../hunt/name-hash.ts';
import type { Named } from '../hunt/sighting.ts';
import { DAY } from '../time.ts';
import { deviceRowKey, shardOf } from './ledger-rows.ts';
import type { Head } from './ledger-head.ts';
import type { Table } from './table.ts';

/** Rows read for a name: many devices may be called `localhost`. */
const ROWS_A_NAME = 3;
/** A changed query may find a hundred thousand devices; nobody reads that of all of them. */
const MOST_NAMES = 300;

interface Candidate {
  readonly device: DeviceKey;
  readonly day: number;
}

/** One scan of the hashes in memory; the row of a candidate is read before anything is said of it. */
export async function findNamesakes(
  table: Table,
  heads: readonly (Head | undefined)[],
  devices: readonly Named[],
): Promise<ReadonlyMap<DeviceKey, Namesake>> {
  const byHash = Map.groupBy(devices.slice(0, MOST_NAMES), ({ name }) => nameHashOf(name));
  byHash.delete(NO_NAME);
  if (byHash.size === 0) return new Map();
  await setImmediate();
  const candidates = Map.groupBy(candidatesIn(heads, new Set(byHash.keys())), ({ hash }) => hash);
  const found = await atOnce([...candidates], async ([hash, all]) => {
    const latest = all.toSorted((a, b) => b.day - a.day || (a.device < b.device ? -1 : 1)).slice(0, ROWS_A_NAME);
    const named = await atOnce(latest, (candidate) => readNamed(table, heads, candidate));
    return (byHash.get(hash) ?? []).flatMap(({ device, name }) => {
      const same = named.find((one) => one?.name === normalName(name));
      return same && same.namesake.device !== device ? [[device, same.namesake] as const] : [];
    });
  });
  return new Map(found.flat());
}

function candidatesIn(
  heads: readonly (Head | undefined)[],
  hashes: ReadonlySet<NameHash>,
): readonly (Candidate & { readonly hash: NameHash })[] {
  return heads.flatMap((head) =>
    (head?.set.keysNamed(hashes) ?? []).flatMap((device) => {
      const known = head?.set.recall(device);
      return known ? [{ device, day: known.day, hash: known.nameHash }] : [];
    }),
  );
}

async function readNamed(
  table: Table,
  heads: readonly (Head | undefined)[],
  { device, day }: Candidate,
): Promise<{ readonly name: string; readonly namesake: Namesake } | undefined> {
  const head = heads[shardOf(device)];
  const row = head && (await table.get(head.partitionKey, deviceRowKey(device)));
  if (!row) return undefined;
  const namesake = { device, id: String(row['id']), lastSeen: new Date(day * DAY) };
  return { name: normalName(String(row['name'])), namesake };
}
