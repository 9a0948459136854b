import { argumentsOf, textOf, typeOf, unsupported, type Scope } from '../compile.ts';
import { isArray, numberIn } from '../dynamics.ts';
import type { Tree } from '../language.ts';
import { literal } from '../literals.ts';
import { compare, toDynamic, type Value } from '../values.ts';
import type { WideAggregation } from './gathering.ts';
import { nearestRank } from './numeric.ts';

const TYPES = new Set(['long', 'int', 'real', 'datetime', 'timespan']);

/** `percentile(x, 50)`, `percentiles(x, 5, 95)` and `percentiles_array(x, 5, 95)`. */
export const percentiles: WideAggregation = (call, scope) => {
  const [of, ...ranks] = argumentsOf(call);
  const type = of ? typeOf(of) : '';
  if (!of || !TYPES.has(type)) throw unsupported(call, `the aggregation ${textOf(call).slice(0, 60)}`, scope);
  const value = scope.compile.scalar(of, scope);
  const wanted = ranks.flatMap((rank) => percentsOf(rank, scope));
  const asArray = call.refersTo === 'percentiles_array';
  return {
    width: asArray ? 1 : wanted.length,
    make() {
      const values: Value[] = [];
      return {
        add(row, env) {
          const found = value(row, env);
          if (found !== null) values.push(found);
        },
        results() {
          values.sort(compare);
          const results = wanted.map((percent) => nearestRank(values, percent));
          if (!asArray) return results;
          if (values.length === 0) throw unsupported(call, 'percentiles of nothing as an array', scope);
          return [results.map((result) => toDynamic(result, type))];
        },
      };
    },
  };
};

function percentsOf(tree: Tree, scope: Scope): readonly number[] {
  const value = literal(tree, scope)?.value;
  const percents = (isArray(value) ? value : [value]).map((percent) =>
    typeof percent === 'object' || typeof percent === 'number' ? Number(numberIn(percent)) : NaN,
  );
  if (percents.some((percent) => !(percent >= 0 && percent <= 100))) throw unsupported(tree, 'this percentile', scope);
  return percents;
}
