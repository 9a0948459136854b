import { hash } from 'node:crypto';

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

export const isDeviceKey = (text: string): text is DeviceKey => /^[0-9a-f]{32}$/.test(text);
