import { hash } from 'node:crypto';
import { isNothing, isText, textFrom, textTo, type PlainRow } from './plain-row.ts';

/**
 * A device's identity in the ledger: 32 hex digits, the first 16 bytes of SHA-256.
 * 16 bytes, because device names are chosen by attackers and a shorter key could be forged to look known.
 */
export type DeviceKey = string & { readonly __brand: 'DeviceKey' };

/** The key of a device id, or of a name (`n:` before it) where the answer gives no id. Case and outer blanks do not count. */
export function deviceKeyOf(id: string, name: string): DeviceKey {
  const trimmed = id.trim();
  const identity = trimmed === '' ? `n:${name.trim()}` : trimmed;
  const small = identity.toLowerCase();
  // Letters of ASCII have one form only, and half a million ids are asked for theirs in every run.
  const normal = ASCII.test(small) ? small : small.normalize('NFC');
  return hash('sha256', normal, 'hex').slice(0, 32) as DeviceKey;
}

// eslint-disable-next-line no-control-regex -- all of ASCII
const ASCII = /^[\x00-\x7f]*$/;

const [SPACE, CAPITAL_A, CAPITAL_Z] = [0x20, 0x41, 0x5a];
const LONGEST = 1024;
const asked = Buffer.alloc(LONGEST + 2);

/** The same of a row whose id or name is a text that is not extremely long; undefined else, and where it names nobody. */
export function plainDeviceKey(row: PlainRow, id: number, name: number): DeviceKey | undefined {
  const length = identityIn(row, id, 0);
  if (length > 0) return keyOfAsked(length);
  if (length < 0) return undefined;
  asked.write('n:');
  const end = identityIn(row, name, 2);
  return end > 2 ? keyOfAsked(end) : undefined;
}

const keyOfAsked = (length: number): DeviceKey =>
  hash('sha256', asked.subarray(0, length), 'hex').slice(0, 32) as DeviceKey;

/** Writes a cell's text into {@link asked} without outer blanks and in small letters; where it ends there, or -1. */
function identityIn(row: PlainRow, cell: number, at: number): number {
  if (isNothing(row, cell)) return at;
  if (!isText(row, cell)) return -1;
  const { bytes } = row;
  let [from, to] = [textFrom(row, cell), textTo(row, cell)];
  while (from < to && bytes[from] === SPACE) from += 1;
  while (to > from && bytes[to - 1] === SPACE) to -= 1;
  if (to - from > LONGEST) return -1;
  let end = at;
  for (; from < to; from += 1, end += 1) {
    const letter = bytes[from] ?? 0;
    asked[end] = letter >= CAPITAL_A && letter <= CAPITAL_Z ? letter + 0x20 : letter;
  }
  return end;
}

export const isDeviceKey = (text: string): text is DeviceKey => /^[0-9a-f]{32}$/.test(text);
