import { TICKS_PER_DAY, TICKS_PER_MS } from '../values.ts';
import { takes, text, type Act, type Family } from './family.ts';
import { floorDay } from './instants.ts';

type Write = (letters: string, refuse: (what: string) => Error) => string;

/** Each run of one letter is a part; the delimiters that the language reference lists stand for themselves. */
function formatted(format: string, write: Write, refuse: (what: string) => Error): string {
  return format.replace(/([A-Za-z])\1*|[\s\S]/g, (part, letter?: string) => {
    if (letter !== undefined) return write(part, refuse);
    if (/[ /\-:,._[\]]/.test(part)) return part;
    throw refuse(`"${part}" in a format`);
  });
}

const padded = (value: bigint | number, width: number): string => String(value).padStart(width, '0');

/** `f…` writes that many digits of the second's fraction, `F…` leaves out zeros at their end. */
function fraction(letters: string, ticks: bigint): string | undefined {
  if (!/^(?:f{1,7}|F{1,7})$/.test(letters)) return undefined;
  const digits = padded(ticks % 10_000_000n, 7).slice(0, letters.length);
  return letters.startsWith('f') ? digits : digits.replace(/0+$/, '');
}

const formatDatetime: Act = ([value, format], refuse) => {
  const at = value as bigint;
  const time = at - floorDay(at);
  const day = new Date(Number(floorDay(at) / TICKS_PER_MS));
  const [hour, minute, second] = clockOf(time);
  const half = hour % 12 === 0 ? 12 : hour % 12;
  const parts: Readonly<Record<string, number>> = {
    d: day.getUTCDate(),
    M: day.getUTCMonth() + 1,
    h: half,
    H: hour,
    m: minute,
    s: second,
  };
  return formatted(
    text(format),
    (letters) => {
      const number = parts[letters.charAt(0)];
      if (number !== undefined && letters.length <= 2) return padded(number, letters.length);
      if (letters === 'y' || letters === 'yy') return padded(day.getUTCFullYear() % 100, letters.length);
      if (letters === 'yyyy') return padded(day.getUTCFullYear(), 4);
      if (letters === 'tt') return hour < 12 ? 'AM' : 'PM';
      const rest = fraction(letters, time);
      if (rest === undefined) throw refuse(`"${letters}" in a format`);
      return rest;
    },
    refuse,
  );
};

const clockOf = (time: bigint): readonly [number, number, number] => {
  const seconds = Number(time / 10_000_000n);
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
};

const formatTimespan: Act = ([value, format], refuse) => {
  const length = value as bigint;
  if (length < 0n) throw refuse('a format of a negative length');
  const [hour, minute, second] = clockOf(length % TICKS_PER_DAY);
  const parts: Readonly<Record<string, number>> = { h: hour, H: hour, m: minute, s: second };
  return formatted(
    text(format),
    (letters) => {
      const number = parts[letters.charAt(0)];
      if (number !== undefined && letters.length <= 2) return padded(number, letters.length);
      if (/^d{1,8}$/.test(letters)) return padded(length / TICKS_PER_DAY, letters.length);
      const rest = fraction(letters, length);
      if (rest === undefined) throw refuse(`"${letters}" in a format`);
      return rest;
    },
    refuse,
  );
};

/** Instants and lengths of time in the forms that the author asks for. */
export const FORMATS: Readonly<Record<string, Family>> = {
  format_datetime: takes('datetime string', formatDatetime),
  format_timespan: takes('timespan string', formatTimespan),
};
