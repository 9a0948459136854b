import { child, textOf, typeOf, unsupported, type Environment, type Row, type Scope } from '../compile.ts';
import type { Tree } from '../language.ts';
import { compare, type Value } from '../values.ts';

/** Orders rows by expressions with `asc`, `desc` (the default) and `nulls first|last`; rows that tie keep their order. */
export function sorter(
  items: readonly Tree[],
  scope: Scope,
): (rows: readonly Row[], env: Environment) => readonly Row[] {
  const keys = items.map((item) => {
    const ordered = item.kind === 'OrderedExpression';
    const expression = ordered ? child(item, 0) : item;
    const words = ordered ? textOf(child(item, 1)) : '';
    if (typeOf(expression) === 'dynamic') throw unsupported(item, 'an order of dynamic values', scope);
    const ascending = words.startsWith('asc');
    // Nulls come first when ascending and last when descending, unless said otherwise.
    const nullsFirst = /nullsfirst/.test(words) || (ascending && !/nullslast/.test(words));
    return {
      value: scope.compile.scalar(expression, scope),
      direction: ascending ? 1 : -1,
      nulls: nullsFirst ? -1 : 1,
    };
  });
  return (rows, env) => {
    const keyed = rows.map((row) => ({ row, values: keys.map(({ value }) => value(row, env)) }));
    keyed.sort((a, b) => {
      for (const [i, { direction, nulls }] of keys.entries()) {
        const order = inOrder(a.values[i] ?? null, b.values[i] ?? null, direction, nulls);
        if (order !== 0) return order;
      }
      return 0;
    });
    return keyed.map(({ row }) => row);
  };
}

/** Null outermost, then NaN, then what has an order ("Using special floating-point values" of the sort operator). */
const strangeness = (value: Value): number => (value === null ? 2 : Number.isNaN(value) ? 1 : 0);

function inOrder(a: Value, b: Value, direction: number, nulls: number): number {
  const [left, right] = [strangeness(a), strangeness(b)];
  return left + right > 0 ? (left - right) * nulls : compare(a, b) * direction;
}
