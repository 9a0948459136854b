import { unsupported } from '../compile.ts';
import { compare, long, shown, ZERO_OF_TIME, type Value } from '../values.ts';
import { alike, takes, type Family } from './family.ts';

export function floorTo(value: bigint, size: bigint, zero: bigint): bigint {
  const from = value - zero;
  const rest = from % size;
  return from - (rest < 0n ? rest + size : rest) + zero;
}

/** The zero that `bin` counts from: for instants the first of all. */
const zeroOf = (type: string): bigint => (type === 'datetime' ? -ZERO_OF_TIME : 0n);

const isTime = (type: string): boolean => type === 'datetime' || type === 'timespan';
const isNumber = (type: string): boolean => type === 'long' || type === 'int' || type === 'real';

/** `bin(value, size)` and `bin_at(value, size, point)`. */
const bin: Family = (types, call, scope) => {
  const [type = '', size = '', fixed = type] = types;
  const fits = isTime(type) ? size === 'timespan' && fixed === type : [type, size, fixed].every(isNumber);
  if (!fits) throw unsupported(call, `bin of ${types.join(', ')}`, scope);
  const real = [type, size, fixed].includes('real');
  return ([value = null, by = null, point = isTime(type) ? zeroOf(type) : 0]) => {
    if (value === null || by === null || point === null || Number(by) < 0) return null;
    if (Number(by) === 0) throw unsupported(call, 'a bin of no size', scope);
    if (real) return Math.floor((Number(value) - Number(point)) / Number(by)) * Number(by) + Number(point);
    const floored = floorTo(BigInt(value as number), BigInt(by as number), BigInt(point as number));
    return isTime(type) ? floored : long(floored);
  };
};

/** The numbers on which the ways to round a half agree; a half that they part on is refused. */
function rounded(value: number, digits: number, refuse: (what: string) => Error): number {
  const scale = 10 ** Math.abs(digits);
  const size = digits >= 0 ? Math.abs(value) * scale : Math.abs(value) / scale;
  const up = Math.floor(size + 0.5);
  if (Math.abs(size + 0.5 - Math.round(size + 0.5)) < 1e-9 && Math.round(size + 0.5) % 2 !== 0)
    throw refuse(`rounding the half ${String(value)}`);
  return Math.sign(value) * (digits >= 0 ? up / scale : up * scale);
}

const round: Family = (types, call, scope) => {
  if (types[0] === 'real')
    return takes('number long?', ([value, digits = 0], refuse) => {
      if (!Number.isFinite(value) || Math.abs(Number(digits)) > 15) throw refuse('rounding this number');
      return rounded(Number(value), Number(digits), refuse);
    })(types, call, scope);
  return takes('long long?', ([value, digits = 0], refuse) => {
    if (Number(digits) < 0) throw refuse('rounding a whole number');
    return value;
  })(types, call, scope);
};

/** A function of reals; a result that is no number is not established. */
const real = (act: (value: number) => number): Family =>
  takes('number', ([value], refuse) => {
    const result = act(Number(value));
    if (!Number.isFinite(result) && Number.isFinite(Number(value))) throw refuse(`this function of ${shown(value)}`);
    return result;
  });

/** The least or greatest of the arguments that are not null. */
const extremeOf =
  (direction: number): Family =>
  (types, call, scope) => {
    if (!alike(types) || ['dynamic', 'bool', 'guid'].some((type) => types.includes(type)))
      throw unsupported(call, `an extreme of ${types.join(', ')}`, scope);
    return (args) => {
      let best: Value = null;
      for (const arg of args) if (arg !== null && (best === null || compare(arg, best) * direction > 0)) best = arg;
      return best;
    };
  };

const bits = (act: (a: bigint, b: bigint) => bigint): Family =>
  takes('long long', ([a, b]) => long(act(BigInt(a as number), BigInt(b as number))));

/** By up to 63 places. */
const shift = (act: (a: bigint, by: bigint) => bigint): Family =>
  takes('long long', ([a, by], refuse) => {
    if (Number(by) < 0 || Number(by) > 63) throw refuse('a shift by so many places');
    return long(act(BigInt(a as number), BigInt(by as number)));
  });

export const MATH: Readonly<Record<string, Family>> = {
  abs: (types, call, scope) => {
    if (types[0] === 'timespan')
      return ([value]) => (value !== null && (value as bigint) < 0n ? -(value as bigint) : value);
    return takes('number', ([value]) => {
      if (typeof value === 'bigint') return long(value < 0n ? -value : value);
      return Math.abs(Number(value));
    })(types, call, scope);
  },
  bin,
  bin_at: bin,
  floor: bin,
  binary_and: bits((a, b) => a & b),
  binary_or: bits((a, b) => a | b),
  binary_xor: bits((a, b) => a ^ b),
  binary_shift_left: shift((a, by) => a << by),
  binary_shift_right: shift((a, by) => a >> by),
  binary_not: takes('long', ([a]) => long(~BigInt(a as number))),
  bitset_count_ones: takes('long', ([a]) => {
    const ones = BigInt.asUintN(64, BigInt(a as number)).toString(2);
    return ones.replaceAll('0', '').length;
  }),
  ceiling: real(Math.ceil),
  degrees: real((value) => (value * 180) / Math.PI),
  exp: real(Math.exp),
  exp10: real((value) => 10 ** value),
  exp2: real((value) => 2 ** value),
  isfinite: takes('number', ([value]) => Number.isFinite(Number(value))),
  isinf: takes('number', ([value]) => Math.abs(Number(value)) === Infinity),
  isnan: takes('number', ([value]) => Number.isNaN(Number(value))),
  log: real(Math.log),
  log10: real(Math.log10),
  log2: real(Math.log2),
  max_of: extremeOf(1),
  min_of: extremeOf(-1),
  pi: () => () => Math.PI,
  pow: takes('number number', ([base, exponent], refuse) => {
    const result = Number(base) ** Number(exponent);
    if (!Number.isFinite(result)) throw refuse('this power');
    return result;
  }),
  radians: real((value) => (value * Math.PI) / 180),
  round,
  sign: takes('number', ([value]) => Math.sign(Number(value))),
  // Of a negative number it is null.
  sqrt: takes('number', ([value]) => (Number(value) < 0 ? null : Math.sqrt(Number(value)))),
  acos: real(Math.acos),
  asin: real(Math.asin),
  atan: real(Math.atan),
  atan2: takes('number number', ([y, x]) => Math.atan2(Number(y), Number(x))),
  cos: real(Math.cos),
  sin: real(Math.sin),
  tan: real(Math.tan),
};
