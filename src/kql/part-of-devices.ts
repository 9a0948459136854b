import type { DeviceColumns } from '../hunt/hunt.ts';

const HEX = '0123456789abcdef';
/** More parts than there are digits would need a second one. */
export const MOST_PARTS = HEX.length;

/**
 * The query for one of `parts` disjoint parts of the devices it answers. By `hash_sha256`, whose values are for ever;
 * KQL's `hash()` may change from one query to the next. Parts are of whole devices, so that their aggregates stay exact.
 */
export function partOfDevices(query: string, { id, name }: DeviceColumns, part: number, parts: number): string {
  const digits = [...HEX].filter((_, digit) => digit % parts === part).map((digit) => `"${digit}"`);
  const text = (column: string): string => `tostring(column_ifexists(${JSON.stringify(column)}, ""))`;
  const identity = `iff(isempty(trim(@"\\s+", ${text(id)})), ${text(name)}, ${text(id)})`;
  return `${query}\n| where substring(hash_sha256(tolower(trim(@"\\s+", ${identity}))), 0, 1) in (${digits.join(', ')})`;
}
