import { unsupported } from './compile.ts';
import { CONVERSIONS } from './conversions.ts';
import { always, isEmpty, of, orNull, text, type Family, type ScalarFunction } from './function-family.ts';
import { TEXT_FUNCTIONS } from './text-functions.ts';
import { fromJson, long, TICKS_PER_DAY, TICKS_PER_MS, ticksOf, ZERO_OF_TIME, type Value } from './values.ts';

function floorTo(value: bigint, size: bigint, zero: bigint): bigint {
  const from = value + zero;
  const rest = from % size;
  return from - (rest < 0n ? rest + size : rest) - zero;
}

const bin: Family = (types, call, scope) => {
  const [type = '', size = ''] = types;
  const whole = type === 'long' && size === 'long';
  const time = (type === 'datetime' || type === 'timespan') && size === 'timespan';
  if (!whole && !time) throw unsupported(call, `bin() of ${type} by ${size}`, scope);
  const zero = type === 'datetime' ? ZERO_OF_TIME : 0n;
  return orNull(([value, by]) => {
    const step = BigInt(by as number | bigint);
    if (step <= 0n) return null;
    const floored = floorTo(BigInt(value as number | bigint), step, zero);
    return whole ? long(floored) : floored;
  });
};

/** The start of a day, week or month, and of another one so many further on. */
const startOf = (first: (day: Date, further: number) => void): Family =>
  of(
    ['datetime'],
    orNull(([at, offset]) => {
      const day = new Date(Number(floorTo(at as bigint, TICKS_PER_DAY, ZERO_OF_TIME) / TICKS_PER_MS));
      first(day, Number(offset ?? 0));
      return Number.isNaN(day.getTime()) ? null : ticksOf(day);
    }),
  );

function parsedJson(value: string): Value {
  try {
    return fromJson(value) as Value;
  } catch {
    // The service takes text that is no JSON for a dynamic string.
    return value;
  }
}

/** `case(predicate, value, …, otherwise)` */
const caseOf: ScalarFunction = (args) => {
  for (let i = 0; i + 1 < args.length; i += 2) if (args[i] === true) return args[i + 1] ?? null;
  return args.at(-1) ?? null;
};

export const FUNCTIONS: Readonly<Record<string, Family>> = {
  ...CONVERSIONS,
  ...TEXT_FUNCTIONS,
  now: always(([offset], env) => (offset === null ? null : env.now + ((offset ?? 0n) as bigint))),
  ago: always(([length = null], env) => (length === null ? null : env.now - (length as bigint))),
  not: always(([value]) => (value === null ? null : value !== true)),
  iff: always(([test, yes = null, no = null]) => (test === true ? yes : no)),
  iif: always(([test, yes = null, no = null]) => (test === true ? yes : no)),
  case: always(caseOf),
  coalesce: always((args) => args.find((arg) => !isEmpty(arg)) ?? args.at(-1) ?? null),
  isempty: always(([value]) => isEmpty(value)),
  isnotempty: always(([value]) => !isEmpty(value)),
  isnull: always(([value]) => value === null),
  isnotnull: always(([value]) => value !== null),
  array_length: of(['dynamic'], ([value]) => (Array.isArray(value) ? value.length : null)),
  parse_json: of(['string'], ([value]) => (text(value) === '' ? null : parsedJson(text(value)))),
  todynamic: of(['string'], ([value]) => (text(value) === '' ? null : parsedJson(text(value)))),
  bin,
  floor: bin,
  startofday: startOf((day, n) => day.setUTCDate(day.getUTCDate() + n)),
  startofweek: startOf((day, n) => day.setUTCDate(day.getUTCDate() - day.getUTCDay() + 7 * n)),
  startofmonth: startOf((day, n) => day.setUTCMonth(day.getUTCMonth() + n, 1)),
};
