import { createHash } from 'node:crypto';
import { isArray } from '../dynamics.ts';
import { takes, text, type Act, type Family } from './family.ts';

/** Of nothing there is no digest. */
const digest = (algorithm: string): Family =>
  takes('string', ([value]) => (text(value) === '' ? '' : createHash(algorithm).update(text(value)).digest('hex')));

/** Undefined for text that is no base64. */
function fromBase64(value: string, refuse: (what: string) => Error): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return undefined;
  if (value.length % 4 !== 0) throw refuse('base64 without its padding');
  return Buffer.from(value, 'base64');
}

/** Bytes that are no UTF-8 are no text. */
const decodeText: Act = ([value], refuse) => {
  const bytes = fromBase64(text(value), refuse);
  if (!bytes) return '';
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Not UTF-8.
    return '';
  }
};

/** The order of the bytes in which Windows keeps a GUID. */
const GUID_BYTES = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
const reordered = (bytes: Uint8Array): Buffer => Buffer.from(GUID_BYTES.map((at) => bytes[at] ?? 0));

const decodeGuid: Act = ([value], refuse) => {
  const bytes = fromBase64(text(value), refuse);
  if (bytes?.length !== 16) return null;
  // The language reference gives the third part once in this order and once in the other.
  throw refuse('a guid in base64');
};

const encodeArray: Act = ([value], refuse) => {
  if (!isArray(value) || !value.every((byte) => Number.isInteger(byte) && Number(byte) >= 0 && Number(byte) <= 255))
    throw refuse('an array of what is no byte');
  return Buffer.from(value as number[]).toString('base64');
};

const percent = (byte: number): string => `%${byte.toString(16).padStart(2, '0')}`;

/** Letters, digits and `-_.` stand for themselves; what other signs do is not established. */
const encodeUrl = (space: string): Family =>
  takes('string', ([value], refuse) =>
    text(value).replace(/[^A-Za-z0-9\-_.]/gu, (character) => {
      if (character === ' ') return space;
      if (/[!*()'~]/.test(character)) throw refuse(`"${character}" in a URL to be encoded`);
      return [...Buffer.from(character)].map(percent).join('');
    }),
  );

const decodeUrl: Act = ([value], refuse) => {
  if (text(value).includes('+')) throw refuse('a "+" in a URL to be decoded');
  try {
    return decodeURIComponent(text(value));
  } catch {
    throw refuse('a "%" that encodes nothing');
  }
};

/** In two's complement when negative; `width` is the least number of digits. */
const toHex: Family = (types, call, scope) =>
  takes('long long?', ([value, width = 0]) => {
    const number = BigInt(value as number);
    const bits = types[0] === 'int' ? 32 : 64;
    const digits = BigInt.asUintN(bits, number).toString(16);
    return digits.padStart(Math.min(16, Number(width)), '0');
  })(types, call, scope);

/** Functions that write bytes as text, and digests. */
export const ENCODING: Readonly<Record<string, Family>> = {
  base64_decode_toarray: takes('string', ([value], refuse) => {
    const bytes = fromBase64(text(value), refuse);
    return bytes ? [...bytes] : null;
  }),
  base64_decode_toguid: takes('string', decodeGuid),
  base64_decode_tostring: takes('string', decodeText),
  base64_decodestring: takes('string', decodeText),
  base64_encode_fromarray: takes('dynamic', encodeArray),
  base64_encode_fromguid: takes('scalar', ([value], refuse) => {
    if (typeof value !== 'string') throw refuse('base64 of no guid');
    return reordered(Buffer.from(value.replaceAll('-', ''), 'hex')).toString('base64');
  }),
  base64_encode_tostring: takes('string', ([value]) => Buffer.from(text(value)).toString('base64')),
  base64_encodestring: takes('string', ([value]) => Buffer.from(text(value)).toString('base64')),
  hash_md5: digest('md5'),
  hash_sha1: digest('sha1'),
  hash_sha256: digest('sha256'),
  tohex: toHex,
  url_decode: takes('string', decodeUrl),
  url_encode: encodeUrl('+'),
  url_encode_component: encodeUrl('%20'),
};
