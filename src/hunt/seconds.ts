/** Instants of half a million rows, without an object for each: whole seconds since 1970, four bytes of a head. */
import type { Cell } from './answer.ts';

/** 0: no instant, or none that four bytes can hold. */
export type Seconds = number;

const [DASH, POINT, ZERO, COLON, T, Z, MOST] = [0x2d, 0x2e, 0x30, 0x3a, 0x54, 0x5a, 0xffff_ffff];

export const secondsAt = (at: Date): Seconds => bounded(Math.floor(at.getTime() / 1000));

/** What the service writes, `2026-11-20T10:00:00.1234567Z`, digit by digit; anything else as `Date` reads it. */
export function secondsIn(cell: Cell | undefined): Seconds {
  if (typeof cell !== 'string' || cell === '') return 0;
  const { length } = cell;
  if (length > LONGEST) return slowly(cell);
  for (let at = 0; at < length; at += 1) characters[at] = Math.min(cell.charCodeAt(at), NO_DIGIT);
  const seconds = secondsAmong(characters, 0, length);
  return seconds === UNUSUAL ? slowly(cell) : seconds;
}

/** Of a text that only `Date` can read. */
export const UNUSUAL = -1;

const LONGEST = 40;
const NO_DIGIT = 0xff;
const characters = new Uint8Array(LONGEST);

/** The same of characters of ASCII; {@link UNUSUAL} for what is not written as the service does. */
export function secondsAmong(text: Uint8Array, from: number, to: number): Seconds {
  const at = millisecondsAmong(text, from, to);
  return at === UNUSUAL ? UNUSUAL : bounded(Math.floor(at / 1000));
}

/** Milliseconds since 1970 of the same, as `Date` counts them, or {@link UNUSUAL}. */
export function millisecondsAmong(text: Uint8Array, from: number, to: number): number {
  if (to - from < 20 || text[to - 1] !== Z || text[from + 10] !== T) return UNUSUAL;
  if (text[from + 4] !== DASH || text[from + 7] !== DASH || text[from + 13] !== COLON || text[from + 16] !== COLON)
    return UNUSUAL;
  if (!isFraction(text, from + 19, to - 1)) return UNUSUAL;
  const year = digits(text, from) * 100 + digits(text, from + 2);
  const month = digits(text, from + 5);
  const day = digits(text, from + 8);
  const hour = digits(text, from + 11);
  const minute = digits(text, from + 14);
  const second = digits(text, from + 17);
  // Past the end of a month `Date` decides.
  if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) return UNUSUAL;
  if (hour > 23 || minute > 59 || second > 59) return UNUSUAL;
  if (day > 28 && day > monthLength(year, month)) return UNUSUAL;
  const seconds = daysUntil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
  return seconds * 1000 + thousandths(text, from + 20, to - 1);
}

/** Nothing, or a point and digits. */
function isFraction(text: Uint8Array, from: number, to: number): boolean {
  if (from === to) return true;
  if (text[from] !== POINT || from + 1 === to) return false;
  for (let at = from + 1; at < to; at += 1) {
    const digit = (text[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return false;
  }
  return true;
}

/** The first three of these digits; what is missing is 0. */
function thousandths(text: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < from + 3; at += 1) value = value * 10 + (at < to ? (text[at] ?? ZERO) - ZERO : 0);
  return value;
}

function slowly(text: string): Seconds {
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : bounded(Math.floor(at / 1000));
}

const bounded = (seconds: number): Seconds => (seconds > 0 && seconds <= MOST ? seconds : 0);

/** More than any two digits are. */
const NO_DIGITS = 1_000_000;

function digits(text: Uint8Array, at: number): number {
  const tens = (text[at] ?? 0) - ZERO;
  const ones = (text[at + 1] ?? 0) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NO_DIGITS;
}

const monthLength = (year: number, month: number): number => daysUntil(year, month + 1, 1) - daysUntil(year, month, 1);

const BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

/** Days since 1970-01-01 in the Gregorian calendar. */
function daysUntil(year: number, month: number, day: number): number {
  const past = month > 2 ? year : year - 1;
  const leaps = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 477;
  return (year - 1970) * 365 + leaps + (BEFORE_MONTH[month - 1] ?? 0) + day - 1;
}
