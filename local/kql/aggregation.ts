import { AGGREGATES, type Aggregate } from './aggregates.ts';
import { argumentsOf, textOf, typeOf, unsupported, type Environment, type Row, type Scope } from './compile.ts';
import { scalar } from './expressions.ts';
import type { Column, Tree } from './language.ts';
import { compare, type Value } from './values.ts';

/** Gathers the rows of one group into one or more columns. */
export interface Gathering {
  add(row: Row, env: Environment): void;
  results(env: Environment): readonly Value[];
}
export interface Aggregation {
  /** How many columns it gives. */
  readonly width: number;
  readonly make: () => Gathering;
}

/** Compiles an aggregation of `summarize`: a call such as `make_set(ReportId)`, or an expression over such calls. */
export function aggregate(tree: Tree, scope: Scope): Aggregation {
  if (isCallOf(tree, ['arg_max', 'arg_min'])) return extremeRow(tree, scope);
  const calls = aggregateCalls(tree);
  if (calls.length === 0) throw refusal(tree, scope);
  const makers = calls.map((call) => single(call, scope));
  // The calls are worked out first; to the expression around them they are columns.
  const columns = calls.map((call, i): Column => ({ name: placeholder(i), type: typeOf(call) }));
  const around = scalar(substituted(tree, calls), { ...scope, columns });
  return {
    width: 1,
    make() {
      const gatherings = makers.map((make) => make());
      return {
        add(row, env) {
          for (const gathering of gatherings) gathering.add(row, env);
        },
        results: (env) => [
          around(
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

const isCallOf = (tree: Tree, names: readonly string[]): boolean =>
  tree.kind === 'FunctionCallExpression' && names.includes(tree.refersTo ?? '');

/** No name that a query can write. */
const placeholder = (index: number): string => `\u0000${String(index)}`;

function aggregateCalls(tree: Tree): readonly Tree[] {
  return isCallOf(tree, Object.keys(AGGREGATES)) ? [tree] : tree.children.flatMap(aggregateCalls);
}

function substituted(tree: Tree, calls: readonly Tree[]): Tree {
  const index = calls.indexOf(tree);
  if (index >= 0) return { ...tree, kind: 'NameReference', refersTo: placeholder(index), children: [] };
  return { ...tree, children: tree.children.map((part) => substituted(part, calls)) };
}

function single(call: Tree, scope: Scope): Aggregate {
  const args = argumentsOf(call);
  const made = AGGREGATES[call.refersTo ?? '']?.(
    args.map((arg) => scalar(arg, scope)),
    args.map(typeOf),
  );
  if (!made) throw refusal(call, scope);
  return made;
}

/** The row whose first argument is greatest, or least: that value, and the other arguments there; `*` is every column. */
function extremeRow(call: Tree, scope: Scope): Aggregation {
  const [first, ...others] = argumentsOf(call);
  const columns = call.columns ?? [];
  if (!first || ['dynamic', 'bool'].includes(typeOf(first))) throw refusal(call, scope);
  const by = scalar(first, scope);
  const rest = others.some(({ kind }) => kind === 'StarExpression')
    ? columns.slice(1).map(({ name }) => {
        const at = scope.columns.findIndex((column) => column.name === name);
        if (at < 0 || others.length > 1) throw refusal(call, scope);
        return (row: Row): Value => row[at] ?? null;
      })
    : others.map((other) => scalar(other, scope));
  if (rest.length + 1 !== columns.length) throw refusal(call, scope);
  const direction = call.refersTo === 'arg_max' ? 1 : -1;
  return {
    width: columns.length,
    make() {
      let best: Value = null;
      let found: readonly Value[] | undefined;
      return {
        add(row, env) {
          const value = by(row, env);
          // Where all are null, the first row stands for the group.
          const better = value !== null && (best === null || compare(value, best) * direction > 0);
          if (found && !better) return;
          best = value;
          found = [value, ...rest.map((other) => other(row, env))];
        },
        results: () => found ?? columns.map(({ type }) => (type === 'string' ? '' : null)),
      };
    },
  };
}
