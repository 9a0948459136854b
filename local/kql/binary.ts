import type { Scalar } from './compile.ts';
import { has, hasPrefix, hasSuffix } from './terms.ts';
import { compare, long, type Value } from './values.ts';

/** A binary operator's value, from its operands' values and static types. Undefined: this engine does not know it. */
export function binary(
  operator: string,
  left: Scalar,
  right: Scalar,
  types: readonly [string, string],
): Scalar | undefined {
  const text = TEXT[operator];
  if (text) return textMatch(text, left, right, types);
  const logic = LOGIC[operator];
  if (logic) return (row, env) => logic(left(row, env) as boolean | null, () => right(row, env) as boolean | null);
  const comparison = COMPARISONS[operator];
  if (comparison && comparable(types)) return (row, env) => comparison(left(row, env), right(row, env));
  const arithmetic = arithmeticOf(operator, types);
  return (
    arithmetic &&
    ((row, env) => {
      const a = left(row, env);
      const b = right(row, env);
      return a === null || b === null ? null : arithmetic(a, b);
    })
  );
}

interface TextOperator {
  readonly fold: boolean;
  readonly negate: boolean;
  readonly match: (text: string, part: string) => boolean;
}

const equal = (text: string, part: string): boolean => text === part;

const TEXT: Readonly<Record<string, TextOperator>> = {
  ...forms('has', has),
  ...forms('hasprefix', hasPrefix),
  ...forms('hassuffix', hasSuffix),
  ...forms('contains', (text, part) => text.includes(part)),
  ...forms('startswith', (text, part) => text.startsWith(part)),
  ...forms('endswith', (text, part) => text.endsWith(part)),
  '=~': { fold: true, negate: false, match: equal },
  '!~': { fold: true, negate: true, match: equal },
};

/** Each comes in four forms: negated with `!`, minding case with `_cs`. */
function forms(name: string, match: TextOperator['match']): Record<string, TextOperator> {
  return {
    [name]: { fold: true, negate: false, match },
    [`!${name}`]: { fold: true, negate: true, match },
    [`${name}_cs`]: { fold: false, negate: false, match },
    [`!${name}_cs`]: { fold: false, negate: true, match },
  };
}

function textMatch(
  { fold, negate, match }: TextOperator,
  left: Scalar,
  right: Scalar,
  types: readonly [string, string],
): Scalar | undefined {
  if (types.some((type) => type !== 'string')) return undefined;
  const folded = fold ? (text: string): string => text.toLowerCase() : (text: string): string => text;
  return (row, env) => match(folded(left(row, env) as string), folded(right(row, env) as string)) !== negate;
}

/** Three-valued: a null is "unknown", which `where` takes for false. */
const LOGIC: Readonly<Record<string, (a: boolean | null, b: () => boolean | null) => boolean | null>> = {
  and: (a, b) => {
    if (a === false) return false;
    const right = b();
    return right === false ? false : a === null || right === null ? null : true;
  },
  or: (a, b) => {
    if (a === true) return true;
    const right = b();
    return right === true ? true : a === null || right === null ? null : false;
  },
};

const ordered =
  (test: (order: number) => boolean) =>
  (a: Value, b: Value): boolean | null =>
    a === null || b === null ? null : test(compare(a, b));

/** `==` and `!=` know null from a value; two nulls are unknown (language reference, "Null values"). */
const COMPARISONS: Readonly<Record<string, (a: Value, b: Value) => boolean | null>> = {
  '==': (a, b) => (a === null && b === null ? null : a !== null && b !== null && compare(a, b) === 0),
  '!=': (a, b) => (a === null && b === null ? null : a === null || b === null || compare(a, b) !== 0),
  '<': ordered((order) => order < 0),
  '<=': ordered((order) => order <= 0),
  '>': ordered((order) => order > 0),
  '>=': ordered((order) => order >= 0),
};

type Arithmetic = (a: Value, b: Value) => Value;

const TIMES = new Set(['datetime', 'timespan']);
const WHOLE = new Set(['long', 'int']);
const isNumber = (type: string): boolean => type === 'real' || WHOLE.has(type);

/** What the binder lets pass beyond this, such as a long against a text, has no meaning that is established. */
const comparable = ([left, right]: readonly [string, string]): boolean =>
  left !== 'dynamic' && (left === right || (isNumber(left) && isNumber(right)));

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

function arithmeticOf(operator: string, [left, right]: readonly [string, string]): Arithmetic | undefined {
  const times = TIMES.has(left) && TIMES.has(right);
  if (times && operator === '+') return (a, b) => (a as bigint) + (b as bigint);
  if (times && operator === '-') return (a, b) => (a as bigint) - (b as bigint);
  if (left === 'timespan' && right === 'timespan' && operator === '/') return (a, b) => Number(a) / Number(b);
  if (left === 'timespan' && isNumber(right)) return SCALED[operator];
  if (isNumber(left) && right === 'timespan' && operator === '*')
    return (a, b) => scaled(b as bigint, a as number | bigint);
  // Ints become longs: the reference's "Type rules for arithmetic operations".
  if (WHOLE.has(left) && WHOLE.has(right)) return WHOLE_NUMBERS[operator];
  return isNumber(left) && isNumber(right) ? REALS[operator] : undefined;
}

const whole =
  (act: (a: bigint, b: bigint) => bigint): Arithmetic =>
  (a, b) =>
    long(act(BigInt(a as number | bigint), BigInt(b as number | bigint)));

const WHOLE_NUMBERS: Readonly<Record<string, Arithmetic>> = {
  '+': whole((a, b) => a + b),
  '-': whole((a, b) => a - b),
  '*': whole((a, b) => a * b),
  // Division of longs truncates; by zero it is null.
  '/': (a, b) => (Number(b) === 0 ? null : long(BigInt(a as number | bigint) / BigInt(b as number | bigint))),
  // Never negative: -14 % 12 is 10.
  '%': (a, b) => {
    const by = BigInt(b as number | bigint);
    if (by === 0n) return null;
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
