import { long, type Value } from './values.ts';

type Arithmetic = (a: Value, b: Value) => Value;

const TIMES = new Set(['datetime', 'timespan']);
const WHOLE = new Set(['long', 'int']);
const isNumber = (type: string): boolean => type === 'real' || WHOLE.has(type);

/** The first and the last instant of the years 1 to 9999, in ticks since 1970. */
const FIRST = -621_355_968_000_000_000n;
const LAST = 2_534_023_007_999_999_999n;

/** `+ - * / %` between two types. Undefined: this engine does not know it. */
export function arithmeticOf(
  operator: string,
  [left, right]: readonly [string, string],
  refuse: (what: string) => Error,
): Arithmetic | undefined {
  if (TIMES.has(left) && TIMES.has(right) && (operator === '+' || operator === '-')) {
    const isInstant = left !== right || (left === 'datetime' && operator === '+');
    return (a, b) => {
      const result = operator === '+' ? (a as bigint) + (b as bigint) : (a as bigint) - (b as bigint);
      if (isInstant && (result < FIRST || result > LAST)) throw refuse('an instant outside the years 1 to 9999');
      return result;
    };
  }
  if (left === 'timespan' && right === 'timespan' && operator === '/')
    return (a, b) => {
      if (b === 0n) throw refuse('a division by a length of nothing');
      return Number(a) / Number(b);
    };
  if (left === 'timespan' && isNumber(right)) return SCALED[operator];
  if (isNumber(left) && right === 'timespan' && operator === '*')
    return (a, b) => scaled(b as bigint, a as number | bigint);
  // Ints become longs: the reference's "Type rules for arithmetic operations".
  if (WHOLE.has(left) && WHOLE.has(right)) return WHOLE_NUMBERS[operator];
  return isNumber(left) && isNumber(right) ? REALS[operator] : undefined;
}

/** A length times a number; by a real it is cut to whole ticks. */
function scaled(length: bigint, by: number | bigint): bigint | null {
  if (typeof by === 'bigint' || Number.isInteger(by)) return length * BigInt(by);
  return wholeTicks(Number(length) * by);
}

const wholeTicks = (ticks: number): bigint | null => (Number.isFinite(ticks) ? BigInt(Math.trunc(ticks)) : null);

const SCALED: Readonly<Record<string, Arithmetic>> = {
  '*': (a, b) => scaled(a as bigint, b as number | bigint),
  '/': (a, b) => {
    if (typeof b === 'bigint' || Number.isInteger(b))
      return Number(b) === 0 ? null : (a as bigint) / BigInt(b as number);
    return wholeTicks(Number(a) / Number(b));
  },
};

/** In numbers as long as operands and result are exact, in bigints beyond. */
const whole =
  (quick: (a: number, b: number) => number, act: (a: bigint, b: bigint) => bigint): Arithmetic =>
  (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') {
      const result = quick(a, b);
      if (Number.isSafeInteger(result)) return result + 0;
    }
    return long(act(BigInt(a as number | bigint), BigInt(b as number | bigint)));
  };

const WHOLE_NUMBERS: Readonly<Record<string, Arithmetic>> = {
  '+': whole(
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  '-': whole(
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  '*': whole(
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  // Division of longs truncates; by zero it is null.
  '/': (a, b) => (Number(b) === 0 ? null : long(BigInt(a as number | bigint) / BigInt(b as number | bigint))),
  // Never negative: -14 % 12 is 10.
  '%': (a, b) => {
    if (Number(b) === 0) return null;
    if (typeof a === 'number' && typeof b === 'number') {
      const rest = a % b;
      return (rest < 0 ? rest + Math.abs(b) : rest) + 0;
    }
    const by = BigInt(b as number | bigint);
    const rest = BigInt(a as number | bigint) % by;
    return long(rest < 0n ? rest + (by < 0n ? -by : by) : rest);
  },
};

const REALS: Readonly<Record<string, Arithmetic>> = {
  '+': (a, b) => Number(a) + Number(b),
  '-': (a, b) => Number(a) - Number(b),
  '*': (a, b) => Number(a) * Number(b),
  '/': (a, b) => Number(a) / Number(b),
};
