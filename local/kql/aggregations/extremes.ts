import { missing } from '../compile.ts';
import { compare, type Value } from '../values.ts';
import type { AggregateFamily } from './gathering.ts';

/** The least or greatest value that is not null; of no texts the empty one. */
const extreme =
  (better: (order: number) => boolean): AggregateFamily =>
  ([of], [type = ''], refuse) => {
    if (!of || type === 'dynamic' || type === 'bool' || type === 'guid') return undefined;
    return () => {
      let best: Value = null;
      return {
        add(row, env) {
          const value = of(row, env);
          if (value === null) return;
          if (Number.isNaN(value)) throw refuse('the extreme of NaN');
          if (best === null || better(compare(value, best))) best = value;
        },
        result: () => best ?? missing(type),
      };
    };
  };

export const min = extreme((order) => order < 0);
export const max = extreme((order) => order > 0);

/** One of the values, if one is there that says something. */
export const takeAny: AggregateFamily = ([of, ...others], [type = '']) => {
  if (!of || others.length > 0) return undefined;
  return () => {
    let found: Value = missing(type);
    return {
      add(row, env) {
        if (found === null || found === '') found = of(row, env) ?? found;
      },
      result: () => found,
    };
  };
};
