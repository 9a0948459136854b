import { argumentsOf, unsupported } from '../compile.ts';
import { literal } from '../literals.ts';
import { TICKS_PER_DAY, ticksOf, type Value } from '../values.ts';
import { takes, type Act, type Family } from './family.ts';
import { dayOf, dayOfYear, isInstant, quarterOf, SECOND, weekOfYear, withinDay } from './instants.ts';

/** A part of an instant by its name. */
const PARTS: Readonly<Record<string, (at: bigint) => number>> = {
  year: (at) => dayOf(at).getUTCFullYear(),
  quarter: (at) => quarterOf(dayOf(at)),
  month: (at) => dayOf(at).getUTCMonth() + 1,
  week_of_year: (at) => weekOfYear(dayOf(at)),
  day: (at) => dayOf(at).getUTCDate(),
  dayofyear: (at) => dayOfYear(dayOf(at)),
  hour: (at) => Number(withinDay(at) / (3600n * SECOND)),
  minute: (at) => Number((withinDay(at) / (60n * SECOND)) % 60n),
  second: (at) => Number((withinDay(at) / SECOND) % 60n),
  millisecond: (at) => Number((withinDay(at) / 10_000n) % 1_000n),
  microsecond: (at) => Number((withinDay(at) / 10n) % 1_000_000n),
  nanosecond: (at) => Number((withinDay(at) % SECOND) * 100n),
};

const FIXED: Readonly<Record<string, bigint>> = {
  week: 7n * TICKS_PER_DAY,
  day: TICKS_PER_DAY,
  hour: 3600n * SECOND,
  minute: 60n * SECOND,
  second: SECOND,
  millisecond: 10_000n,
  microsecond: 10n,
};
const MONTHS: Readonly<Record<string, number>> = { year: 12, quarter: 3, month: 1 };

/** The name of a period stands in the query, in any case. */
const byPeriod =
  (act: (period: string) => { readonly parameters: string; readonly act: Act } | undefined): Family =>
  (types, call, scope) => {
    const [first] = argumentsOf(call);
    const value = first && literal(first, scope)?.value;
    const found = typeof value === 'string' ? act(value.toLowerCase()) : undefined;
    if (!first || !found) throw unsupported(first ?? call, 'this period', scope);
    return takes(found.parameters, found.act)(types, call, scope);
  };

const datetimePart = byPeriod((period) => {
  const part = Object.hasOwn(PARTS, period) ? PARTS[period] : undefined;
  return part && { parameters: 'string datetime', act: ([, at]) => part(at as bigint) };
});

const datetimeAdd = byPeriod((period) => {
  const parameters = 'string long datetime';
  const months = Object.hasOwn(MONTHS, period) ? MONTHS[period] : undefined;
  const checked = (ticks: bigint, refuse: (what: string) => Error): bigint => {
    if (!isInstant(ticks)) throw refuse('an instant outside the years 1 to 9999');
    return ticks;
  };
  if (months !== undefined)
    return {
      parameters,
      act: ([, n, at], refuse) => {
        const day = dayOf(at);
        const target = new Date(day);
        target.setUTCDate(1);
        target.setUTCMonth(target.getUTCMonth() + Number(n) * months);
        const last = new Date(target);
        last.setUTCMonth(last.getUTCMonth() + 1, 0);
        // The last day of a shorter month stands for the days that it lacks.
        target.setUTCDate(Math.min(day.getUTCDate(), last.getUTCDate()));
        if (Number.isNaN(target.getTime())) throw refuse('an instant outside the years 1 to 9999');
        return checked(ticksOf(target) + withinDay(at as bigint), refuse);
      },
    };
  const size = Object.hasOwn(FIXED, period) ? FIXED[period] : undefined;
  if (size === undefined && period !== 'nanosecond') return undefined;
  return {
    parameters,
    act: ([, n, at], refuse) =>
      checked((at as bigint) + (size === undefined ? BigInt(n as number) / 100n : BigInt(n as number) * size), refuse),
  };
});

/** Counts the borders between periods that lie between two instants. */
const datetimeDiff = byPeriod((period) => {
  const parameters = 'string datetime datetime';
  const months = Object.hasOwn(MONTHS, period) ? MONTHS[period] : undefined;
  if (months !== undefined) {
    const index = (at: Value | undefined): number =>
      Math.floor((dayOf(at).getUTCFullYear() * 12 + dayOf(at).getUTCMonth()) / months);
    return { parameters, act: ([, a, b]) => index(a) - index(b) };
  }
  if (period === 'nanosecond') return { parameters, act: ([, a, b]) => Number(((a as bigint) - (b as bigint)) * 100n) };
  const size = Object.hasOwn(FIXED, period) ? FIXED[period] : undefined;
  if (size === undefined) return undefined;
  // 1969-12-28 was a Sunday, on which weeks start.
  const zero = period === 'week' ? -4n * TICKS_PER_DAY : 0n;
  const index = (at: Value | undefined): bigint => {
    const from = (at as bigint) - zero;
    const rest = from % size;
    return (from - (rest < 0n ? rest + size : rest)) / size;
  };
  return { parameters, act: ([, a, b]) => Number(index(a) - index(b)) };
});

/** Functions that are told a period by its name. */
export const PERIODS: Readonly<Record<string, Family>> = {
  datetime_add: datetimeAdd,
  datetime_diff: datetimeDiff,
  datetime_part: datetimePart,
};
