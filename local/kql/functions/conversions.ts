import { isNumericKind, kindOf, numberIn, parsedJson } from '../dynamics.ts';
import { argumentsOf, unsupported } from '../compile.ts';
import { readsRow } from '../lets.ts';
import { readText } from '../text-values.ts';
import { texter } from '../texts.ts';
import { long, shown, ZERO_OF_TIME, type Value } from '../values.ts';
import { text, type Family } from './family.ts';

/** A real is cut, and held at the ends of what fits. */
function wholeOf(value: number, [least, most]: readonly [bigint, bigint]): Value {
  if (Number.isNaN(value)) return null;
  if (value >= Number(most)) return long(most);
  return value <= Number(least) ? long(least) : long(BigInt(Math.trunc(value)));
}

const LONGS = [-(2n ** 63n), 2n ** 63n - 1n] as const;
const INTS = [-(2n ** 31n), 2n ** 31n - 1n] as const;

/** A number as a value of another type; a long that is too large for an int is wrapped. */
function fromNumber(value: number | bigint, type: string, isReal: boolean): Value | undefined {
  if (type === 'real') return Number(value);
  if (type === 'bool') return Number(value) !== 0;
  if (type !== 'long' && type !== 'int') return undefined;
  if (isReal) return wholeOf(Number(value), type === 'int' ? INTS : LONGS);
  return long(type === 'int' ? BigInt.asIntN(32, BigInt(value)) : BigInt(value));
}

const NUMBERS = ['long', 'int', 'real'];
const FROM: Readonly<Record<string, readonly string[]>> = {
  long: [...NUMBERS, 'bool'],
  int: [...NUMBERS, 'bool'],
  real: [...NUMBERS, 'bool'],
  bool: ['long', 'int', 'real'],
  datetime: NUMBERS,
  timespan: NUMBERS,
};

/** `tolong()` and its siblings: from a text, a number, a time in ticks, or whatever a dynamic holds. */
const convert =
  (to: string): Family =>
  ([from = ''], call, scope) => {
    if (from !== to && from !== 'string' && from !== 'dynamic' && FROM[from]?.includes(to) !== true)
      throw unsupported(call, `a conversion of ${from} to ${to}`, scope);
    const [argument] = argumentsOf(call);
    // The service works out such a literal otherwise than a value of a row.
    const folds = from === 'real' && argument !== undefined && !readsRow(argument, scope);
    const read = (value: Value): Value | undefined => {
      if (from === to && from !== 'dynamic') return value;
      if (typeof value === 'string') return readText(value, to);
      if (typeof value === 'boolean') return NUMBERS.includes(to) ? Number(value) : value;
      if (from === 'datetime') return fromNumber(long((value as bigint) + ZERO_OF_TIME), to, false);
      if (from !== 'dynamic') {
        const tooLarge =
          folds && (to === 'int' || to === 'long') && Math.abs(Number(value)) >= (to === 'int' ? 2 ** 31 : 2 ** 63);
        return tooLarge ? undefined : fromNumber(value as number | bigint, to, from === 'real');
      }
      const kind = kindOf(value);
      if (kind === 'array' || kind === 'bag') return null;
      return isNumericKind(kind) ? fromNumber(numberIn(value), to, kind === 'real') : undefined;
    };
    return ([value = null]) => {
      if (value === null) return null;
      const result = read(value);
      if (result === undefined) throw unsupported(call, `a conversion of ${shown(value)} to ${to}`, scope);
      return result;
    };
  };

/** Looks like JSON of its own: whether a text inside a dynamic is parsed once more is not established. */
const LIKE_JSON = /^\s*(?:[[{"\d-]|true|false|null)/;

const toDynamic: Family = (types, call, scope) => {
  if (types[0] === 'string') return ([value]) => parsedJson(text(value));
  if (types[0] !== 'dynamic') throw unsupported(call, `parse_json() of ${types[0] ?? ''}`, scope);
  return ([value = null]) => {
    if (typeof value === 'string' && LIKE_JSON.test(value))
      throw unsupported(call, 'parse_json() of a text in a dynamic', scope);
    return value;
  };
};

/** Functions from one type to another. */
export const CONVERSIONS: Readonly<Record<string, Family>> = {
  gettype: ([type = '']) => {
    if (type !== 'dynamic') return () => type;
    return ([value = null]) => {
      const kind = kindOf(value);
      return kind === 'bag' ? 'dictionary' : kind === 'real' ? 'double' : kind;
    };
  },
  parse_json: toDynamic,
  parsejson: toDynamic,
  tobool: convert('bool'),
  toboolean: convert('bool'),
  todatetime: convert('datetime'),
  todouble: convert('real'),
  todynamic: toDynamic,
  toguid: convert('guid'),
  toint: convert('int'),
  tolong: convert('long'),
  toobject: toDynamic,
  toreal: convert('real'),
  tostring: ([type = ''], call, scope) => {
    const write = texter(type, call, scope);
    return ([value = null]) => write(value);
  },
  totimespan: convert('timespan'),
  totime: convert('timespan'),
};
