import { typeOf, unsupported, type Environment, type Row, type Scalar, type Scope } from './compile.ts';
import { isArray, kindOf, numberIn } from './dynamics.ts';
import type { Tree } from './language.ts';
import { readsRow } from './lets.ts';
import { has } from './terms.ts';
import { texter } from './texts.ts';
import { keyOf, type Value } from './values.ts';

interface List {
  readonly type: string;
  /** The values of one expression: itself, or the elements of an array, or the first column of a table. */
  values(row: Row, env: Environment): readonly Value[];
}
type Matches = (left: Value) => boolean | null;

/**
 * `in`, `in~`, `has_any`, `has_all` and the negations of the first two: is any, or every, element matched? An array stands
 * for its elements, a table for its first column.
 */
export function inList(tree: Tree, sign: string, leftTree: Tree, items: readonly Tree[], scope: Scope): Scalar {
  const lists = items.map((item) => listOf(item, scope));
  const type = typeOf(leftTree);
  const make = sign.startsWith('has_')
    ? hasTerms(tree, sign, type, lists, scope)
    : isIn(tree, sign, type, lists, scope);
  if (!make)
    throw unsupported(
      tree,
      `the operator ${sign} of ${type} in a list of ${lists.map((list) => list.type).join(', ')}`,
      scope,
    );
  const left = scope.compile.scalar(leftTree, scope);
  const all = (row: Row, env: Environment): readonly Value[] => lists.flatMap((list) => list.values(row, env));
  if (items.some((item) => readsRow(item, scope) && item.columns === undefined))
    return (row, env) => make(all(row, env))(left(row, env));
  // What no row can change is worked out once a run.
  const made = new WeakMap<Environment, Matches>();
  return (row, env) => {
    let matches = made.get(env);
    if (!matches) {
      matches = make(all(row, env));
      made.set(env, matches);
    }
    return matches(left(row, env));
  };
}

function listOf(item: Tree, scope: Scope): List {
  if (item.columns !== undefined) {
    const table = scope.compile.table(item, { ...scope, columns: [] });
    if (table.open === true || table.columns.length === 0) throw unsupported(item, 'this table as a list', scope);
    return {
      type: table.columns[0]?.type ?? '',
      values: (_row, env) => table.run(env).rows.map(([first = null]) => first),
    };
  }
  const value = scope.compile.scalar(item, scope);
  return {
    type: typeOf(item),
    values(row, env) {
      const found = value(row, env);
      return isArray(found) ? (found as readonly Value[]) : [found];
    },
  };
}

const isNumber = (type: string): boolean => type === 'long' || type === 'int' || type === 'real';
/** What the elements of a dynamic must be to be compared with values of a type. */
const fits = (type: string, value: Value): boolean => {
  const kind = kindOf(value);
  return kind === 'null' || (isNumber(type) ? kind === 'long' || kind === 'real' : kind === type);
};
/** A number from a dynamic as a number of its own. */
const plain = (value: Value): Value => (kindOf(value) === 'real' ? numberIn(value) : value);
const fold = (value: Value): Value => (typeof value === 'string' ? value.toLowerCase() : plain(value));

function isIn(
  tree: Tree,
  sign: string,
  left: string,
  lists: readonly List[],
  scope: Scope,
): ((elements: readonly Value[]) => Matches) | undefined {
  if (!/^!?in~?$/.test(sign)) return undefined;
  const others = new Set(lists.map(({ type }) => type).filter((type) => type !== 'dynamic'));
  const [type = left] = [...(left === 'dynamic' ? others : [])];
  if (
    type === 'dynamic' ||
    !(/^(?:string|bool|guid)$/.test(type) || isNumber(type) || !lists.some((list) => list.type === 'dynamic'))
  )
    return undefined;
  if ([...others].some((other) => other !== type && !(isNumber(other) && isNumber(type)))) return undefined;
  const key = sign.endsWith('~') ? fold : plain;
  const negated = sign.startsWith('!');
  const check = (value: Value): void => {
    if (!fits(type, value)) throw unsupported(tree, `${sign} between a dynamic ${kindOf(value)} and a ${type}`, scope);
  };
  const fromDynamic = lists.some((list) => list.type === 'dynamic');
  return (elements) => {
    if (fromDynamic) elements.forEach(check);
    // As with ==, a null equals nothing; but two nulls are neither equal nor unequal.
    const hasNull = elements.includes(null);
    const wanted = new Set(elements.filter((element) => element !== null).map((element) => keyOf(key(element))));
    return (value) => {
      if (left === 'dynamic') check(value);
      if (value === null && hasNull) return null;
      return (value !== null && wanted.has(keyOf(key(value)))) !== negated;
    };
  };
}

function hasTerms(
  tree: Tree,
  sign: string,
  left: string,
  lists: readonly List[],
  scope: Scope,
): ((elements: readonly Value[]) => Matches) | undefined {
  if (left !== 'string' && left !== 'dynamic') return undefined;
  if (sign !== 'has_any' && sign !== 'has_all') return undefined;
  if (lists.some(({ type }) => type !== 'string' && type !== 'dynamic')) return undefined;
  const write = texter(left, tree, scope);
  return (elements) => {
    const terms = elements.map((element) => {
      if (typeof element === 'string') return element.toLowerCase();
      // Nothing is in every text.
      if (element === null) return '';
      throw unsupported(tree, `${sign} of what is no text`, scope);
    });
    return (value) => {
      const text = write(value).toLowerCase();
      const matched = (term: string): boolean => has(text, term);
      return sign === 'has_any' ? terms.some(matched) : terms.every(matched);
    };
  };
}
