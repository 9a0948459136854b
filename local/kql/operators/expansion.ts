import {
  child,
  childOf,
  listed,
  onlyParameters,
  textOf,
  unsupported,
  type Row,
  type Scalar,
  type Scope,
} from '../compile.ts';
import { cast, isArray, isBag } from '../dynamics.ts';
import type { Column, Tree } from '../language.ts';
import type { Environment } from '../compile.ts';
import type { Value } from '../values.ts';

/** How `mv-expand` and `mv-apply` make several rows of one. */
export interface Expansion {
  /** The source's columns as they are after it, and those that it adds. */
  readonly columns: readonly Column[];
  /** The places of the source's columns that it replaces. */
  readonly replaced: ReadonlySet<number>;
  rows(row: Row, env: Environment): readonly Row[];
}

interface Expanded {
  readonly value: Scalar;
  readonly type: string;
  /** Where it goes: a column that there is already, or one more. */
  readonly at: number;
  readonly tree: Tree;
}

/** `columns` are what the operator makes of the source's before anything else is done with them. */
export function expansion(tree: Tree, columns: readonly Column[], scope: Scope): Expansion {
  const parameters = onlyParameters(tree, ['kind', 'bagexpansion', 'with_itemindex'], scope);
  const kind = parameters.get('kind') ?? parameters.get('bagexpansion');
  const asPairs = kind !== undefined && textOf(kind) === 'array';
  const index = parameters.get('with_itemindex');
  const indexAt = index ? columns.findIndex(({ name }) => name === textOf(index)) : -1;
  if (index && indexAt < scope.columns.length) throw unsupported(index, 'this name for the index', scope);
  const clause = tree.children.find((part) => /RowLimitClause$/.test(part.kind));
  const limit = clause && scope.compile.scalar(child(clause, 1), { ...scope, columns: [] });
  const expanded = listed(tree).map((item) => expandedOf(item, columns, scope));
  if (new Set(expanded.map(({ at }) => at)).size < expanded.length)
    throw unsupported(tree, 'one column expanded twice', scope);
  const replaced = new Set(expanded.map(({ at }) => at).filter((at) => at < scope.columns.length));
  return {
    columns,
    replaced,
    rows(row, env) {
      const most = limit ? Number(limit([], env) ?? Infinity) : Infinity;
      const lists = expanded.map(({ value }) => elementsOf(value(row, env), asPairs));
      const length = Math.min(most, Math.max(...lists.map((list) => list.length)));
      return Array.from({ length }, (_, n) => {
        const made = columns.map((_column, at): Value => row[at] ?? null);
        for (const [i, { at, type, tree: place }] of expanded.entries()) {
          const value = cast(lists[i]?.[n] ?? null, type);
          if (value === undefined) throw unsupported(place, `an element that is no ${type}`, scope);
          made[at] = value;
        }
        if (indexAt >= 0) made[indexAt] = n;
        return made;
      });
    },
  };
}

function expandedOf(item: Tree, columns: readonly Column[], scope: Scope): Expanded {
  const first = child(item, 0);
  const clause = childOf(item, 'ToTypeOfClause');
  const named = first.kind === 'SimpleNamedExpression' ? first : undefined;
  const expression = named ? child(named, 2) : first;
  const name = named ? (child(named, 0).refersTo ?? textOf(child(named, 0))) : first.resultName || textOf(first);
  const at = columns.findIndex((column) => column.name === name);
  const column = columns[at];
  if (!column) throw unsupported(item, 'this form of expansion', scope);
  if (expression.type !== 'dynamic')
    throw unsupported(expression, `an expansion of ${expression.type ?? 'this'}`, scope);
  if (!clause && column.type !== 'dynamic') throw unsupported(item, 'this form of expansion', scope);
  return { value: scope.compile.scalar(expression, scope), type: column.type, at, tree: item };
}

/** Null gives one row of null; a bag gives bags of one entry each, or pairs of a key and a value. */
function elementsOf(value: Value, asPairs: boolean): readonly unknown[] {
  if (isArray(value)) return value;
  if (isBag(value))
    return Object.entries(value).map(([key, inner]) => (asPairs ? [key, inner] : Object.fromEntries([[key, inner]])));
  return [value];
}
