import { TICKS_PER_DAY, TICKS_PER_MS, ticksOf } from '../values.ts';
import { takes, type Family } from './family.ts';
import { dayOf, dayOfYear, floorDay, isInstant, SECOND, weekOfYear, withinDay } from './instants.ts';

/** The start of a day, week, month or year, or its last tick, and of another one so many further on. */
const periodOf = (first: (day: Date, further: number) => void, end: boolean): Family =>
  takes('datetime long?', ([at, further = 0], refuse) => {
    const day = new Date(Number(floorDay(at as bigint) / TICKS_PER_MS));
    first(day, Number(further) + (end ? 1 : 0));
    const ticks = Number.isNaN(day.getTime()) ? -(10n ** 30n) : ticksOf(day) - (end ? 1n : 0n);
    if (!isInstant(ticks)) throw refuse('an instant outside the years 1 to 9999');
    return ticks;
  });

const DAY = (day: Date, n: number): void => {
  day.setUTCDate(day.getUTCDate() + n);
};
/** A week starts on Sunday. */
const WEEK = (day: Date, n: number): void => {
  day.setUTCDate(day.getUTCDate() - day.getUTCDay() + 7 * n);
};
const MONTH = (day: Date, n: number): void => {
  day.setUTCMonth(day.getUTCMonth() + n, 1);
};
const YEAR = (day: Date, n: number): void => {
  day.setUTCFullYear(day.getUTCFullYear() + n, 0, 1);
};

/** A number that belongs to the day of an instant. */
const ofDay = (act: (day: Date) => number): Family => takes('datetime', ([at]) => act(dayOf(at)));
/** From the parts that make an instant; none of an instant that there is not. */
const makeDatetime: Family = takes('number number number number? number? number?', (args) => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = args.map(Number);
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  const isDay = at.getUTCMonth() === month - 1 && at.getUTCDate() === day && year >= 1 && year <= 9999;
  if (!isDay || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second >= 60) return null;
  const ticks = BigInt(Math.round(second * 1e7));
  return ticksOf(at) + BigInt(hour * 3600 + minute * 60) * SECOND + ticks;
});

/** `(days, hours, minutes, seconds)`, or the last three, or two, of them. */
const makeTimespan: Family = (types, call, scope) => {
  const withDays = types.length === 4;
  return takes('number number number? number?', (args) => {
    const [days = 0, hours = 0, minutes = 0, seconds = 0] = (withDays ? args : [0, ...args]).map(Number);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds >= 60 || days < 0) return null;
    return (
      BigInt(days) * TICKS_PER_DAY + BigInt(hours * 3600 + minutes * 60) * SECOND + BigInt(Math.round(seconds * 1e7))
    );
  })(types, call, scope);
};

const fromUnix = (ticks: bigint): Family =>
  takes('number', ([value], refuse) => {
    const exact = typeof value === 'bigint' || Number.isInteger(value);
    if (!exact && !Number.isFinite(value)) throw refuse('this number as an instant');
    const at = exact ? BigInt(value as number) * ticks : BigInt(Math.round(Number(value) * Number(ticks)));
    return isInstant(at) ? at : null;
  });

/** Functions of instants and lengths of time. */
export const TIME: Readonly<Record<string, Family>> = {
  ago: takes('timespan', ([length], _refuse, env) => env.now - (length as bigint)),
  dayofmonth: ofDay((day) => day.getUTCDate()),
  dayofweek: takes('datetime', ([at]) => BigInt(dayOf(at).getUTCDay()) * TICKS_PER_DAY),
  dayofyear: ofDay(dayOfYear),
  endofday: periodOf(DAY, true),
  endofmonth: periodOf(MONTH, true),
  endofweek: periodOf(WEEK, true),
  endofyear: periodOf(YEAR, true),
  getmonth: ofDay((day) => day.getUTCMonth() + 1),
  getyear: ofDay((day) => day.getUTCFullYear()),
  hourofday: takes('datetime', ([at]) => Number(withinDay(at as bigint) / (3600n * SECOND))),
  make_datetime: makeDatetime,
  make_timespan: makeTimespan,
  monthofyear: ofDay((day) => day.getUTCMonth() + 1),
  now: takes('timespan?', ([offset = 0n], _refuse, env) => env.now + (offset as bigint)),
  startofday: periodOf(DAY, false),
  startofmonth: periodOf(MONTH, false),
  startofweek: periodOf(WEEK, false),
  startofyear: periodOf(YEAR, false),
  unixtime_microseconds_todatetime: fromUnix(10n),
  unixtime_milliseconds_todatetime: fromUnix(10_000n),
  unixtime_nanoseconds_todatetime: takes('long', ([value]) => BigInt(value as number) / 100n),
  unixtime_seconds_todatetime: fromUnix(SECOND),
  week_of_year: ofDay(weekOfYear),
  weekofyear: ofDay(weekOfYear),
};
