/** Instants of half a million rows, without an object for each: whole seconds since 1970, four bytes of a head. */
import type { Cell } from './answer.ts';

/** 0: no instant, or none that four bytes can hold. */
export type Seconds = number;

const [ZERO, Z, MOST] = [0x30, 0x5a, 0xffff_ffff];

export const secondsAt = (at: Date): Seconds => bounded(Math.floor(at.getTime() / 1000));

/** What the service writes, `2026-11-20T10:00:00.1234567Z`, digit by digit; anything else as `Date` reads it. */
export function secondsIn(cell: Cell | undefined): Seconds {
  if (typeof cell !== 'string' || cell === '') return 0;
  if (cell.length < 20 || cell.charCodeAt(cell.length - 1) !== Z || cell.charCodeAt(10) !== 0x54) return slowly(cell);
  const year = digits(cell, 0) * 100 + digits(cell, 2);
  const [month, day] = [digits(cell, 5), digits(cell, 8)];
  const [hour, minute, second] = [digits(cell, 11), digits(cell, 14), digits(cell, 17)];
  // A comparison with what is no number is false. Past the end of a month `Date` decides.
  if (!(year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60 && second < 60))
    return slowly(cell);
  if (day > 28 && day > monthLength(year, month)) return slowly(cell);
  return bounded(daysUntil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second);
}

function slowly(text: string): Seconds {
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : bounded(Math.floor(at / 1000));
}

const bounded = (seconds: number): Seconds => (seconds > 0 && seconds <= MOST ? seconds : 0);

function digits(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - ZERO, text.charCodeAt(at + 1) - ZERO];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

const monthLength = (year: number, month: number): number => daysUntil(year, month + 1, 1) - daysUntil(year, month, 1);

const BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

/** Days since 1970-01-01 in the Gregorian calendar. */
function daysUntil(year: number, month: number, day: number): number {
  const past = month > 2 ? year : year - 1;
  const leaps = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 477;
  return (year - 1970) * 365 + leaps + (BEFORE_MONTH[month - 1] ?? 0) + day - 1;
}
