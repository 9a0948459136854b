import { binary } from './binary.ts';
import {
  argumentsOf,
  child,
  childOf,
  elements,
  textOf,
  typeOf,
  unsupported,
  type Scalar,
  type Scope,
} from './compile.ts';
import { FUNCTIONS } from './functions.ts';
import type { Tree } from './language.ts';
import { listOperator } from './lists.ts';
import { literal, unquoted } from './literals.ts';
import { compare, long, type Value } from './values.ts';

/** Compiles a bound scalar expression to a closure over a row. Names are bound already; only their places are looked up. */
export function scalar(tree: Tree, scope: Scope): Scalar {
  const constant = literal(tree, scope);
  if (constant) return () => constant.value;
  switch (tree.kind) {
    case 'ParenthesizedExpression':
      return scalar(child(tree, 1), scope);
    case 'NameReference':
      return name(tree, scope);
    case 'FunctionCallExpression':
      return call(tree, scope);
    case 'UnaryMinusExpression':
      return minus(tree, scope);
    case 'UnaryPlusExpression':
      return scalar(child(tree, 1), scope);
    case 'BetweenExpression':
    case 'NotBetweenExpression':
      return between(tree, scope);
    case 'PathExpression':
    case 'ElementExpression':
      return path(tree, scope);
    default:
      return operator(tree, scope);
  }
}

function name(tree: Tree, scope: Scope): Scalar {
  const wanted = tree.refersTo ?? textOf(tree);
  const at = scope.columns.findIndex((column) => column.name === wanted);
  if (at >= 0) return (row) => row[at] ?? null;
  const named = scope.scalars.get(wanted);
  if (named) return named;
  throw unsupported(tree, `the name "${wanted}" here`, scope);
}

function call(tree: Tree, scope: Scope): Scalar {
  const fn = tree.refersTo ?? textOf(child(tree, 0));
  const args = argumentsOf(tree);
  const family = Object.hasOwn(FUNCTIONS, fn) ? FUNCTIONS[fn] : undefined;
  if (!family) throw unsupported(tree, `the function ${fn}()`, scope);
  const act = family(args.map(typeOf), tree, scope);
  const values = args.map((arg) => scalar(arg, scope));
  return (row, env) =>
    act(
      values.map((value) => value(row, env)),
      env,
    );
}

function minus(tree: Tree, scope: Scope): Scalar {
  const type = typeOf(child(tree, 1));
  if (type === 'dynamic') throw unsupported(tree, 'minus of dynamic', scope);
  const value = scalar(child(tree, 1), scope);
  return (row, env) => {
    const positive = value(row, env);
    if (typeof positive === 'bigint') return type === 'timespan' ? -positive : long(-positive);
    // Subtracted, since minus zero is a zero like any other.
    return positive === null ? null : 0 - (positive as number);
  };
}

/** Inclusive at both ends; a timespan at the far end counts from the near one. */
function between(tree: Tree, scope: Scope): Scalar {
  const couple = child(tree, 2);
  const value = scalar(child(tree, 0), scope);
  const [lowTree, highTree] = [child(couple, 1), child(couple, 3)];
  if ([child(tree, 0), lowTree, highTree].some((part) => typeOf(part) === 'dynamic'))
    throw unsupported(tree, 'between of dynamic', scope);
  const low = scalar(lowTree, scope);
  const high = scalar(highTree, scope);
  const relative = typeOf(highTree) === 'timespan' && typeOf(lowTree) === 'datetime';
  const negate = tree.kind === 'NotBetweenExpression';
  return (row, env) => {
    const at = value(row, env);
    const from = low(row, env);
    const end = high(row, env);
    if (at === null || from === null || end === null) return null;
    const to = relative ? (from as bigint) + (end as bigint) : end;
    return (compare(at, from) >= 0 && compare(at, to) <= 0) !== negate;
  };
}

/** `a.b`, `a["b"]` and `a[0]` in a dynamic; null where there is no such thing. */
function path(tree: Tree, scope: Scope): Scalar {
  const object = scalar(child(tree, 0), scope);
  const selector = tree.kind === 'PathExpression' ? child(tree, 2) : child(child(tree, 1), 1);
  if (typeOf(child(tree, 0)) !== 'dynamic') throw unsupported(tree, `a member of ${typeOf(child(tree, 0))}`, scope);
  const key: Scalar = tree.kind === 'PathExpression' ? () => memberName(selector) : scalar(selector, scope);
  return (row, env) => {
    const from = object(row, env);
    const at = key(row, env);
    if (from === null || typeof from !== 'object') return null;
    if (Array.isArray(from)) return (typeof at === 'number' ? (from.at(at) as Value | undefined) : undefined) ?? null;
    return (
      (typeof at === 'string' && Object.hasOwn(from, at)
        ? ((from as Readonly<Record<string, unknown>>)[at] as Value)
        : null) ?? null
    );
  };
}

/** `a.b` and `a.['b c']` */
const memberName = (selector: Tree): string => {
  const bracketed = childOf(selector, 'BracketedName');
  return bracketed ? unquoted(textOf(child(bracketed, 1))) : textOf(selector);
};

function operator(tree: Tree, scope: Scope): Scalar {
  const [leftTree, token, rightTree] = tree.children;
  const sign = token?.text ?? '';
  if (!leftTree || !rightTree || sign === '')
    throw unsupported(tree, `${tree.kind.replace(/Expression$/, '')} "${textOf(tree).slice(0, 40)}"`, scope);
  if (rightTree.kind === 'ExpressionList')
    return inList(tree, sign, leftTree, elements(childOf(rightTree, 'List')), scope);
  const types = [typeOf(leftTree), typeOf(rightTree)] as const;
  const compiled = binary(sign, scalar(leftTree, scope), scalar(rightTree, scope), types);
  if (!compiled) throw unsupported(token ?? tree, `the operator ${sign} between ${types.join(' and ')}`, scope);
  return compiled;
}

function inList(tree: Tree, sign: string, leftTree: Tree, list: readonly Tree[], scope: Scope): Scalar {
  if (list.some((item) => item.columns !== undefined)) throw unsupported(tree, `${sign} over a table`, scope);
  const columns = new Set(scope.columns.map(({ name: column }) => column));
  // What no row can change is worked out once a run.
  const isFixed = (item: Tree): boolean =>
    literal(item, scope) !== undefined ||
    (item.kind === 'NameReference' && !columns.has(item.refersTo ?? textOf(item)));
  const compiled = listOperator(
    sign,
    { value: scalar(leftTree, scope), type: typeOf(leftTree) },
    list.map((item) => ({ value: scalar(item, scope), type: typeOf(item) })),
    list.every(isFixed),
  );
  if (!compiled)
    throw unsupported(
      tree,
      `the operator ${sign} of ${typeOf(leftTree)} in a list of ${list.map(typeOf).join(', ')}`,
      scope,
    );
  return compiled;
}
