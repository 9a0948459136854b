/** Addresses of the Internet Protocol and the networks that their prefixes name. */

/** Its value, and how many of its first bits name the network. */
export interface Address {
  readonly value: bigint;
  readonly prefix: number;
  readonly width: 32 | 128;
}

/** No leading zeros: some read them as octal. */
const PART = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const V4 = new RegExp(String.raw`^\s*(${PART}(?:\.${PART}){3})(?:/(\d{1,3}))?\s*$`);

const v4Value = (dotted: string): bigint => dotted.split('.').reduce((all, part) => all * 256n + BigInt(part), 0n);

export function parseV4(text: string): Address | undefined {
  const match = V4.exec(text);
  const prefix = Number(match?.[2] ?? 32);
  return match && prefix <= 32 ? { value: v4Value(match[1] ?? ''), prefix, width: 32 } : undefined;
}

/** `::ffff:0:0/96`, where the addresses of version 4 lie. */
const MAPPED = 0xffffn << 32n;

/** An address of either version as one of version 6. `unclear` when sources part on it. */
export function parseV6(written: string): Address | 'unclear' | undefined {
  const plain = parseV4(written);
  if (plain) return { value: MAPPED | plain.value, prefix: 96 + plain.prefix, width: 128 };
  const match = /^\s*([\da-fA-F:.]+)(?:%[\w.-]+)?(?:\/(\d{1,3}))?\s*$/.exec(written);
  if (!match) return undefined;
  const [, text = '', suffix] = match;
  const dotted = new RegExp(`:(${PART}(?:\\.${PART}){3})$`).exec(text);
  if (text.includes('.') && !dotted) return undefined;
  const hex = dotted
    ? text.replace(dotted[1] ?? '', () => {
        const value = v4Value(dotted[1] ?? '');
        return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
      })
    : text;
  const value = groupsValue(hex);
  if (value === undefined) return undefined;
  const isMapped = value >> 32n === 0xffffn;
  if (dotted && !isMapped) return 'unclear';
  const prefix = Number(suffix ?? (dotted ? 32 : 128));
  if (prefix > (dotted ? 32 : 128)) return undefined;
  return { value, prefix: dotted ? 96 + prefix : prefix, width: 128 };
}

function groupsValue(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left = [], right] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const groups = right
    ? [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
    : left;
  if (groups.length !== 8 || (right && left.length + right.length > 7)) return undefined;
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((all, group) => (all << 16n) | BigInt(`0x${group}`), 0n);
}

/** The value with only its first bits. */
export function masked(value: bigint, prefix: number, width: number): bigint {
  const rest = BigInt(Math.max(0, width - prefix));
  return (value >> rest) << rest;
}

export const writeV4 = (value: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');

export const writeV6 = (value: bigint): string => (value.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).join(':');

/** The addresses of version 4 in a text, each apart from letters and digits; undefined where a dot touches one. */
export function v4sIn(text: string): readonly string[] | undefined {
  const found: string[] = [];
  for (const match of text.matchAll(/(?<![\p{L}\p{N}])\d{1,3}(?:\.\d{1,3}){3}(?![\p{L}\p{N}])/gu)) {
    const end = match.index + match[0].length;
    if (/[\p{L}\p{N}]\.$/u.test(text.slice(Math.max(0, match.index - 3), match.index))) return undefined;
    if (/^\.[\p{L}\p{N}]/u.test(text.slice(end, end + 3))) return undefined;
    if (parseV4(match[0])) found.push(match[0]);
  }
  return found;
}
