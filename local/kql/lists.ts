import type { Environment, Row, Scalar } from './compile.ts';
import { has } from './terms.ts';
import { keyOf, type Value } from './values.ts';

interface Typed {
  readonly value: Scalar;
  readonly type: string;
}
type Matches = (left: Value) => boolean;

const fold = (value: Value): Value => (typeof value === 'string' ? value.toLowerCase() : value);
const same = (value: Value): Value => value;

/** Types whose values look the same in a dynamic array. */
const PLAIN = new Set(['string', 'long', 'int']);

/**
 * `in`, `in~`, `has_any`, `has_all` and the negations of the first two: is any, or every, element matched? An array stands
 * for its elements. Undefined: this engine does not know it between these types. `fixed` says that no row changes the list.
 */
export function listOperator(sign: string, left: Typed, list: readonly Typed[], fixed: boolean): Scalar | undefined {
  const make = sign.startsWith('has_') ? hasTerms(sign, left.type, list) : isIn(sign, left.type, list);
  if (!make) return undefined;
  const all = (row: Row, env: Environment): readonly Value[] =>
    list.flatMap(({ value, type }) => {
      const element = value(row, env);
      return type === 'dynamic' && Array.isArray(element) ? (element as Value[]) : [element];
    });
  if (!fixed) return (row, env) => make(all(row, env))(left.value(row, env));
  const made = new WeakMap<Environment, Matches>();
  return (row, env) => {
    let matches = made.get(env);
    if (!matches) {
      matches = make(all(row, env));
      made.set(env, matches);
    }
    return matches(left.value(row, env));
  };
}

function isIn(sign: string, left: string, list: readonly Typed[]): ((list: readonly Value[]) => Matches) | undefined {
  const number = (type: string): boolean => type === 'long' || type === 'int' || type === 'real';
  const known = list.every(
    ({ type }) =>
      (type === left && left !== 'dynamic') ||
      (type === 'dynamic' && PLAIN.has(left)) ||
      (number(type) && number(left)),
  );
  if (!known || !/^!?in~?$/.test(sign)) return undefined;
  const key = sign.endsWith('~') ? fold : same;
  const negated = sign.startsWith('!');
  return (elements) => {
    // As with ==, a null equals nothing.
    const wanted = new Set(elements.filter((element) => element !== null).map((element) => keyOf(key(element))));
    return (value) => (value !== null && wanted.has(keyOf(key(value)))) !== negated;
  };
}

function hasTerms(
  sign: string,
  left: string,
  list: readonly Typed[],
): ((list: readonly Value[]) => Matches) | undefined {
  if (left !== 'string' || list.some(({ type }) => type !== 'string' && type !== 'dynamic')) return undefined;
  if (sign !== 'has_any' && sign !== 'has_all') return undefined;
  return (elements) => {
    const terms = elements.map((element) => (typeof element === 'string' ? element.toLowerCase() : undefined));
    return (value) => {
      const text = (value as string).toLowerCase();
      const matched = (term: string | undefined): boolean => term !== undefined && has(text, term);
      return sign === 'has_any' ? terms.some(matched) : terms.every(matched);
    };
  };
}
