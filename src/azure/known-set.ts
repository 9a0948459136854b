import { LedgerDamagedError } from '../errors.ts';
import type { Recalled, Remembered } from '../hunt/baseline.ts';
import type { DeviceKey } from '../hunt/device-key.ts';
import { emptyKeys, KEY_BYTES, keyList, type KeyList } from '../hunt/key-list.ts';
import type { NameHash } from '../hunt/name-hash.ts';
import { bytesOf, CHUNK, readColumn, type HeadColumn } from './head-column.ts';
import { SHARDS } from './ledger-rows.ts';
import type { Entity } from './table.ts';

/**
 * The devices of one shard, in chunks of 4,096: 16 bytes a key, two for the day it was last seen, four for the hash of its
 * name and four for its first seen, each kind in properties of its own, so that a change uploads only what has changed. Keys
 * are only ever appended.
 */
/** A head may hold 1 MiB, and Azurite counts it in base64: 4,096 devices are 142,000 characters. */
const MAX_CHUNKS = 7;
export const MAX_DEVICES_PER_SHARD = CHUNK * MAX_CHUNKS;
/** 2020-01-01: two bytes reach until 2199. */
const FIRST_DAY = 18_262;

export interface KnownSet {
  readonly size: number;
  /** Days since 1970; undefined for a device that is not there. `key` is 32 hex digits. */
  recall(key: string): Recalled | undefined;
  add(key: string, known: Remembered): void;
  /** Moves the day forward, never back, and then fills in what a version before this one did not keep. */
  touch(key: string, now: Remembered): void;
  /** The same by the place of {@link recall}; `seen` is asked only for what is to be filled in. */
  touchAt(place: number, day: number, seen: () => Omit<Remembered, 'day'>): void;
  /** What the device's row says. */
  correct(key: string, row: Omit<Remembered, 'day'>): void;
  /** The devices whose names have these hashes; a hash proves nothing. */
  keysNamed(hashes: ReadonlySet<NameHash>): readonly DeviceKey[];
  /** The properties that changed since it was read or saved; empty when nothing did. */
  changes(): Readonly<Record<string, number | Uint8Array>>;
  /** Call when the changes have been stored. */
  saved(): void;
}

/** Reads the set from a head; lengths that contradict its count are an error, never a smaller set. */
export function readKnownSet(head: Entity, shard: number): KnownSet {
  const size = head['n'];
  if (typeof size !== 'number') throw new LedgerDamagedError(`Head ${head.rowKey} has no count.`);
  const read = emptyKeys(size);
  for (let chunk = 0; chunk * CHUNK < size; chunk += 1) {
    const length = Math.min(CHUNK, size - chunk * CHUNK) * KEY_BYTES;
    read.keys.set(bytesOf(head, `c${String(chunk)}`, length), chunk * CHUNK * KEY_BYTES);
  }
  return knownSet(shard, keyList(read), {
    days: readColumn(head, 's', size, { bytes: 2 }),
    names: readColumn(head, 'h', size, { bytes: 4, optional: true }),
    firsts: readColumn(head, 'f', size, { bytes: 4, optional: true }),
  });
}

type Columns = Readonly<Record<'days' | 'names' | 'firsts', HeadColumn>>;

function knownSet(shard: number, keys: KeyList, { days, names, firsts }: Columns): KnownSet {
  const changedKeys = new Set<number>();
  const setDay = (at: number, day: number): void => {
    days.set(at, Math.max(0, day - FIRST_DAY));
  };
  const setKnown = (at: number, { nameHash, firstSeen }: Omit<Remembered, 'day'>): void => {
    if (names.get(at) !== nameHash) names.set(at, nameHash);
    if (firsts.get(at) !== firstSeen) firsts.set(at, firstSeen);
  };
  const dayAt = (at: number): number => days.get(at) + FIRST_DAY;
  const touch = (at: number, day: number, seen: () => Omit<Remembered, 'day'>): void => {
    if (at < 0 || at >= keys.length || dayAt(at) >= day) return;
    setDay(at, day);
    const [nameHash, firstSeen] = [names.get(at), firsts.get(at)];
    if (nameHash !== 0 && firstSeen !== 0) return;
    const now = seen();
    setKnown(at, { nameHash: nameHash || now.nameHash, firstSeen: firstSeen || now.firstSeen });
  };

  return {
    get size() {
      return keys.length;
    },
    recall(key) {
      const at = keys.find(key);
      if (at < 0) return undefined;
      // Keys are only ever appended, and shards grow alike: the numbers have few holes.
      return { place: at * SHARDS + shard, day: dayAt(at), nameHash: names.get(at), firstSeen: firsts.get(at) };
    },
    add(key, known) {
      if (keys.find(key) >= 0) return;
      const at = keys.length;
      if (at >= MAX_DEVICES_PER_SHARD)
        throw new LedgerDamagedError('A shard of the ledger is full: the hunt matches more than 900,000 devices.');
      keys.add(key);
      changedKeys.add(Math.floor(at / CHUNK));
      setDay(at, known.day);
      setKnown(at, known);
    },
    touch(key, { day, ...seen }) {
      touch(keys.find(key), day, () => seen);
    },
    touchAt(place, day, seen) {
      touch(Math.floor(place / SHARDS), day, seen);
    },
    correct(key, row) {
      const at = keys.find(key);
      if (at >= 0) setKnown(at, row);
    },
    keysNamed(hashes) {
      const found: DeviceKey[] = [];
      // Nearly all of half a million hashes are told apart from the few by two of their bytes.
      const maybe = new Uint8Array(1 << 16);
      for (const hash of hashes) maybe[hash & 0xffff] = 1;
      for (let at = 0; at < keys.length; at += 1) {
        const hash = names.get(at);
        if (maybe[hash & 0xffff] === 1 && hashes.has(hash)) found.push(keys.at(at));
      }
      return found;
    },
    changes() {
      const size = keys.length;
      const changed = { ...days.changes(size), ...names.changes(size), ...firsts.changes(size) };
      for (const chunk of changedKeys)
        changed[`c${String(chunk)}`] = keys.slice(chunk * CHUNK, Math.min(size, (chunk + 1) * CHUNK));
      return Object.keys(changed).length === 0 ? {} : { n: size, ...changed };
    },
    saved() {
      changedKeys.clear();
      for (const column of [days, names, firsts]) column.saved();
    },
  };
}
