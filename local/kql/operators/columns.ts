import {
  child,
  childOf,
  columnsOf,
  listed,
  onlyParameters,
  textOf,
  unsupported,
  valueOf,
  type Row,
  type Scope,
} from '../compile.ts';
import type { Column } from '../language.ts';
import { once } from '../lets.ts';
import type { Value } from '../values.ts';
import { windowed } from './windows.ts';
import { step, type PipeOperator } from './operator.ts';

/** For operators of which every column is one of the source, by its place. */
export const picked: PipeOperator = (tree, source, scope) => {
  onlyParameters(tree, [], scope);
  const columns = columnsOf(tree, scope);
  const places = columns.map(({ name }) => scope.columns.findIndex((column) => column.name === name));
  if (places.includes(-1)) throw unsupported(tree, 'this form of the operator', scope);
  return step(source, columns, (rows) => rows.map((row) => places.map((at) => row[at] ?? null)));
};

/** Also `serialize`, which says that the order of the rows counts and may add columns. */
export const extend: PipeOperator = (tree, source, scope) => {
  onlyParameters(tree, [], scope);
  const columns = columnsOf(tree, scope);
  const items = listed(tree);
  const window = windowed(items.map(valueOf), scope);
  const values = window.trees.map((value) => window.scope.compile.scalar(value, window.scope));
  const names = items.map((item) =>
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
  if (sources.some(({ added, at }) => added < 0 && at < 0) || new Set(names).size < names.length)
    throw unsupported(tree, 'this form of extend', scope);
  return step(source, columns, (rows, env) =>
    window.widen(rows, env).map((row) => {
      const added = values.map((value) => value(row, env));
      return sources.map(({ added: index, at }): Value => (index >= 0 ? added[index] : row[at]) ?? null);
    }),
  );
};

/** The new columns, which stand behind the old ones in order. */
function freshNames(columns: readonly Column[], scope: Scope): readonly string[] {
  const old = new Set(scope.columns.map(({ name }) => name));
  return columns.map(({ name }) => name).filter((name) => !old.has(name));
}

export const project: PipeOperator = (tree, source, scope) => {
  const columns = columnsOf(tree, scope);
  const window = windowed(listed(tree).map(valueOf), scope);
  const values = window.trees.map((value) => window.scope.compile.scalar(value, window.scope));
  if (values.length !== columns.length) throw unsupported(tree, 'this form of project', scope);
  return step(source, columns, (rows, env) =>
    window.widen(rows, env).map((row): Row => values.map((value) => value(row, env))),
  );
};

export const rename: PipeOperator = (tree, source, scope) => {
  const columns = columnsOf(tree, scope);
  if (columns.length !== scope.columns.length) throw unsupported(tree, 'this form of project-rename', scope);
  return step(source, columns, (rows) => rows);
};

/** Names the table at this point, for what follows. */
export const asOperator: PipeOperator = (tree, source, scope) => {
  onlyParameters(tree, [], scope);
  const name = childOf(tree, 'NameDeclaration');
  if (!name) throw unsupported(tree, 'this form of as', scope);
  const table = once(source);
  return { ...table, table: textOf(name), named: new Map([[textOf(name), table]]) };
};
