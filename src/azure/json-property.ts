import type { Entity } from './table.ts';

/** A string property holds 32 Ki UTF-16 units; a row a megabyte. */
const PART = 30_000;

/** A value as JSON over as many properties (`p0`, `p1` …) as it needs. Dates come back as dates. */
export function writeJson(name: string, value: unknown): Record<string, string | number> {
  const text = JSON.stringify(value);
  const parts: Record<string, string | number> = {};
  let count = 0;
  for (let at = 0; at < text.length; count += 1) {
    const end = at + PART;
    // Half a surrogate pair is no character, and would not come back from the service as it was.
    const next = text.slice(end - 1, end + 1).codePointAt(0) ?? 0;
    const part = text.slice(at, next > 0xffff ? end - 1 : end);
    parts[`${name}${String(count)}`] = part;
    at += part.length;
  }
  return { ...parts, [`${name}Parts`]: count };
}

/** Reads what {@link writeJson} wrote by this program; throws when a part is missing. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the one place that trusts our own rows
export function readJson<T>(row: Entity, name: string): T {
  return JSON.parse(textOf(row, name), reviveDate) as T;
}

/** Like {@link readJson} for somebody else's JSON, in which no text is a date to us. */
export const readOpaqueJson = (row: Entity, name: string): Record<string, unknown> =>
  JSON.parse(textOf(row, name)) as Record<string, unknown>;

function textOf(row: Entity, name: string): string {
  const count = Number(row[`${name}Parts`]);
  return Array.from({ length: count }, (_, i) => String(row[`${name}${String(i)}`])).join('');
}

const DATE_FIELDS = new Set([
  'asOf',
  'start',
  'end',
  'firstSeen',
  'lastSeen',
  'lastSeenBefore',
  'since',
  'toldAt',
  'at',
  'slot',
  'from',
  'until',
  'endedAt',
  'escalatedAt',
]);

/** By field, not by look: a device may call itself `2026-11-23T00:00:00.000Z`. */
function reviveDate(key: string, value: unknown): unknown {
  return DATE_FIELDS.has(key) && typeof value === 'string' ? new Date(value) : value;
}
