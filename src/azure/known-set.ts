import { LedgerDamagedError } from '../errors.ts';
import type { Remembered } from '../hunt/baseline.ts';
import type { DeviceKey } from '../hunt/device-key.ts';
import type { NameHash } from '../hunt/name-hash.ts';
import { bytesOf, CHUNK, readColumn, type HeadColumn } from './head-column.ts';
import type { Entity } from './table.ts';

/**
 * The devices of one shard, in chunks of 4,096: 16 bytes a key, two for the day it was last seen, four for the hash of its
 * name and four for its first seen, each kind in properties of its own, so that a change uploads only what has changed. Keys
 * are only ever appended.
 */
const KEY_BYTES = 16;
const KEY_WORDS = 4;
/** A head may hold 1 MiB, and Azurite counts it in base64: 4,096 devices are 142,000 characters. */
const MAX_CHUNKS = 7;
export const MAX_DEVICES_PER_SHARD = CHUNK * MAX_CHUNKS;
/** 2020-01-01: two bytes reach until 2199. */
const FIRST_DAY = 18_262;

export interface KnownSet {
  readonly size: number;
  /** Days since 1970; undefined for a device that is not there. `key` is 32 hex digits. */
  recall(key: string): Remembered | undefined;
  add(key: string, known: Remembered): void;
  /** Moves the day forward, never back, and then fills in what a version before this one did not keep. */
  touch(key: string, now: Remembered): void;
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
export function readKnownSet(head: Entity): KnownSet {
  const size = head['n'];
  if (typeof size !== 'number') throw new LedgerDamagedError(`Head ${head.rowKey} has no count.`);
  const keys = Buffer.alloc(Math.max(64, size * 2) * KEY_BYTES);
  for (let chunk = 0; chunk * CHUNK < size; chunk += 1) {
    const length = Math.min(CHUNK, size - chunk * CHUNK) * KEY_BYTES;
    keys.set(bytesOf(head, `c${String(chunk)}`, length), chunk * CHUNK * KEY_BYTES);
  }
  return knownSet(size, keys, {
    days: readColumn(head, 's', size, { bytes: 2 }),
    names: readColumn(head, 'h', size, { bytes: 4, optional: true }),
    firsts: readColumn(head, 'f', size, { bytes: 4, optional: true }),
  });
}

const wordsOf = ({ buffer, byteOffset, length }: Buffer): Uint32Array =>
  new Uint32Array(buffer, byteOffset, length / 4);

/** The key that is looked for: one for all, since looking is never interrupted. */
const asked = Buffer.alloc(KEY_BYTES);
const askedWords = wordsOf(asked);

type Columns = Readonly<Record<'days' | 'names' | 'firsts', HeadColumn>>;

function knownSet(initialSize: number, initialKeys: Buffer, { days, names, firsts }: Columns): KnownSet {
  let size = initialSize;
  let keys = initialKeys;
  /** Open addressing: place → index into keys plus one, 0 for free. Built at the first look-up. */
  let places: Int32Array | undefined;
  const changedKeys = new Set<number>();

  /** The keys as 32-bit numbers, which are compared faster than bytes. */
  let words = wordsOf(keys);

  /** The place of the key that begins at `from` in `wanted`, or where it would be. */
  const placeOf = (wanted: Uint32Array, from: number, table: Int32Array): number => {
    // Keys are bytes of SHA-256; any four of them are a good hash. The first two choose the shard.
    let place = (wanted[from + 1] ?? 0) & (table.length - 1);
    for (let held = table[place]; held !== undefined && held !== 0; held = table[place]) {
      const at = (held - 1) * KEY_WORDS;
      if (
        words[at] === wanted[from] &&
        words[at + 1] === wanted[from + 1] &&
        words[at + 2] === wanted[from + 2] &&
        words[at + 3] === wanted[from + 3]
      )
        return place;
      place = (place + 1) & (table.length - 1);
    }
    return place;
  };
  const index = (): Int32Array => {
    if (places && size * 2 < places.length) return places;
    const table = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(64, (size + 1) * 4))));
    for (let i = 0; i < size; i += 1) table[placeOf(words, i * KEY_WORDS, table)] = i + 1;
    places = table;
    return table;
  };
  const find = (key: string): number => {
    const table = index();
    if (asked.write(key, 'hex') < KEY_BYTES) return -1;
    return (table[placeOf(askedWords, 0, table)] ?? 0) - 1;
  };
  const grow = (): void => {
    if ((size + 1) * KEY_BYTES <= keys.length) return;
    const old = keys;
    keys = Buffer.alloc(old.length * 2);
    keys.set(old);
    words = wordsOf(keys);
  };
  const setDay = (at: number, day: number): void => {
    days.set(at, Math.max(0, day - FIRST_DAY));
  };
  const setKnown = (at: number, { nameHash, firstSeen }: Omit<Remembered, 'day'>): void => {
    if (names.get(at) !== nameHash) names.set(at, nameHash);
    if (firsts.get(at) !== firstSeen) firsts.set(at, firstSeen);
  };
  const dayAt = (at: number): number => days.get(at) + FIRST_DAY;

  return {
    get size() {
      return size;
    },
    recall(key) {
      const at = find(key);
      return at < 0 ? undefined : { day: dayAt(at), nameHash: names.get(at), firstSeen: firsts.get(at) };
    },
    add(key, known) {
      if (find(key) >= 0) return;
      if (size >= MAX_DEVICES_PER_SHARD)
        throw new LedgerDamagedError('A shard of the ledger is full: the hunt matches more than 900,000 devices.');
      grow();
      keys.write(key, size * KEY_BYTES, 'hex');
      const table = index();
      table[placeOf(words, size * KEY_WORDS, table)] = size + 1;
      changedKeys.add(Math.floor(size / CHUNK));
      setDay(size, known.day);
      setKnown(size, known);
      size += 1;
    },
    touch(key, { day, nameHash, firstSeen }) {
      const at = find(key);
      if (at < 0 || dayAt(at) >= day) return;
      setDay(at, day);
      setKnown(at, { nameHash: names.get(at) || nameHash, firstSeen: firsts.get(at) || firstSeen });
    },
    correct(key, row) {
      const at = find(key);
      if (at >= 0) setKnown(at, row);
    },
    keysNamed(hashes) {
      const found: DeviceKey[] = [];
      for (let at = 0; at < size; at += 1) {
        if (hashes.has(names.get(at)))
          found.push(keys.toString('hex', at * KEY_BYTES, (at + 1) * KEY_BYTES) as DeviceKey);
      }
      return found;
    },
    changes() {
      const changed = { ...days.changes(size), ...names.changes(size), ...firsts.changes(size) };
      for (const chunk of changedKeys) {
        const end = Math.min(size, (chunk + 1) * CHUNK);
        changed[`c${String(chunk)}`] = Uint8Array.from(keys.subarray(chunk * CHUNK * KEY_BYTES, end * KEY_BYTES));
      }
      return Object.keys(changed).length === 0 ? {} : { n: size, ...changed };
    },
    saved() {
      changedKeys.clear();
      for (const column of [days, names, firsts]) column.saved();
    },
  };
}
