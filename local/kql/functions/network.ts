import { isArray } from '../dynamics.ts';
import type { Value } from '../values.ts';
import { masked, parseV4, parseV6, v4sIn, writeV4, writeV6, type Address } from './addresses.ts';
import { takes, text, type Act, type Family } from './family.ts';

type Refuse = (what: string) => Error;
type Read = (written: string, refuse: Refuse) => Address | undefined;

const readV4: Read = (written) => parseV4(written);
const readV6: Read = (written, refuse) => {
  const found = parseV6(written);
  if (found === 'unclear') throw refuse('an address of version 6 that ends in one of version 4');
  return found;
};

/** Two addresses by the bits that all prefixes leave of them; null when one is none. */
function compared(a: Value | undefined, b: Value | undefined, most: number, read: Read, refuse: Refuse): number | null {
  const [left, right] = [read(text(a), refuse), read(text(b), refuse)];
  if (!left || !right || most < 0 || most > left.width) return null;
  const prefix = Math.min(left.prefix, right.prefix, most);
  const [first, second] = [left, right].map(({ value, width }) => masked(value, prefix, width)) as [bigint, bigint];
  return first === second ? 0 : first < second ? -1 : 1;
}

const compare =
  (read: Read, width: number): Act =>
  ([a, b, most = width], refuse) => {
    const whole = compared(a, b, Number(most), read, refuse);
    // Whether a prefix up to 32 counts the bits of version 4 makes no difference, or is refused.
    if (
      width === 128 &&
      Number(most) <= 32 &&
      parseV4(text(a)) &&
      parseV4(text(b)) &&
      whole !== compared(a, b, 96 + Number(most), read, refuse)
    )
      throw refuse('a prefix of an address of version 4 among those of version 6');
    return whole;
  };

const isMatch =
  (read: Read, width: number): Act =>
  (args, refuse) => {
    const result = compare(read, width)(args, refuse, undefined as never);
    return result === null ? null : result === 0;
  };

/** Whether an address lies in a network; null when either is none. */
function lies(address: Value | undefined, network: Value | undefined, read: Read, refuse: Refuse): boolean | null {
  const [one, range] = [read(text(address), refuse), read(text(network), refuse)];
  if (!one || !range) return null;
  if (one.prefix < range.prefix) throw refuse('a network that is wider than the range');
  return masked(one.value, range.prefix, one.width) === masked(range.value, range.prefix, range.width);
}

const inAnyRange =
  (read: Read): Act =>
  ([address, ...ranges], refuse) => {
    const all = ranges.flatMap((range) => (isArray(range) ? range : [range])) as Value[];
    const results = all.map((range) => lies(address, range, read, refuse));
    if (results.includes(true)) return true;
    return results.includes(null) ? null : false;
  };

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

const isPrivate: Act = ([address]) => {
  const one = parseV4(text(address));
  if (!one) return null;
  return PRIVATE.some((range) => {
    const { value = 0n, prefix = 0 } = parseV4(range) ?? {};
    return one.prefix >= prefix && masked(one.value, prefix, 32) === value;
  });
};

/** A text, or the number that an address is. */
function formatV4(
  value: Value | undefined,
  most: Value | undefined,
): { readonly text: string; readonly prefix: number } | undefined {
  const one =
    typeof value === 'string' ? parseV4(value) : { value: BigInt(value as number), prefix: 32, width: 32 as const };
  const limit = Number(most ?? 32);
  if (!one || limit < 0 || limit > 32 || one.value < 0n || one.value > 0xffffffffn) return undefined;
  const prefix = Math.min(one.prefix, limit);
  return { text: writeV4(masked(one.value, prefix, 32)), prefix };
}

