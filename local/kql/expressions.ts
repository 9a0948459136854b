import { binary } from './binary.ts';
import { child, elements, textOf, typeOf, unsupported, type Scalar, type Scope } from './compile.ts';
import { FUNCTIONS, typesOf } from './functions.ts';
import type { Tree } from './language.ts';
import { literal } from './literals.ts';
import { has } from './terms.ts';
import { compare, keyOf, type Value } from './values.ts';

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
  const act = family(typesOf(args), tree, scope);
  const values = args.map((arg) => scalar(arg, scope));
  return (row, env) =>
    act(
      values.map((value) => value(row, env)),
      env,
    );
}

export const argumentsOf = (tree: Tree): readonly Tree[] =>
  elements(child(tree, 1).children.find(({ kind }) => kind === 'List'));

function minus(tree: Tree, scope: Scope): Scalar {
  const value = scalar(child(tree, 1), scope);
  return (row, env) => {
    const positive = value(row, env);
    return positive === null ? null : -(positive as number);
  };
}

/** Inclusive at both ends; a timespan at the far end counts from the near one. */
function between(tree: Tree, scope: Scope): Scalar {
  const couple = child(tree, 2);
  const value = scalar(child(tree, 0), scope);
  const [lowTree, highTree] = [child(couple, 1), child(couple, 3)];
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
  const key: Scalar = tree.kind === 'PathExpression' ? () => textOf(selector) : scalar(selector, scope);
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

function operator(tree: Tree, scope: Scope): Scalar {
  const [leftTree, token, rightTree] = tree.children;
  const sign = token?.text ?? '';
  if (!leftTree || !rightTree || sign === '')
    throw unsupported(tree, `${tree.kind.replace(/Expression$/, '')} "${textOf(tree).slice(0, 40)}"`, scope);
  if (rightTree.kind === 'ExpressionList')
    return listOperator(tree, sign, leftTree, elements(rightTree.children.find(({ kind }) => kind === 'List')), scope);
  const types = [typeOf(leftTree), typeOf(rightTree)] as const;
  const compiled = binary(sign, scalar(leftTree, scope), scalar(rightTree, scope), types);
  if (!compiled) throw unsupported(token ?? tree, `the operator ${sign} between ${types.join(' and ')}`, scope);
  return compiled;
}

const fold = (value: Value): Value => (typeof value === 'string' ? value.toLowerCase() : value);
const same = (value: Value): Value => value;

/** `in`, `in~`, `has_any`, `has_all` and their negations: is any, or every, element matched? */
function listOperator(tree: Tree, sign: string, leftTree: Tree, list: readonly Tree[], scope: Scope): Scalar {
  const left = scalar(leftTree, scope);
  const values = list.map((item) => scalar(item, scope));
  const dynamic = list.map((item) => typeOf(item) === 'dynamic');
  if (list.some((item) => item.columns !== undefined)) throw unsupported(tree, `${sign} over a table`, scope);
  if (typeOf(leftTree) === 'dynamic') throw unsupported(tree, `${sign} of dynamic`, scope);
  const all = (row: Parameters<Scalar>[0], env: Parameters<Scalar>[1]): readonly Value[] =>
    values.flatMap((value, i) => {
      const element = value(row, env);
      return dynamic[i] === true && Array.isArray(element) ? (element as Value[]) : [element];
    });
  switch (sign) {
    case 'in':
    case '!in':
    case 'in~':
    case '!in~': {
      const key = sign.endsWith('~') ? fold : same;
      return (row, env) => {
        const wanted = keyOf(key(left(row, env)));
        return all(row, env).some((element) => keyOf(key(element)) === wanted) !== sign.startsWith('!');
      };
    }
    case 'has_any':
      return (row, env) => all(row, env).some((element) => hasText(left(row, env), element));
    case 'has_all':
      return (row, env) => all(row, env).every((element) => hasText(left(row, env), element));
    default:
      throw unsupported(tree, `the operator ${sign}`, scope);
  }
}

const hasText = (text: Value, part: Value): boolean =>
  typeof text === 'string' && typeof part === 'string' && has(text.toLowerCase(), part.toLowerCase());
