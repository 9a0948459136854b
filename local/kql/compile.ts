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

/** A table that can be worked out, and what `as` has named on the way to it. */
export interface Source {
  readonly columns: readonly Column[];
  readonly run: Tabular;
  readonly named?: ReadonlyMap<string, Source>;
  /** The table of the database that it is, with nothing done to it. */
  readonly table?: string;
  /** Columns beyond these come of the rows. */
  readonly open?: boolean;
  /** Whether its rows have an order that counts. */
  readonly serialized?: boolean;
}

/** A function that the query declares, and what its body may name besides its parameters. */
export interface UserFunction {
  readonly declaration: Tree;
  readonly scope: Scope;
}

/** What a name means: a column of the row at hand, or what an earlier `let` named. */
export interface Scope {
  readonly query: string;
  readonly columns: readonly Column[];
  /** Whether the rows at hand have an order that counts. */
  readonly serialized?: boolean;
  readonly scalars: ReadonlyMap<string, Scalar>;
  /** Those of the scalars that change from row to row: values that the body of a function makes of its parameters. */
  readonly rowScalars?: ReadonlySet<string>;
  readonly tables: ReadonlyMap<string, Source>;
  readonly functions: ReadonlyMap<string, UserFunction>;
  /** The compilers themselves: expressions hold tables, as in `toscalar()`, and tables hold expressions. */
  readonly compile: Compilers;
}

export interface Compilers {
  scalar(tree: Tree, scope: Scope): Scalar;
  /** `piped` is what a sub-query without a source of its own goes on from. */
  table(tree: Tree, scope: Scope, piped?: Source): Source;
}

/** Refuses a query for something this engine does not know, by its name and place. */
export const unsupported = (tree: Tree, what: string, { query }: Pick<Scope, 'query'>): KqlError =>
  new KqlError('unsupported', query, [{ offset: tree.start, message: `${what} is not supported offline` }]);

/** What stands where there is no value: strings have no null. */
export const missing = (type: string | undefined): Value => (type === 'string' ? '' : null);

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

/** `JoinOperator` → `the operator join`, as the author wrote it. */
export const operatorName = (tree: Tree): string => `the operator ${firstToken(tree) ?? tree.kind}`;

const firstToken = (tree: Tree): string | undefined =>
  tree.text === '' ? tree.children.map(firstToken).find((text) => text !== undefined) : tree.text;

export function columnsOf(tree: Tree, scope: Scope): readonly Column[] {
  if (tree.columns) return tree.columns;
  throw unsupported(tree, 'a table whose columns are not known', scope);
}

/** The expression of `name = expression`, or the expression itself. */
export const valueOf = (item: Tree): Tree => (item.kind === 'SimpleNamedExpression' ? child(item, 2) : item);

/** The last list of an operator: its expressions; lists before it are its parameters. */
export const listed = (tree: Tree): readonly Tree[] =>
  elements(tree.children.filter(({ kind }) => kind === 'List').at(-1));

/** `kind=inner` and the like, by name in lower case, with the tree of the value. */
export const parametersOf = (tree: Tree): ReadonlyMap<string, Tree> =>
  new Map(
    tree.children
      .flatMap((part) => (part.kind === 'List' ? part.children : [part]))
      .filter(({ kind }) => kind === 'NamedParameter')
      .map((parameter) => [textOf(child(parameter, 0)).toLowerCase(), child(parameter, 2)]),
  );

/** Refuses every parameter but those named; hints say how to compute, never what comes of it. */
export function onlyParameters(tree: Tree, known: readonly string[], scope: Scope): ReadonlyMap<string, Tree> {
  const parameters = parametersOf(tree);
  for (const [name, value] of parameters) {
    if (!known.includes(name) && !name.startsWith('hint.'))
      throw unsupported(value, `the parameter ${name} of ${operatorName(tree)}`, scope);
  }
  return parameters;
}
