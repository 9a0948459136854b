/**
 * KQL's values. Strings have no null. A long is a number while that is exact and a bigint beyond 2^53. Datetimes (since
 * 1970) and timespans are bigints of 100 ns ticks: a number would round them, a year 2026 needs 54 bits. Which a bigint is
 * follows from the static type of its expression. Dynamic values are plain JSON with bigints for large numbers.
 */
export type Value = string | number | bigint | boolean | null | Dynamic;
export type Dynamic = readonly unknown[] | Readonly<Record<string, unknown>>;

export const TICKS_PER_MS = 10_000n;
export const TICKS_PER_DAY = 86_400_000n * TICKS_PER_MS;
/** 0001-01-01, to which `bin` aligns, in ticks before 1970. */
export const ZERO_OF_TIME = 621_355_968_000_000_000n;

const MAX_LONG = 2n ** 63n;

/** A 64-bit result: exact, wrapped as the service wraps it, and a number again where that is exact. */
export function long(value: bigint): number | bigint {
  const wrapped = value >= MAX_LONG || value < -MAX_LONG ? BigInt.asIntN(64, value) : value;
  return wrapped <= BigInt(Number.MAX_SAFE_INTEGER) && wrapped >= BigInt(Number.MIN_SAFE_INTEGER)
    ? Number(wrapped)
    : wrapped;
}

export const ticksOf = (at: Date): bigint => BigInt(at.getTime()) * TICKS_PER_MS;

/** Whether a 64-bit integer can hold it. */
export const fitsLong = (value: bigint): boolean => value >= -MAX_LONG && value < MAX_LONG;

/** Reads an instant as ISO 8601 writes it, UTC where it names no offset; null when it is none. */
export function parseDatetime(text: string): bigint | null {
  const match =
    /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:T|\s+)((?:[01]?\d|2[0-3]):\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?)?\s*(Z|GMT|[+-]\d\d:?\d\d)?$/i.exec(
      text.trim(),
    );
  if (!match) return null;
  const [, year = '', month = '', day = '', time = '00:00', seconds = '00', fraction = '', zone = 'Z'] = match;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const offset = /^(?:Z|GMT)$/i.test(zone) ? 'Z' : zone;
  const ms = Date.parse(`${date}T${time.padStart(5, '0')}:${seconds}.000${offset}`);
  // Date.parse takes the 30th of February for the 2nd of March.
  if (Number.isNaN(ms) || !new Date(`${date}T00:00:00Z`).toISOString().startsWith(date)) return null;
  return BigInt(ms) * TICKS_PER_MS + BigInt(fraction.padEnd(7, '0'));
}

const UNITS: Readonly<Record<string, bigint>> = {
  d: TICKS_PER_DAY,
  day: TICKS_PER_DAY,
  days: TICKS_PER_DAY,
  h: TICKS_PER_DAY / 24n,
  hr: TICKS_PER_DAY / 24n,
  hrs: TICKS_PER_DAY / 24n,
  hour: TICKS_PER_DAY / 24n,
  hours: TICKS_PER_DAY / 24n,
  m: 60_000n * TICKS_PER_MS,
  min: 60_000n * TICKS_PER_MS,
  minute: 60_000n * TICKS_PER_MS,
  minutes: 60_000n * TICKS_PER_MS,
  s: 1_000n * TICKS_PER_MS,
  sec: 1_000n * TICKS_PER_MS,
  second: 1_000n * TICKS_PER_MS,
  seconds: 1_000n * TICKS_PER_MS,
  ms: TICKS_PER_MS,
  milli: TICKS_PER_MS,
  millis: TICKS_PER_MS,
  microsecond: 10n,
  microseconds: 10n,
  tick: 1n,
  ticks: 1n,
};

