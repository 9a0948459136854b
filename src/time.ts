/** A length of time in milliseconds. */
export type Milliseconds = number;

export const SECOND: Milliseconds = 1_000;
export const MINUTE: Milliseconds = 60 * SECOND;
export const HOUR: Milliseconds = 60 * MINUTE;
export const DAY: Milliseconds = 24 * HOUR;

/** An interval of UTC instants; both ends belong to it. */
export interface TimeWindow {
  readonly start: Date;
  readonly end: Date;
}

const UNITS: Readonly<Record<string, Milliseconds>> = { d: DAY, h: HOUR, m: MINUTE, s: SECOND, ms: 1 };

/** Reads a KQL timespan literal such as `5d`, `1.5h`, `90s` or `100ms`; undefined when it is none. */
export function parseTimespan(text: string): Milliseconds | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|d|h|m|s)$/.exec(text.trim());
  const unit = UNITS[match?.[2] ?? ''];
  return match?.[1] === undefined || unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
}

/** The largest unit that divides the length without a rest: `5d`, `36h`, `90s`. Reads back with {@link parseTimespan}. */
export function formatTimespan(length: Milliseconds): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const size = UNITS[unit] ?? 1;
    if (length >= size && length % size === 0) return `${String(length / size)}${unit}`;
  }
  return `${String(length)}ms`;
}

/** Whole days since 1970-01-01 UTC. */
export const dayOf = (at: Date): number => Math.floor(at.getTime() / DAY);

/** Reads an ISO 8601 instant that names its offset (`2026-11-20T06:00Z`); undefined when it is none. */
export function parseInstant(text: string): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2})$/i.test(text)) return undefined;
  const at = new Date(text.replace(/(\.\d{3})\d+/, '$1'));
  if (Number.isNaN(at.getTime())) return undefined;
  // Date rolls 30 February over to March; the day must come back as it was written.
  const offset = /([+-])(\d{2}):(\d{2})$/.exec(text);
  const shift = offset ? (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * HOUR + Number(offset[3]) * MINUTE) : 0;
  return new Date(at.getTime() + shift).toISOString().slice(0, 10) === text.slice(0, 10) ? at : undefined;
}

/** Without the characters that keys may not have; texts are in the order of time. */
export const compactTime = (at: Date): string => at.toISOString().replace(/[-:.]/g, '');
