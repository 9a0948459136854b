import { arithmeticOf } from './arithmetic.ts';
import { unsupported, type Scalar } from './compile.ts';
import { dynamicComparison } from './dynamic-comparison.ts';
import type { Comparison, Operands } from './operands.ts';
import { has, hasPrefix, hasSuffix } from './terms.ts';
import { texter } from './texts.ts';
import { readText } from './text-values.ts';
import { shown, type Value } from './values.ts';

/** A binary operator's value, from its operands' values and static types. Undefined: this engine does not know it. */
export function binary(operator: string, operands: Operands): Scalar | undefined {
  const { left, right, types, place, scope } = operands;
  const text = TEXT[operator];
  if (text) return textMatch(text, operands);
  const logic = LOGIC[operator];
  if (logic && types.every((type) => type === 'bool'))
    return (row, env) => logic(left(row, env) as boolean | null, () => right(row, env) as boolean | null);
  const comparison = COMPARISONS[operator];
  if (comparison && types.includes('dynamic')) return dynamicComparison(operator, comparison, operands);
  const converted = comparison && converting(operator, operands);
  if (comparison && converted) return (row, env) => comparison(converted[0](row, env), converted[1](row, env));
  if (comparison && comparable(types)) return (row, env) => comparison(left(row, env), right(row, env));
  const arithmetic = arithmeticOf(operator, types, (what) => unsupported(place, what, scope));
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
  { left, right, types, place, scope }: Operands,
): Scalar | undefined {
  if (types.some((type) => type !== 'string' && type !== 'dynamic')) return undefined;
  const read = (value: Scalar, type: string): ((...args: Parameters<Scalar>) => string) => {
    // A dynamic is searched as the text that it is written as.
    const write = type === 'dynamic' ? texter(type, place, scope) : undefined;
    return (row, env) => (write ? write(value(row, env)) : ((value(row, env) ?? '') as string));
  };
  const [text, part] = [read(left, types[0]), read(right, types[1])];
  if (!fold) return (row, env) => match(text(row, env), part(row, env)) !== negate;
  // What is looked for seldom changes from row to row.
  let last = '';
  let folded = '';
  return (row, env) => {
    const wanted = part(row, env);
    if (wanted !== last) {
      last = wanted;
      folded = wanted.toLowerCase();
    }
    return match(text(row, env).toLowerCase(), folded) !== negate;
  };
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

/** Numbers beyond 2^53 are bigints; the others equal them by value. */
const same = (a: Value, b: Value): boolean => a === b || (typeof a !== typeof b && a == b);

/** `==` and `!=` know null from a value; two nulls are unknown (language reference, "Null values"). */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '==': (a, b) => (a === null || b === null ? (a === b ? null : false) : same(a, b)),
  '!=': (a, b) => (a === null || b === null ? (a === b ? null : true) : !same(a, b)),
  '<>': (a, b) => (a === null || b === null ? (a === b ? null : true) : !same(a, b)),
  '<': (a, b) => (a === null || b === null ? null : a < b),
  '<=': (a, b) => (a === null || b === null ? null : a <= b),
  '>': (a, b) => (a === null || b === null ? null : a > b),
  '>=': (a, b) => (a === null || b === null ? null : a >= b),
};

/** A text that stands in the query, beside a value of another type, is read as a value of that type. */
function converting(
  operator: string,
  { left, right, types, literals, place, scope }: Operands,
): readonly [Scalar, Scalar] | undefined {
  const at = types.indexOf('string');
  const other = types[1 - at] ?? '';
  if (at < 0 || literals[at] !== true || !/^(?:==|!=|<>)$/.test(operator) || !READABLE.has(other)) return undefined;
  const text = [left, right][at]?.([], { now: 0n, rows: () => [] });
  if (typeof text !== 'string') return undefined;
  const value = readText(text, other);
  if (value === undefined) throw unsupported(place, `${operator} between ${other} and ${shown(text)}`, scope);
  return at === 0 ? [() => value, right] : [left, () => value];
}

const READABLE = new Set(['long', 'int', 'real', 'bool', 'datetime', 'timespan', 'guid']);

const isNumber = (type: string): boolean => type === 'real' || type === 'long' || type === 'int';
const ORDERED = new Set(['string', 'bool', 'datetime', 'timespan', 'guid', 'long', 'int', 'real', 'decimal']);

/** What the binder lets pass beyond this, such as a long against a text, has no meaning that is established. */
const comparable = ([left, right]: readonly [string, string]): boolean =>
  ORDERED.has(left) && (left === right || (isNumber(left) && isNumber(right)));
