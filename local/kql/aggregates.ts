import type { Environment, Row, Scalar } from './compile.ts';
import { compare, keyOf, long, toDynamic, type Value } from './values.ts';

/** Gathers the rows of one group into one value. */
export interface Aggregating {
  add(row: Row, env: Environment): void;
  result(): Value;
}
export type Aggregate = () => Aggregating;
/** Undefined: this engine does not know the aggregation for these types. */
type Family = (args: readonly Scalar[], types: readonly string[]) => Aggregate | undefined;

const DEFAULT_SET_SIZE = 1_048_576;

const counting =
  (test: (row: Row, env: Environment) => boolean): Aggregate =>
  () => {
    let count = 0;
    return {
      add: (row, env) => {
        if (test(row, env)) count += 1;
      },
      result: () => count,
    };
  };

/** The least or greatest value that is not null; of no texts the empty one. */
const extreme =
  (better: (order: number) => boolean): Family =>
  ([of], [type = '']) => {
    if (!of || type === 'dynamic' || type === 'bool') return undefined;
    return () => {
      let best: Value = null;
      return {
        add(row, env) {
          const value = of(row, env);
          if (value !== null && (best === null || better(compare(value, best)))) best = value;
        },
        result: () => best ?? (type === 'string' ? '' : null),
      };
    };
  };

const collect =
  (distinct: boolean): Family =>
  ([of, size], [type = '']) => {
    // A set of dynamics flattens them by rules that are not established here.
    if (!of || type === 'dynamic') return undefined;
    return () => {
      const values: unknown[] = [];
      const seen = new Set<string>();
      return {
        add(row, env) {
          const value = of(row, env);
          const limit = size ? Number(size(row, env)) : DEFAULT_SET_SIZE;
          if (value === null || values.length >= limit) return;
          if (distinct) {
            const key = keyOf(value);
            if (seen.has(key)) return;
            seen.add(key);
          }
          values.push(toDynamic(value, type));
        },
        result: () => values,
      };
    };
  };

const sum: Family = ([of], [type = '']) => {
  if (!of || !['long', 'int', 'real', 'timespan'].includes(type)) return undefined;
  return () => {
    let whole = 0n;
    let real = 0;
    return {
      add(row, env) {
        const value = of(row, env);
        if (value === null) return;
        if (type === 'real') real += Number(value);
        else whole += BigInt(value as number | bigint);
      },
      result: () => (type === 'real' ? real : type === 'timespan' ? whole : long(whole)),
    };
  };
};

const average: Family = ([of], [type = '']) => {
  if (!of || !['long', 'int', 'real'].includes(type)) return undefined;
  return () => {
    let total = 0;
    let count = 0;
    return {
      add(row, env) {
        const value = of(row, env);
        if (value === null) return;
        total += Number(value);
        count += 1;
      },
      // Of nothing it is NaN, by dividing by zero.
      result: () => total / count,
    };
  };
};

/** Exact here; the service estimates. */
const distinctCount: Family = ([of], _types) =>
  of &&
  (() => {
    const seen = new Set<string>();
    return {
      add(row, env) {
        const value = of(row, env);
        if (value !== null) seen.add(keyOf(value));
      },
      result: () => seen.size,
    };
  });

const takeAny: Family = (args, [type = '']) => {
  const [of] = args;
  if (!of || args.length > 1) return undefined;
  return () => {
    let found: Value = null;
    return {
      add(row, env) {
        found ??= of(row, env);
      },
      result: () => found ?? (type === 'string' ? '' : null),
    };
  };
};

export const AGGREGATES: Readonly<Record<string, Family>> = {
  count: () => counting(() => true),
  countif: ([test]) => test && counting((row, env) => test(row, env) === true),
  min: extreme((order) => order < 0),
  max: extreme((order) => order > 0),
  make_set: collect(true),
  make_list: collect(false),
  sum,
  avg: average,
  dcount: distinctCount,
  take_any: takeAny,
  any: takeAny,
};
