import { argumentsOf, missing, textOf, typeOf, unsupported, type Row, type Scalar, type Scope } from '../compile.ts';
import type { Column, Tree } from '../language.ts';
import { compare, type Value } from '../values.ts';
import type { WideAggregation } from './gathering.ts';

/**
 * `arg_max` and `arg_min`: the row whose first argument is greatest or least, that value and the other arguments there.
 * `take_any` of several: any row, here the first. `*` is every column that is not grouped by.
 */
export const rowOfGroup: WideAggregation = (call, scope, keys) => {
  const name = call.refersTo ?? '';
  const args = argumentsOf(call);
  // Of one column the binder tells the type alone.
  const columns = call.columns ?? (call.type === undefined ? [] : [{ name: '', type: call.type }]);
  const direction = name === 'arg_max' || name === 'argmax' ? 1 : -1;
  const refusal = unsupported(call, `the aggregation ${textOf(call).slice(0, 60)}`, scope);
  const [first] = args;
  if (!first || columns.length === 0) throw refusal;
  const isAny = name === 'take_any' || name === 'any';
  if (!isAny && ['dynamic', 'bool', 'guid'].includes(typeOf(first))) throw refusal;
  const by = isAny ? undefined : scope.compile.scalar(first, scope);
  const others = valuesOf(isAny ? args : args.slice(1), isAny ? undefined : first, columns, keys, scope);
  if (!others || others.length + (by ? 1 : 0) !== columns.length) throw refusal;
  return {
    width: columns.length,
    make() {
      let best: Value = null;
      let found: readonly Value[] | undefined;
      return {
        add(row: Row, env) {
          if (!by) {
            found ??= others.map((other) => other(row, env));
            return;
          }
          const value = by(row, env);
          if (Number.isNaN(value)) throw unsupported(call, 'the extreme of NaN', scope);
          // Where all are null, the first row stands for the group.
          const better = value !== null && (best === null || compare(value, best) * direction > 0);
          if (found && !better) return;
          best = value;
          found = [value, ...others.map((other) => other(row, env))];
        },
        results: () => found ?? columns.map(({ type }) => missing(type)),
      };
    },
  };
};

/** The arguments, or for `*` the columns that the binder means by it. */
function valuesOf(
  args: readonly Tree[],
  first: Tree | undefined,
  columns: readonly Column[],
  keys: readonly string[],
  scope: Scope,
): readonly Scalar[] | undefined {
  if (!args.some(({ kind }) => kind === 'StarExpression')) return args.map((arg) => scope.compile.scalar(arg, scope));
  if (args.length > 1) return undefined;
  const wanted = first ? columns.slice(1) : columns;
  const left = scope.columns.flatMap(({ name, type }, at) =>
    keys.includes(name) || (first?.kind === 'NameReference' && first.refersTo === name) ? [] : [{ type, at }],
  );
  if (left.length !== wanted.length || left.some(({ type }, i) => type !== wanted[i]?.type)) return undefined;
  return left.map(
    ({ at }): Scalar =>
      (row) =>
        row[at] ?? null,
  );
}