/** `5d`, `-1.5h`, `100ms` or `1.02:03:04.5`; null when it is none. */
export function parseTimespan(text: string): bigint | null {
  const unit = /^(-?\d+)(?:\.(\d+))?\s*([a-z]+)$/i.exec(text.trim());
  if (unit) {
    const size = UNITS[unit[3]?.toLowerCase() ?? ''];
    const digits = unit[2] ?? '';
    return size === undefined ? null : (BigInt(`${unit[1] ?? '0'}${digits}`) * size) / 10n ** BigInt(digits.length);
  }
  const clock = /^(-)?(?:(\d+)\.)?(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?$/.exec(text.trim());
  if (!clock) return null;
  const [, minus, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = clock;
  const whole = ((BigInt(days) * 24n + BigInt(hours)) * 60n + BigInt(minutes)) * 60n + BigInt(seconds);
  const ticks = whole * 10_000_000n + BigInt(fraction.padEnd(7, '0'));
  return minus === undefined ? ticks : -ticks;
}

/** `2026-11-23T06:00:00.0000000Z` */
export function formatDatetime(ticks: bigint): string {
  const sub = ((ticks % 10_000_000n) + 10_000_000n) % 10_000_000n;
  return `${new Date(Number((ticks - sub) / TICKS_PER_MS)).toISOString().slice(0, 19)}.${String(sub).padStart(7, '0')}Z`;
}

/** `5.00:00:00`, `-00:00:01.5000000` */
export function formatTimespan(ticks: bigint): string {
  const size = ticks < 0n ? -ticks : ticks;
  const two = (n: bigint): string => String(n).padStart(2, '0');
  const days = size / TICKS_PER_DAY;
  const seconds = (size % TICKS_PER_DAY) / 10_000_000n;
  const sub = size % 10_000_000n;
  const clock = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  return `${ticks < 0n ? '-' : ''}${days > 0n ? `${String(days)}.` : ''}${clock}${sub > 0n ? `.${String(sub).padStart(7, '0')}` : ''}`;
}

const { rawJSON, isRawJSON } = JSON as unknown as {
  readonly rawJSON: (text: string) => { readonly rawJSON: string };
  readonly isRawJSON: (value: unknown) => value is { readonly rawJSON: string };
};

/**
 * A real as it stands in a dynamic, which tells it from a long: `1.0`. Only whole ones need a mark. JSON has no such
 * numbers as NaN; the service writes them as text.
 */
export function dynamicReal(value: number): unknown {
  if (!Number.isFinite(value)) return String(value);
  return Number.isInteger(value) ? rawJSON(/e/.test(String(value)) ? String(value) : `${String(value)}.0`) : value;
}

/** A whole real in a dynamic. */
export const wholeReal = (value: unknown): number | undefined => (isRawJSON(value) ? Number(value.rawJSON) : undefined);

/** JSON with every digit of a large number. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? rawJSON(String(inner)) : inner));

/** Reads JSON with every digit of a 64-bit number, and reals told from longs; throws a SyntaxError for text that is none. */
export function fromJson(text: string): unknown {
  const parse = JSON.parse as (
    text: string,
    revive: (key: string, value: unknown, at: { readonly source?: string }) => unknown,
  ) => unknown;
  return parse(text, (_key, value, { source = '' }) => {
    if (typeof value !== 'number') return value;
    if (!/^-?\d+$/.test(source)) return dynamicReal(value);
    if (Number.isSafeInteger(value)) return value;
    return fitsLong(BigInt(source)) ? BigInt(source) : dynamicReal(value);
  });
}

/** A typed value as it goes into a dynamic: instants and lengths become text. */
export function toDynamic(value: Value, type: string): unknown {
  if (type === 'real' && value !== null) return dynamicReal(Number(value));
  if (typeof value !== 'bigint') return value;
  return type === 'datetime' ? formatDatetime(value) : type === 'timespan' ? formatTimespan(value) : value;
}

/** Order of two values of one type; both not null. */
export function compare(a: Value, b: Value): number {
  const [left, right] = [a as string, b as string];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** One key for several values: the lengths keep a text from passing for two. */
export const keyOfAll = (values: readonly Value[]): string => {
  let all = '';
  for (const value of values) {
    const key = keyOf(value);
    all += `${String(key.length)} ${key}`;
  }
  return all;
};

/** Equal values have equal keys; for grouping and sets. */
export const keyOf = (value: Value): string =>
  typeof value === 'object' ? toJson(value) : `${typeof value === 'bigint' ? 'number' : typeof value}:${String(value)}`;

/** A value as a refusal names it. */
export const shown = (value: unknown): string => toJson(value ?? null).slice(0, 40);
