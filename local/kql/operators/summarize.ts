import { aggregate } from '../aggregations/aggregation.ts';
import type { Gathering } from '../aggregations/gathering.ts';
import { childOf, columnsOf, elements, listed, onlyParameters, typeOf, unsupported, valueOf } from '../compile.ts';
import { keyOf, keyOfAll, type Value } from '../values.ts';
import { step, type PipeOperator } from './operator.ts';

interface Group {
  readonly values: readonly Value[];
  readonly gatherings: readonly Gathering[];
}

export const summarize: PipeOperator = (tree, source, scope) => {
  onlyParameters(tree, [], scope);
  const columns = columnsOf(tree, scope);
  const by = childOf(tree, 'SummarizeByClause');
  const keys = by
    ? elements(childOf(by, 'List')).map((item) => {
        const key = valueOf(item);
        if (typeOf(key) === 'dynamic') throw unsupported(key, 'a group by dynamic values', scope);
        return scope.compile.scalar(key, scope);
      })
    : [];
  const keyNames = columns.slice(0, keys.length).map(({ name }) => name);
  const aggregates = listed(tree).map((item) => aggregate(valueOf(item), scope, keyNames));
  const width = aggregates.reduce((sum, aggregated) => sum + aggregated.width, keys.length);
  if (width !== columns.length) throw unsupported(tree, 'this form of summarize', scope);
  const single = keys.length === 1;
  return step(source, columns, (rows, env) => {
    const groups = new Map<string, Group>();
    const groupOf = (values: readonly Value[]): Group => {
      const key = single ? keyOf(values[0] ?? null) : keyOfAll(values);
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
    return [...groups.values()].map(({ values, gatherings }) => [
      ...values,
      ...gatherings.flatMap((gathering) => gathering.results(env)),
    ]);
  });
};
