import type { DeviceKey } from './device-key.ts';

/** Device keys by their place, 16 bytes each, and where each stands: 500,000 are 16 MB, as strings in a Map they are 70. */
export interface KeyList {
  readonly length: number;
  /** The place of a key; -1 where it is not there. */
  find(key: string): number;
  /** Adds one behind the last; the caller has looked that it is not there. */
  add(key: string): void;
  at(place: number): DeviceKey;
  /** A copy of the keys from one place up to another. */
  slice(from: number, to: number): Uint8Array;
}

export const KEY_BYTES = 16;
const KEY_WORDS = 4;

const wordsOf = ({ buffer, byteOffset, length }: Buffer): Uint32Array =>
  new Uint32Array(buffer, byteOffset, length / 4);

/** The key that is looked for: one for all, since looking is never interrupted. */
const asked = Buffer.alloc(KEY_BYTES);
const askedWords = wordsOf(asked);

/** `initial` becomes the list's own: that many keys, and room for more. */
export function keyList(initial: { readonly keys: Buffer; readonly length: number } = emptyKeys(0)): KeyList {
  let { keys, length } = initial;
  /** The keys as 32-bit numbers, which are compared faster than bytes. */
  let words = wordsOf(keys);

  /** The slot of the key that begins at `from` in `wanted`, or where it would be. */
  const slotOf = (wanted: Uint32Array, from: number, table: Int32Array): number => {
    // Keys are bytes of SHA-256; any four of them are a good hash. The first two choose the shard.
    let slot = (wanted[from + 1] ?? 0) & (table.length - 1);
    for (let held = table[slot]; held !== undefined && held !== 0; held = table[slot]) {
      const at = (held - 1) * KEY_WORDS;
      if (
        words[at] === wanted[from] &&
        words[at + 1] === wanted[from + 1] &&
        words[at + 2] === wanted[from + 2] &&
        words[at + 3] === wanted[from + 3]
      )
        return slot;
      slot = (slot + 1) & (table.length - 1);
    }
    return slot;
  };
  const index = (): Int32Array => {
    const table = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(64, (length + 1) * 4))));
    for (let place = 0; place < length; place += 1) table[slotOf(words, place * KEY_WORDS, table)] = place + 1;
    return table;
  };
  /** Open addressing: slot → place plus one, 0 for free. */
  let slots = index();

  return {
    get length() {
      return length;
    },
    find(key) {
      if (asked.write(key, 'hex') < KEY_BYTES) return -1;
      return (slots[slotOf(askedWords, 0, slots)] ?? 0) - 1;
    },
    add(key) {
      if ((length + 1) * KEY_BYTES > keys.length) {
        const old = keys;
        keys = Buffer.alloc(old.length * 2);
        keys.set(old);
        words = wordsOf(keys);
      }
      keys.write(key, length * KEY_BYTES, 'hex');
      slots[slotOf(words, length * KEY_WORDS, slots)] = length + 1;
      length += 1;
      if (length * 2 >= slots.length) slots = index();
    },
    at: (place) => keys.toString('hex', place * KEY_BYTES, (place + 1) * KEY_BYTES) as DeviceKey,
    slice: (from, to) => Uint8Array.from(keys.subarray(from * KEY_BYTES, to * KEY_BYTES)),
  };
}

/** Room for so many keys and a few more. */
export const emptyKeys = (length: number): { readonly keys: Buffer; readonly length: number } => ({
  keys: Buffer.alloc(Math.max(64, length * 2) * KEY_BYTES),
  length,
});
