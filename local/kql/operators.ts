import { aggregate, type Gathering } from './aggregation.ts';
import {
  child,
  childOf,
  elements,
  textOf,
  unsupported,
  type Environment,
  type Row,
  type Scalar,
  type Scope,
  type TableValue,
} from './compile.ts';
import { scalar } from './expressions.ts';
import type { Column, Tree } from './language.ts';
import { sorter } from './sorting.ts';
import { keyOfAll, type Value } from './values.ts';

export type Step = (table: TableValue, env: Environment) => TableValue;
type Compile = (tree: Tree, columns: readonly Column[], scope: Scope) => Step;

/** Compiles what stands behind a `|`. `columns` are the result's, as Microsoft's binder names and types them. */
export function pipeOperator(tree: Tree, columns: readonly Column[], scope: Scope): Step {
  const compile = Object.hasOwn(OPERATORS, tree.kind) ? OPERATORS[tree.kind] : undefined;
  if (!compile)
    throw unsupported(tree, `the operator ${tree.children.find(({ text }) => text !== '')?.text ?? tree.kind}`, scope);
  refuseParameters(tree, scope);
  return compile(tree, columns, scope);
}

function refuseParameters(tree: Tree, scope: Scope): void {
  const parameter = tree.children
    .flatMap((part) => (part.kind === 'List' ? part.children : []))
    .find(({ kind }) => kind === 'NamedParameter');
  if (parameter) throw unsupported(parameter, `the parameter ${textOf(parameter)}`, scope);
}

/** The last list of an operator: its expressions; lists before it are its parameters. */
const listed = (tree: Tree): readonly Tree[] => elements(tree.children.filter(({ kind }) => kind === 'List').at(-1));

const valueOf = (item: Tree): Tree => (item.kind === 'SimpleNamedExpression' ? child(item, 2) : item);

/** Every column of the result is one of the source, by its place. */
const picked: Compile = (tree, columns, scope) => {
  const places = columns.map(({ name }) => scope.columns.findIndex((column) => column.name === name));
  if (places.includes(-1)) throw unsupported(tree, 'this form of the operator', scope);
  return ({ rows }) => ({ columns, rows: rows.map((row) => places.map((at) => row[at] ?? null)) });
};

const where: Compile = (tree, columns, scope) => {
  const test = scalar(child(tree, tree.children.length - 1), scope);
  return ({ rows }, env) => ({ columns, rows: rows.filter((row) => test(row, env) === true) });
};

const extend: Compile = (tree, columns, scope) => {
  const values = listed(tree).map((item) => scalar(valueOf(item), scope));
  const names = listed(tree).map((item) =>
    item.kind === 'SimpleNamedExpression' ? (child(item, 0).refersTo ?? textOf(child(item, 0))) : item.resultName,
  );
  const fresh = freshNames(columns, scope).filter((name) => !names.includes(name));
  const unnamed = names.flatMap((name, i) => (name === '' ? [i] : []));
  if (fresh.length !== unnamed.length) throw unsupported(tree, 'this form of extend', scope);
  for (const [i, at] of unnamed.entries()) names[at] = fresh[i] ?? '';
  // A name that exists is replaced where it stands; the others come at the end.
  const sources = columns.map(({ name }) => ({
    added: names.lastIndexOf(name),
    at: scope.columns.findIndex((column) => column.name === name),
  }));
  if (sources.some(({ added, at }) => added < 0 && at < 0)) throw unsupported(tree, 'this form of extend', scope);
  return ({ rows }, env) => ({
    columns,
    rows: rows.map((row) => {
      const added = values.map((value) => value(row, env));
      return sources.map(({ added: index, at }) => (index >= 0 ? (added[index] ?? null) : (row[at] ?? null)));
    }),
  });
};

/** The new columns, which stand behind the old ones in order. */
function freshNames(columns: readonly Column[], scope: Scope): readonly string[] {
  const old = new Set(scope.columns.map(({ name }) => name));
  return columns.map(({ name }) => name).filter((name) => !old.has(name));
}

