import { TICKS_PER_DAY, TICKS_PER_MS, ZERO_OF_TIME, type Value } from '../values.ts';

/** The start of an instant's day. */
export function floorDay(at: bigint): bigint {
  const rest = at % TICKS_PER_DAY;
  return at - (rest < 0n ? rest + TICKS_PER_DAY : rest);
}

const LAST = 2_534_023_007_999_999_999n;

/** Whether it lies in the years 1 to 9999. */
export const isInstant = (at: bigint): boolean => at >= -ZERO_OF_TIME && at <= LAST;

/** The day of an instant. */
export const dayOf = (at: Value | undefined): Date => new Date(Number(floorDay(at as bigint) / TICKS_PER_MS));

export const dayOfYear = (day: Date): number =>
  Math.round((day.getTime() - new Date(day).setUTCMonth(0, 1)) / 86_400_000) + 1;

/** As ISO 8601 counts them: the week of the year's first Thursday is the first. */
export function weekOfYear(day: Date): number {
  const thursday = new Date(day);
  thursday.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() === 0 ? 7 : day.getUTCDay()));
  return Math.ceil(dayOfYear(thursday) / 7);
}

export const quarterOf = (day: Date): number => Math.floor(day.getUTCMonth() / 3) + 1;
export const withinDay = (at: bigint): bigint => at - floorDay(at);
export const SECOND = 10_000_000n;
