import { argumentsOf, textOf, typeOf, unsupported, type Scope } from '../compile.ts';
import type { Column, Tree } from '../language.ts';
import { AGGREGATES } from './aggregates.ts';
import type { Aggregate, Aggregation, WideAggregation } from './gathering.ts';
import { percentiles } from './percentiles.ts';
import { rowOfGroup } from './row-of-group.ts';

/** Aggregations that may give several columns. */
const WIDE: Readonly<Record<string, WideAggregation>> = {
  arg_max: rowOfGroup,
  arg_min: rowOfGroup,
  argmax: rowOfGroup,
  argmin: rowOfGroup,
  percentile: percentiles,
  percentiles: percentiles,
  percentiles_array: percentiles,
};

/** Compiles an aggregation of `summarize`: a call such as `make_set(ReportId)`, or an expression over such calls. */
export function aggregate(tree: Tree, scope: Scope, keys: readonly string[] = []): Aggregation {
  const name = tree.kind === 'FunctionCallExpression' ? (tree.refersTo ?? '') : '';
  if (Object.hasOwn(WIDE, name)) return (WIDE[name] as WideAggregation)(tree, scope, keys);
  const isAny = name === 'take_any' || name === 'any';
  if (isAny && (argumentsOf(tree).length > 1 || argumentsOf(tree)[0]?.kind === 'StarExpression'))
    return rowOfGroup(tree, scope, keys);
  const calls = aggregateCalls(tree);
  if (calls.length === 0) throw refusal(tree, scope);
  const makers = calls.map((call) => single(call, scope));
  // The calls are worked out first; to the expression around them they are columns.
  const columns = calls.map((call, i): Column => ({ name: placeholder(i), type: typeOf(call) }));
  const around = scope.compile.scalar(substituted(tree, calls), { ...scope, columns });
  return {
    width: 1,
    make() {
      const gatherings = makers.map((make) => make());
      const [only] = gatherings;
      return {
        add(row, env) {
          for (const gathering of gatherings) gathering.add(row, env);
        },
        results: (env) => [
          only && tree === calls[0]
            ? only.result()
            : around(
                gatherings.map((gathering) => gathering.result()),
                env,
              ),
        ],
      };
    },
  };
}

const refusal = (tree: Tree, scope: Scope): Error =>
  unsupported(tree, `the aggregation ${textOf(tree).slice(0, 60)}`, scope);

/** No name that a query can write. */
const placeholder = (index: number): string => `\u0000${String(index)}`;

function aggregateCalls(tree: Tree): readonly Tree[] {
  return tree.kind === 'FunctionCallExpression' && Object.hasOwn(AGGREGATES, tree.refersTo ?? '')
    ? [tree]
    : tree.children.flatMap(aggregateCalls);
}

function substituted(tree: Tree, calls: readonly Tree[]): Tree {
  const index = calls.indexOf(tree);
  if (index >= 0) return { ...tree, kind: 'NameReference', refersTo: placeholder(index), children: [] };
  return { ...tree, children: tree.children.map((part) => substituted(part, calls)) };
}

function single(call: Tree, scope: Scope): Aggregate {
  const args = argumentsOf(call);
  const made = AGGREGATES[call.refersTo ?? '']?.(
    args.map((arg) => scope.compile.scalar(arg, scope)),
    args.map(typeOf),
    (what) => unsupported(call, what, scope),
  );
  if (!made) throw refusal(call, scope);
  return made;
}