const project: Compile = (tree, columns, scope) => {
  const values = listed(tree).map((item) => scalar(valueOf(item), scope));
  if (values.length !== columns.length) throw unsupported(tree, 'this form of project', scope);
  return ({ rows }, env) => ({ columns, rows: rows.map((row) => values.map((value) => value(row, env))) });
};

const rename: Compile = (tree, columns, scope) => {
  if (columns.length !== scope.columns.length) throw unsupported(tree, 'this form of project-rename', scope);
  return ({ rows }) => ({ columns, rows });
};

const summarize: Compile = (tree, columns, scope) => {
  const by = childOf(tree, 'SummarizeByClause');
  const keys = by ? elements(childOf(by, 'List')).map((item) => scalar(valueOf(item), scope)) : [];
  const aggregates = listed(tree).map((item) => aggregate(valueOf(item), scope));
  const width = aggregates.reduce((sum, aggregated) => sum + aggregated.width, keys.length);
  if (width !== columns.length) throw unsupported(tree, 'this form of summarize', scope);
  return ({ rows }, env) => {
    const groups = new Map<string, { readonly values: readonly Value[]; readonly gatherings: readonly Gathering[] }>();
    const groupOf = (values: readonly Value[]) => {
      const key = keyOfAll(values);
      const known = groups.get(key);
      if (known) return known;
      const made = { values, gatherings: aggregates.map(({ make }) => make()) };
      groups.set(key, made);
      return made;
    };
    // Without "by" there is one group, even of no rows.
    if (!by) groupOf([]);
    for (const row of rows) {
      const { gatherings } = groupOf(keys.map((key) => key(row, env)));
      for (const gathering of gatherings) gathering.add(row, env);
    }
    return {
      columns,
      rows: [...groups.values()].map(({ values, gatherings }) => [
        ...values,
        ...gatherings.flatMap((gathering) => gathering.results(env)),
      ]),
    };
  };
};

const distinct: Compile = (tree, columns, scope) => {
  const step = picked(tree, columns, scope);
  return (table, env) => {
    const rows = new Map(step(table, env).rows.map((row) => [keyOfAll(row), row]));
    return { columns, rows: [...rows.values()] };
  };
};

const count: Compile =
  (_tree, columns) =>
  ({ rows }) => ({ columns, rows: [[rows.length]] });

const wholeNumber = (value: Scalar, row: Row, env: Environment): number => Math.max(0, Number(value(row, env) ?? 0));

const take: Compile = (tree, columns, scope) => {
  const limit = scalar(child(tree, tree.children.length - 1), { ...scope, columns: [] });
  return ({ rows }, env) => ({ columns, rows: rows.slice(0, wholeNumber(limit, [], env)) });
};

const sort: Compile = (tree, columns, scope) => {
  const order = sorter(listed(tree), scope);
  return ({ rows }, env) => ({ columns, rows: order(rows, env) });
};

const top: Compile = (tree, columns, scope) => {
  const byAt = tree.children.findIndex(({ text }) => text === 'by');
  const limit = scalar(child(tree, byAt - 1), { ...scope, columns: [] });
  const order = sorter([child(tree, byAt + 1)], scope);
  return ({ rows }, env) => ({ columns, rows: order(rows, env).slice(0, wholeNumber(limit, [], env)) });
};

const unchanged: Compile =
  (_tree, columns) =>
  ({ rows }) => ({ columns, rows });

const OPERATORS: Readonly<Record<string, Compile>> = {
  FilterOperator: where,
  ExtendOperator: extend,
  ProjectOperator: project,
  ProjectAwayOperator: picked,
  ProjectKeepOperator: picked,
  ProjectReorderOperator: picked,
  ProjectRenameOperator: rename,
  SummarizeOperator: summarize,
  DistinctOperator: distinct,
  CountOperator: count,
  TakeOperator: take,
  SortOperator: sort,
  TopOperator: top,
  SerializeOperator: unchanged,
};
