import { binary } from './binary.ts';
import {
  argumentsOf,
  child,
  childOf,
  elements,
  missing,
  textOf,
  typeOf,
  unsupported,
  type Scalar,
  type Scope,
} from './compile.ts';
import { isArray, isBag } from './dynamics.ts';
import { FUNCTIONS } from './functions/functions.ts';
import type { Tree } from './language.ts';
import { calledScalar, constant as onceARun, readsRow } from './lets.ts';
import { inList } from './lists.ts';
import { literal, unquoted } from './literals.ts';
import { matchesRegex } from './functions/regex.ts';
import { long, toDynamic, type Value } from './values.ts';

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
    case 'ToScalarExpression':
      return toScalar(tree, scope);
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

/** A type such as `typeof(long)`, which the type of the call follows. */
const NO_VALUE: Scalar = () => null;

function call(tree: Tree, scope: Scope, indexed = false): Scalar {
  const fn = tree.refersTo ?? textOf(child(tree, 0));
  // Several values at once; only one of them fits into a column.
  if (typeOf(tree) === 'tuple' && !indexed) throw unsupported(tree, `all results of ${fn}() at once`, scope);
  if (scope.functions.has(fn)) return calledScalar(tree, scope);
  const args = argumentsOf(tree);
  if (fn === 'pack_all') return packAll(args, tree, scope);
  const family = Object.hasOwn(FUNCTIONS, fn) ? FUNCTIONS[fn] : undefined;
  if (!family) throw unsupported(tree, `the function ${fn}()`, scope);
  if (args.some(({ kind }) => kind === 'SimpleNamedExpression' || kind === 'StarExpression'))
    throw unsupported(tree, `this form of ${fn}()`, scope);
  const act = family(args.map(typeOf), tree, scope);
  const values = args.map((arg) => (arg.kind === 'TypeOfLiteralExpression' ? NO_VALUE : scalar(arg, scope)));
  const nothing = missing(typeOf(tree));
  const [first, second] = values;
  if (first && values.length === 1) return (row, env) => act([first(row, env)], env) ?? nothing;
  if (first && second && values.length === 2)
    return (row, env) => act([first(row, env), second(row, env)], env) ?? nothing;
  return (row, env) =>
    act(
      values.map((value) => value(row, env)),
      env,
    ) ?? nothing;
}

/** Every column of the row by its name; with `true` only those that have a value. */
function packAll(args: readonly Tree[], tree: Tree, scope: Scope): Scalar {
  const [flag] = args;
  const skips = flag !== undefined && literal(flag, scope)?.value === true;
  if (flag && !skips && literal(flag, scope)?.value !== false)
    throw unsupported(tree, 'this form of pack_all()', scope);
  return (row) =>
    Object.fromEntries(
      scope.columns.flatMap(({ name, type }, at) => {
        const value = row[at] ?? null;
        return skips && (value === null || value === '') ? [] : [[name, toDynamic(value, type)]];
      }),
    );
}

function minus(tree: Tree, scope: Scope): Scalar {
  const type = typeOf(child(tree, 1));
  if (!['long', 'int', 'real', 'timespan'].includes(type)) throw unsupported(tree, `minus of ${type}`, scope);
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
  const [leftTree, lowTree, highTree] = [child(tree, 0), child(couple, 1), child(couple, 3)];
  const type = typeOf(leftTree);
  const relative = typeOf(highTree) === 'timespan' && typeOf(lowTree) === 'datetime';
  const isNumber = (each: string): boolean => each === 'long' || each === 'int' || each === 'real';
  const fits = (each: string): boolean => each === type || (isNumber(each) && isNumber(type));
  if (!fits(typeOf(lowTree)) || !(relative ? type === 'datetime' : fits(typeOf(highTree))) || type === 'dynamic')
    throw unsupported(tree, `between of ${[leftTree, lowTree, highTree].map(typeOf).join(', ')}`, scope);
  const [value, low, high] = [scalar(leftTree, scope), scalar(lowTree, scope), scalar(highTree, scope)];
  const negate = tree.kind === 'NotBetweenExpression';
  return (row, env) => {
    const at = value(row, env);
    const from = low(row, env);
    const end = high(row, env);
    if (at === null || from === null || end === null) return null;
    const to = relative ? (from as bigint) + (end as bigint) : end;
    return (at >= from && at <= to) !== negate;
  };
}

