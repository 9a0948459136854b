import { KqlError } from './kql-error.ts';
import type { Column, Tree } from './language.ts';
import type { Value } from './values.ts';

export type Row = readonly Value[];

/** What a query runs on: the clock that `now()` means, and the rows of each table. */
export interface Environment {
  /** Ticks since 1970. */
  readonly now: bigint;
  rows(table: string): readonly Row[];
}

export interface TableValue {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export type Scalar = (row: Row, env: Environment) => Value;
export type Tabular = (env: Environment) => TableValue;

/** What a name means: a column of the row at hand, or what an earlier `let` named. */
export interface Scope {
  readonly query: string;
  readonly columns: readonly Column[];
  readonly scalars: ReadonlyMap<string, Scalar>;
  readonly tables: ReadonlyMap<string, Tabular>;
}

/** Refuses a query for something this engine does not know, by its name and place. */
export const unsupported = (tree: Tree, what: string, { query }: Pick<Scope, 'query'>): KqlError =>
  new KqlError('unsupported', query, [{ offset: tree.start, message: `${what} is not supported offline` }]);

/** The child at a place of the tree; the parser always makes it. */
export function child(tree: Tree, index: number): Tree {
  const found = tree.children[index];
  if (!found) throw new Error(`${tree.kind} has no part ${String(index)}.`);
  return found;
}

export function childOf(tree: Tree, kind: string): Tree | undefined {
  return tree.children.find((part) => part.kind === kind);
}

/** The elements of a comma-separated list, without the commas. */
export const elements = (list: Tree | undefined): readonly Tree[] =>
  (list?.children ?? []).map((item) => (item.kind === 'SeparatedElement' ? child(item, 0) : item));

/** The arguments of a call. */
export const argumentsOf = (call: Tree): readonly Tree[] => elements(childOf(child(call, 1), 'List'));

/** All tokens below a tree, joined: for literals and names. */
export const textOf = (tree: Tree): string =>
  tree.children.length === 0 ? tree.text : tree.children.map(textOf).join('');

export const typeOf = (tree: Tree): string => tree.type ?? 'unknown';
