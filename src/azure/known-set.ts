import { LedgerDamagedError } from '../errors.ts';
import type { Entity } from './table.ts';

/**
 * The devices of one shard: 16 bytes a key and two bytes for the day it was last seen, in chunks that each fill one
 * 64 KiB binary property. Keys are only ever appended, so that a change uploads the last chunk and no other.
 */
const CHUNK = 4096;
const KEY_BYTES = 16;
/** A head may hold 1 MiB, and Azurite counts it in base64: ten chunks of keys and ten of days. */
const MAX_CHUNKS = 10;
export const MAX_DEVICES_PER_SHARD = CHUNK * MAX_CHUNKS;
/** 2020-01-01: two bytes reach until 2199. */
const FIRST_DAY = 18_262;

export interface KnownSet {
  readonly size: number;
  /** Days since 1970; undefined for a device that is not there. `key` is 32 hex digits. */
  lastSeenDay(key: string): number | undefined;
  add(key: string, day: number): void;
  /** Moves the day forward; never back. */
  touch(key: string, day: number): void;
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
  const days = new Uint16Array(Math.max(64, size * 2));
  for (let chunk = 0; chunk * CHUNK < size; chunk += 1) {
    const count = Math.min(CHUNK, size - chunk * CHUNK);
    keys.set(bytesOf(head, `c${String(chunk)}`, count * KEY_BYTES), chunk * CHUNK * KEY_BYTES);
    const seen = bytesOf(head, `s${String(chunk)}`, count * 2);
    // Copied first: a view of 16-bit values must start at an even address.
    days.set(new Uint16Array(Uint8Array.from(seen).buffer), chunk * CHUNK);
  }
  return knownSet(size, keys, days);
}

function bytesOf(head: Entity, name: string, length: number): Uint8Array {
  const bytes = head[name];
  if (bytes instanceof Uint8Array && bytes.length === length) return bytes;
  throw new LedgerDamagedError(
    `Head ${head.rowKey} of ${head.partitionKey}: ${name} does not hold ${String(length)} bytes.`,
  );
}

function knownSet(initialSize: number, initialKeys: Buffer, initialDays: Uint16Array): KnownSet {
  let size = initialSize;
  let keys = initialKeys;
  let days = initialDays;
  /** Open addressing: place → index into keys plus one, 0 for free. Built at the first look-up. */
  let places: Int32Array | undefined;
  const changedKeys = new Set<number>();
  const changedDays = new Set<number>();

  const placeOf = (key: Buffer, table: Int32Array): number => {
    // Keys are bytes of SHA-256; any four of them are a good hash. The first two choose the shard.
    let place = key.readUInt32LE(4) & (table.length - 1);
    for (let held = table[place]; held !== undefined && held !== 0; held = table[place]) {
      const at = (held - 1) * KEY_BYTES;
      if (keys.compare(key, 0, KEY_BYTES, at, at + KEY_BYTES) === 0) return place;
      place = (place + 1) & (table.length - 1);
    }
    return place;
  };
  const index = (): Int32Array => {
    if (places && size * 2 < places.length) return places;
    const table = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(64, (size + 1) * 4))));
    for (let i = 0; i < size; i += 1) table[placeOf(keys.subarray(i * KEY_BYTES, (i + 1) * KEY_BYTES), table)] = i + 1;
    places = table;
    return table;
  };
  const find = (key: string): number => {
    const table = index();
    return (table[placeOf(Buffer.from(key, 'hex'), table)] ?? 0) - 1;
  };
  const grow = (): void => {
    if ((size + 1) * KEY_BYTES <= keys.length) return;
    const [oldKeys, oldDays] = [keys, days];
    keys = Buffer.alloc(oldKeys.length * 2);
    days = new Uint16Array(oldDays.length * 2);
    keys.set(oldKeys);
    days.set(oldDays);
  };
  const setDay = (at: number, day: number): void => {
    days[at] = Math.max(0, day - FIRST_DAY);
    changedDays.add(Math.floor(at / CHUNK));
  };

  return {
    get size() {
      return size;
    },
    lastSeenDay(key) {
      const at = find(key);
      return at < 0 ? undefined : (days[at] ?? 0) + FIRST_DAY;
    },
    add(key, day) {
      if (find(key) >= 0) return;
      if (size >= MAX_DEVICES_PER_SHARD)
        throw new LedgerDamagedError('A shard of the ledger is full: the hunt matches more than a million devices.');
      grow();
      keys.write(key, size * KEY_BYTES, 'hex');
      const table = index();
      table[placeOf(keys.subarray(size * KEY_BYTES, (size + 1) * KEY_BYTES), table)] = size + 1;
      changedKeys.add(Math.floor(size / CHUNK));
      setDay(size, day);
      size += 1;
    },
    touch(key, day) {
      const at = find(key);
      if (at >= 0 && (days[at] ?? 0) + FIRST_DAY < day) setDay(at, day);
    },
    changes() {
      if (changedKeys.size === 0 && changedDays.size === 0) return {};
      const changed: Record<string, number | Uint8Array> = { n: size };
      const end = (chunk: number): number => Math.min(size, (chunk + 1) * CHUNK);
      for (const chunk of changedKeys) {
        changed[`c${String(chunk)}`] = Uint8Array.from(
          keys.subarray(chunk * CHUNK * KEY_BYTES, end(chunk) * KEY_BYTES),
        );
      }
      for (const chunk of changedDays) {
        changed[`s${String(chunk)}`] = new Uint8Array(days.slice(chunk * CHUNK, end(chunk)).buffer);
      }
      return changed;
    },
    saved() {
      changedKeys.clear();
      changedDays.clear();
    },
  };
}
