/** Times and schedules in words. Everything is UTC, and says so where it is a time of day. */
import { DAY, HOUR, MINUTE, SECOND, type Milliseconds } from '../time.ts';

/** `4.2 s`, `3 min`, `5 h`, `12 d`: the largest unit, which is all that anybody reads. */
export function lengthWords(length: Milliseconds): string {
  if (length < SECOND) return `${String(Math.round(length))} ms`;
  if (length < MINUTE) return `${(length / SECOND).toFixed(length < 10 * SECOND ? 1 : 0)} s`;
  if (length < HOUR) return `${String(Math.round(length / MINUTE))} min`;
  if (length < 2 * DAY) return `${String(Math.round(length / HOUR))} h`;
  return `${String(Math.round(length / DAY))} d`;
}

/** `3 h ago`, `in 20 min`, `now`. */
export function relativeWords(at: Date, now: Date): string {
  const away = at.getTime() - now.getTime();
  if (Math.abs(away) < MINUTE) return 'now';
  return away < 0 ? `${lengthWords(-away)} ago` : `in ${lengthWords(away)}`;
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const two = (n: string): string => n.padStart(2, '0');
const isNumber = (field: string): boolean => /^\d+$/.test(field);

/** `every day at 06:00 UTC`; the expression itself where it says more than a phrase holds. */
export function scheduleWords(expression: string): string {
  const [second = '', minute = '', hour = '', date = '', month = '', weekday = ''] = expression.trim().split(/\s+/);
  const when = daysWords(date, month, weekday);
  const time = timeWords(second, minute, hour);
  if (when === undefined || time === undefined) return `by the schedule ${expression} (UTC)`;
  if (time.kind === 'interval') return when === 'every day' ? time.words : `${time.words}, ${when}`;
  return `${when} at ${time.words} UTC`;
}

function daysWords(date: string, month: string, weekday: string): string | undefined {
  if (month !== '*') return undefined;
  if (date !== '*') return isNumber(date) && weekday === '*' ? `on day ${date} of every month` : undefined;
  if (weekday === '*') return 'every day';
  const [from, to, ...others] = weekday.split('-').map(dayName);
  if (others.length > 0) return undefined;
  if (weekday.includes('-')) return from !== undefined && to !== undefined ? `${from} to ${to}` : undefined;
  const names = weekday.split(',').map(dayName);
  if (names.some((name) => name === undefined)) return undefined;
  return `every ${names.join(' and ')}`;
}

function dayName(field: string): string | undefined {
  const at = isNumber(field)
    ? Number(field)
    : DAYS.findIndex((day) => day.slice(0, 3).toLowerCase() === field.toLowerCase());
  return DAYS[at];
}

function timeWords(
  second: string,
  minute: string,
  hour: string,
): { readonly kind: 'times' | 'interval'; readonly words: string } | undefined {
  const step = (field: string): string | undefined => /^(?:\*|0)\/(\d+)$/.exec(field)?.[1];
  const every = (n: string, unit: string): string => (n === '1' ? `every ${unit}` : `every ${n} ${unit}s`);
  const seconds = step(second);
  if (seconds !== undefined && minute === '*' && hour === '*')
    return { kind: 'interval', words: every(seconds, 'second') };
  if (!isNumber(second)) return undefined;
  const minutes = minute === '*' ? '1' : step(minute);
  if (minutes !== undefined && hour === '*') return { kind: 'interval', words: every(minutes, 'minute') };
  if (!isNumber(minute)) return undefined;
  const past = minute === '0' ? 'on the hour' : `${minute} min past`;
  const hours = hour === '*' ? '1' : step(hour);
  if (hours !== undefined) return { kind: 'interval', words: `${every(hours, 'hour')}, ${past}` };
  const times = hour.split(',');
  if (times.some((one) => !isNumber(one)) || times.length > 4) return undefined;
  return { kind: 'times', words: times.map((one) => `${two(one)}:${two(minute)}`).join(', ') };
}