/** `a.b`, `a["b"]` and `a[0]` in a dynamic; null where there is no such thing. */
function path(tree: Tree, scope: Scope): Scalar {
  const several = typeOf(child(tree, 0)) === 'tuple' && child(tree, 0).kind === 'FunctionCallExpression';
  const object = several ? call(child(tree, 0), scope, true) : scalar(child(tree, 0), scope);
  const isPath = tree.kind === 'PathExpression';
  const selector = isPath ? child(tree, 2) : child(child(tree, 1), 1);
  if (typeOf(child(tree, 0)) !== 'dynamic' && !several)
    throw unsupported(tree, `a member of ${typeOf(child(tree, 0))}`, scope);
  if (!isPath && !['string', 'long', 'int'].includes(typeOf(selector)))
    throw unsupported(selector, `a member by ${typeOf(selector)}`, scope);
  const member = isPath ? memberName(selector) : '';
  const key: Scalar = isPath ? () => member : scalar(selector, scope);
  return (row, env) => {
    const from = object(row, env);
    const at = key(row, env);
    if (isArray(from)) return (typeof at === 'number' ? (from.at(at) as Value | undefined) : undefined) ?? null;
    if (!isBag(from) || typeof at !== 'string' || !Object.hasOwn(from, at)) return null;
    return (from[at] as Value | undefined) ?? null;
  };
}

/** `a.b` and `a.['b c']` */
const memberName = (selector: Tree): string => {
  const bracketed = childOf(selector, 'BracketedName');
  return bracketed ? unquoted(textOf(child(bracketed, 1))) : textOf(selector);
};

/** The first value of the first row. */
function toScalar(tree: Tree, scope: Scope): Scalar {
  const source = child(tree, tree.children.length - 2);
  if (source.columns === undefined) return scalar(source, scope);
  const table = scope.compile.table(source, { ...scope, columns: [] });
  if (table.open === true) throw unsupported(source, 'a table whose columns only the rows tell', scope);
  return onceARun((_row, env) => table.run(env).rows[0]?.[0] ?? missing(table.columns[0]?.type));
}

function operator(tree: Tree, scope: Scope): Scalar {
  const [leftTree, token, rightTree] = tree.children;
  const sign = token?.text ?? '';
  if (!leftTree || !rightTree || sign === '')
    throw unsupported(tree, `${tree.kind.replace(/Expression$/, '')} "${textOf(tree).slice(0, 40)}"`, scope);
  if (leftTree.kind === 'StarExpression') throw unsupported(leftTree, `${sign} over all columns`, scope);
  if (rightTree.kind === 'ExpressionList')
    return inList(tree, sign, leftTree, elements(childOf(rightTree, 'List')), scope);
  const types = [typeOf(leftTree), typeOf(rightTree)] as const;
  const literals = [literal(leftTree, scope) !== undefined, literal(rightTree, scope) !== undefined] as const;
  const [left, right] = [scalar(leftTree, scope), scalar(rightTree, scope)];
  if (sign.startsWith('matches')) return matchesRegex(tree, left, right, types, scope);
  const compiled = binary(sign, { left, right, types, literals, place: token ?? tree, scope });
  if (!compiled) throw unsupported(token ?? tree, `the operator ${sign} between ${types.join(' and ')}`, scope);
  // What no row changes is worked out once a run.
  return readsRow(tree, scope) ? compiled : onceARun(compiled);
}