/** The fewest networks that make up all addresses from one to another. */
const toNetworks: Act = ([from, to], refuse) => {
  const [first, last] = [parseV4(text(from)), parseV4(text(to))];
  if (!first || !last || first.value > last.value) throw refuse('a range of such addresses');
  const networks: string[] = [];
  for (let at = first.value; at <= last.value;) {
    let size = 0n;
    while (size < 32n && (at >> size) % 2n === 0n && at + (2n << size) - 1n <= last.value) size += 1n;
    networks.push(`${writeV4(at)}/${String(32n - size)}`);
    at += 1n << size;
  }
  return networks;
};

const listed = (args: readonly (Value | undefined)[]): readonly Value[] =>
  args.flatMap((arg) => (isArray(arg) ? arg : [arg])) as Value[];

const hasV4: Act = ([value, ...wanted], refuse) => {
  const found = v4sIn(text(value));
  if (!found) throw refuse('an address that a dot touches');
  return listed(wanted).some((address) => found.includes(text(address)));
};

const hasPrefix: Act = ([value, ...wanted], refuse) => {
  const found = v4sIn(text(value));
  if (!found) throw refuse('an address that a dot touches');
  return listed(wanted).some((prefix) => {
    const isWhole = parseV4(text(prefix)) !== undefined;
    if (!isWhole && !/^(?:\d{1,3}\.){1,3}$/.test(text(prefix))) return false;
    return found.some((address) => (isWhole ? address === prefix : address.startsWith(text(prefix))));
  });
};

const parseMaskedV6 =
  (most: (args: readonly Value[]) => number): Act =>
  (args, refuse) => {
    const one = readV6(text(args[0]), refuse);
    const limit = most(args);
    if (!one || limit < 0 || limit > 128) return '';
    return writeV6(masked(one.value, Math.min(one.prefix, limit), 128));
  };

/** Functions of addresses. */
export const NETWORK: Readonly<Record<string, Family>> = {
  format_ipv4: takes('scalar long?', ([value, prefix]) => formatV4(value, prefix)?.text ?? ''),
  format_ipv4_mask: takes('scalar long?', ([value, prefix]) => {
    const found = formatV4(value, prefix);
    return found ? `${found.text}/${String(found.prefix)}` : '';
  }),
  has_any_ipv4: takes('string scalar*', hasV4),
  has_any_ipv4_prefix: takes('string scalar*', hasPrefix),
  has_ipv4: takes('string string', hasV4),
  has_ipv4_prefix: takes('string string', hasPrefix),
  ipv4_compare: takes('string string long?', compare(readV4, 32)),
  ipv4_is_in_any_range: takes('string scalar*', inAnyRange(readV4)),
  ipv4_is_in_range: takes('string string', ([address, range], refuse) => lies(address, range, readV4, refuse)),
  ipv4_is_match: takes('string string long?', isMatch(readV4, 32)),
  ipv4_is_private: takes('string', isPrivate),
  ipv4_netmask_suffix: takes('string', ([address]) => parseV4(text(address))?.prefix ?? null),
  ipv4_range_to_cidr_list: takes('string string', toNetworks),
  ipv6_compare: takes('string string long?', compare(readV6, 128)),
  ipv6_is_in_any_range: takes('string scalar*', inAnyRange(readV6)),
  ipv6_is_in_range: takes('string string', ([address, range], refuse) => lies(address, range, readV6, refuse)),
  ipv6_is_match: takes('string string long?', isMatch(readV6, 128)),
  parse_ipv4: takes('string', ([address]) => {
    const one = parseV4(text(address));
    return one ? Number(masked(one.value, one.prefix, 32)) : null;
  }),
  parse_ipv4_mask: takes('string long', ([address, most]) => {
    const one = parseV4(text(address));
    const limit = Number(most);
    return one && limit >= 0 && limit <= 32 ? Number(masked(one.value, Math.min(one.prefix, limit), 32)) : null;
  }),
  parse_ipv6: takes(
    'string',
    parseMaskedV6(() => 128),
  ),
  parse_ipv6_mask: takes(
    'string long',
    parseMaskedV6(([, most]) => Number(most)),
  ),
};
