import { textOf, typeOf, unsupported, type Environment, type Scope } from './compile.ts';
import type { Tree } from './language.ts';
import {
  formatDatetime,
  formatTimespan,
  long,
  parseDatetime,
  TICKS_PER_DAY,
  toJson,
  ZERO_OF_TIME,
  type Dynamic,
  type Value,
} from './values.ts';

/** A scalar function over evaluated arguments; `types` are their static types. */
export type ScalarFunction = (args: readonly Value[], env: Environment) => Value;
type Family = (types: readonly string[], call: Tree, scope: Scope) => ScalarFunction;

const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
const isEmpty = (value: Value | undefined): boolean => value === null || value === undefined || value === '';

/** Text of a value as `tostring` writes it. Reals are refused: how the service writes them is not established. */
function texter(type: string, call: Tree, scope: Scope): (value: Value) => string {
  switch (type) {
    case 'string':
      return (value) => value as string;
    case 'long':
    case 'int':
      return (value) => (typeof value === 'number' || typeof value === 'bigint' ? String(value) : '');
    case 'bool':
      return (value) => (value === null ? '' : value === true ? 'True' : 'False');
    case 'datetime':
      return (value) => (value === null ? '' : formatDatetime(value as bigint));
    case 'timespan':
      return (value) => (value === null ? '' : formatTimespan(value as bigint));
    case 'dynamic':
      return (value) =>
        value === null
          ? ''
          : typeof value === 'string'
            ? value
            : typeof value === 'boolean'
              ? String(value)
              : toJson(value);
    default:
      throw unsupported(call, `tostring() of ${type}`, scope);
  }
}

const always =
  (act: ScalarFunction): Family =>
  () =>
    act;
/** For functions whose overloads differ by type: only the named types of the first argument. */
const of =
  (types: readonly string[], act: ScalarFunction): Family =>
  ([type = ''], call, scope) => {
    if (types.includes(type)) return act;
    throw unsupported(call, `${textOf(call.children[0] ?? call)}() of ${type}`, scope);
  };
const orNull =
  (act: (args: readonly Value[]) => Value): ScalarFunction =>
  (args) =>
    args.some((arg) => arg === null) ? null : act(args);

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

const startOf = (days: (at: Date) => number): Family =>
  of(
    ['datetime'],
    orNull(([at, offset]) => {
      if (offset !== undefined) return null;
      const day = floorTo(at as bigint, TICKS_PER_DAY, ZERO_OF_TIME);
      return day - BigInt(days(new Date(Number(day / 10_000n)))) * TICKS_PER_DAY;
    }),
  );

function parsedJson(value: string): Value {
  try {
    return JSON.parse(value) as Dynamic;
  } catch {
    // The service takes text that is no JSON for a dynamic string.
    return value;
  }
}

const tolong: Family = (types, call, scope) => {
  const [type = ''] = types;
  if (type === 'long' || type === 'int') return ([value = null]) => value;
  if (type !== 'string') throw unsupported(call, `tolong() of ${type}`, scope);
  return ([value]) => (/^-?\d{1,19}$/.test(text(value)) ? long(BigInt(text(value))) : null);
};

/** `case(predicate, value, …, otherwise)` */
const caseOf: ScalarFunction = (args) => {
  for (let i = 0; i + 1 < args.length; i += 2) if (args[i] === true) return args[i + 1] ?? null;
  return args.at(-1) ?? null;
};

export const FUNCTIONS: Readonly<Record<string, Family>> = {
  now: always(([offset], env) => env.now + ((offset ?? 0n) as bigint)),
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
  tostring: ([type = ''], call, scope) => {
    const write = texter(type, call, scope);
    return ([value = null]) => write(value);
  },
  strcat: (types, call, scope) => {
    const writers = types.map((type) => texter(type, call, scope));
    return (args) => args.map((arg, i) => writers[i]?.(arg) ?? '').join('');
  },
  tolower: of(['string'], ([value]) => text(value).toLowerCase()),
  toupper: of(['string'], ([value]) => text(value).toUpperCase()),
  strlen: of(['string'], ([value]) => [...text(value)].length),
  substring: of(['string'], ([value, from, length]) => {
    const points = [...text(value)];
    const start = Number(from ?? 0) < 0 ? points.length + Number(from) : Number(from ?? 0);
    return points
      .slice(
        Math.max(0, start),
        length === undefined || length === null ? undefined : Math.max(0, start) + Number(length),
      )
      .join('');
  }),
  split: of(['string'], ([value, by, index]) => {
    const parts = text(by) === '' ? [text(value)] : text(value).split(text(by));
    return index === undefined ? parts : index === null ? null : parts.slice(Number(index), Number(index) + 1);
  }),
  array_length: of(['dynamic'], ([value]) => (Array.isArray(value) ? value.length : null)),
  parse_json: of(['string'], ([value]) => (text(value) === '' ? null : parsedJson(text(value)))),
  todynamic: of(['string'], ([value]) => (text(value) === '' ? null : parsedJson(text(value)))),
  todatetime: (types, call, scope) => {
    if (types[0] === 'datetime') return ([value = null]) => value;
    if (types[0] !== 'string') throw unsupported(call, `todatetime() of ${types[0] ?? ''}`, scope);
    return ([value]) => parseDatetime(text(value));
  },
  tolong,
  bin,
  floor: bin,
  startofday: startOf(() => 0),
  startofweek: startOf((day) => day.getUTCDay()),
  startofmonth: startOf((day) => day.getUTCDate() - 1),
};

export const typesOf = (args: readonly Tree[]): readonly string[] => args.map(typeOf);
