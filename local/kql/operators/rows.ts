import {
  child,
  columnsOf,
  listed,
  onlyParameters,
  unsupported,
  type Environment,
  type Row,
  type Scalar,
  type Scope,
} from '../compile.ts';
import type { Tree } from '../language.ts';
import { keyOfAll } from '../values.ts';
import { picked } from './columns.ts';
import { step, type PipeOperator } from './operator.ts';
import { sorter } from './sorting.ts';
import { windowed } from './windows.ts';

export const where: PipeOperator = (tree, source, scope) => {
  onlyParameters(tree, [], scope);
  const condition = child(tree, tree.children.length - 1);
  const window = windowed([condition], scope);
  const test = window.scope.compile.scalar(window.trees[0] ?? condition, window.scope);
  if (window.scope === scope)
    return step(source, source.columns, (rows, env) => rows.filter((row) => test(row, env) === true));
  return step(source, source.columns, (rows, env) => {
    const wide = window.widen(rows, env);
    return rows.filter((_row, at) => test(wide[at] ?? [], env) === true);
  });
};

export const distinct: PipeOperator = (tree, source, scope) => {
  onlyParameters(tree, [], scope);
  const columns = columnsOf(tree, scope);
  if (columns.some(({ type }) => type === 'dynamic')) throw unsupported(tree, 'distinct of dynamic values', scope);
  const table = picked(tree, source, scope);
  return step(table, columns, (rows) => {
    const seen = new Set<string>();
    return rows.filter((row) => {
      const key = keyOfAll(row);
      return !seen.has(key) && seen.add(key);
    });
  });
};

export const count: PipeOperator = (tree, source, scope) => {
  onlyParameters(tree, [], scope);
  return step(source, columnsOf(tree, scope), (rows) => [[rows.length]]);
};

/** A number of rows, as `take` and `top` name it. */
function limitOf(tree: Tree, scope: Scope): (env: Environment) => number {
  const limit: Scalar = scope.compile.scalar(tree, { ...scope, columns: [] });
  return (env) => {
    const value = Number(limit([], env) ?? NaN);
    if (value >= 0) return value;
    throw unsupported(tree, 'less than no rows', scope);
  };
}

/** Which rows are taken is not defined; here the first. */
export const take: PipeOperator = (tree, source, scope) => {
  onlyParameters(tree, [], scope);
  const limit = limitOf(child(tree, tree.children.length - 1), scope);
  return step(source, source.columns, (rows, env) => rows.slice(0, limit(env)));
};

export const sort: PipeOperator = (tree, source, scope) => {
  onlyParameters(tree, [], scope);
  const order = sorter(listed(tree), scope);
  return step(source, source.columns, order);
};

export const top: PipeOperator = (tree, source, scope) => {
  onlyParameters(tree, [], scope);
  const byAt = tree.children.findIndex(({ text }) => text === 'by');
  const limit = limitOf(child(tree, byAt - 1), scope);
  const order = sorter([child(tree, byAt + 1)], scope);
  return step(source, source.columns, (rows, env): readonly Row[] => order(rows, env).slice(0, limit(env)));
};

/** The columns of a table as rows, with the names that .NET has for their types. */
export const getSchema: PipeOperator = (tree, source, scope) => {
  const rows = source.columns.map(({ name, type }, at): Row => {
    const dotnet = DOTNET_TYPES[type];
    if (dotnet === undefined) throw unsupported(tree, `the schema of ${type}`, scope);
    return [name, at, dotnet, type];
  });
  return step(source, columnsOf(tree, scope), () => rows);
};

const DOTNET_TYPES: Readonly<Record<string, string>> = {
  bool: 'System.SByte',
  datetime: 'System.DateTime',
  decimal: 'System.Data.SqlTypes.SqlDecimal',
  dynamic: 'System.Object',
  guid: 'System.Guid',
  int: 'System.Int32',
  long: 'System.Int64',
  real: 'System.Double',
  string: 'System.String',
  timespan: 'System.TimeSpan',
};

export const unchanged: PipeOperator = (_tree, source) => source;
