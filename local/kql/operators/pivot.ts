import { aggregate } from '../aggregations/aggregation.ts';
import type { Gathering } from '../aggregations/gathering.ts';
import { argumentsOf, childOf, textOf, typeOf, unsupported, type Row } from '../compile.ts';
import type { Column } from '../language.ts';
import { texter } from '../texts.ts';
import { keyOfAll, type Value } from '../values.ts';
import type { PipeOperator } from './operator.ts';

/** Turns the values of one column into columns, each with an aggregation over the rows that have it. */
export const pivot: PipeOperator = (tree, source, scope) => {
  const call = childOf(tree, 'FunctionCallExpression');
  if (!call || childOf(tree, 'EvaluateSchemaClause')) throw unsupported(tree, 'pivot with a schema', scope);
  const [turned, ...rest] = argumentsOf(call);
  const turnedAt = scope.columns.findIndex(({ name }) => name === turned?.refersTo);
  if (!turned || turnedAt < 0) throw unsupported(call, 'this form of pivot', scope);
  const [aggregation, ...named] = rest[0]?.kind === 'NameReference' ? [undefined, ...rest] : rest;
  const aggregated = aggregation ? aggregate(aggregation, scope) : { width: 1, make: counter };
  // Undefined where a group without rows has no value that is established.
  const empty: Value | undefined =
    !aggregation || ['count', 'sum'].includes(aggregation.refersTo ?? '') ? 0 : undefined;
  const used = new Set(aggregation ? columnsIn(aggregation, scope.columns) : []);
  const keptAt =
    named.length > 0
      ? named.map((tree) => scope.columns.findIndex(({ name }) => name === tree?.refersTo))
      : scope.columns.flatMap(({ name }, at) => (at === turnedAt || used.has(name) ? [] : [at]));
  if (keptAt.includes(-1) || aggregated.width !== 1) throw unsupported(call, 'this form of pivot', scope);
  const kept = keptAt.flatMap((at) => scope.columns[at] ?? []);
  if (kept.some(({ type }) => type === 'dynamic')) throw unsupported(call, 'pivot by dynamic values', scope);
  const write = texter(typeOf(turned), turned, scope);
  const type = aggregation ? typeOf(aggregation) : 'long';
  return {
    columns: kept,
    open: true,
    run(env) {
      const names: string[] = [];
      const groups = new Map<string, { readonly key: Row; readonly cells: Map<string, Gathering> }>();
      for (const row of source.run(env).rows) {
        const key = keptAt.map((at) => row[at] ?? null);
        const id = keyOfAll(key);
        const group = groups.get(id) ?? { key, cells: new Map<string, Gathering>() };
        groups.set(id, group);
        const value = row[turnedAt] ?? null;
        const name = write(value);
        if (name === '') throw unsupported(turned, 'a column without a name', scope);
        if (!names.includes(name)) names.push(name);
        const cell = group.cells.get(name) ?? aggregated.make();
        group.cells.set(name, cell);
        cell.add(row, env);
      }
      const clash = names.find((name) => kept.some((column) => column.name === name));
      if (clash !== undefined) throw unsupported(turned, `the column ${clash} twice`, scope);
      const columns: Column[] = [...kept, ...names.map((name) => ({ name, type }))];
      const rows = [...groups.values()].map(({ key, cells }): Row => [
        ...key,
        ...names.map((name): Value => {
          const cell = cells.get(name);
          if (cell) return cell.results(env)[0] ?? null;
          if (empty === undefined)
            throw unsupported(call, `${textOf(aggregation ?? call)} of no rows in a pivot`, scope);
          return empty;
        }),
      ]);
      return { columns, rows };
    },
  };
};

const counter = () => {
  let count = 0;
  return {
    add: () => {
      count += 1;
    },
    results: () => [count],
  };
};

const columnsIn = (tree: Parameters<PipeOperator>[0], columns: readonly Column[]): readonly string[] =>
  tree.kind === 'NameReference' && columns.some(({ name }) => name === tree.refersTo)
    ? [tree.refersTo ?? '']
    : tree.children.flatMap((part) => columnsIn(part, columns));
