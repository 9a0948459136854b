import { long, type Value } from '../values.ts';
import { NUMBERS, type AggregateFamily } from './gathering.ts';

const MAX_EXACT = Number.MAX_SAFE_INTEGER;

export const sum: AggregateFamily = ([of], [type = '']) => {
  if (!of || !(NUMBERS.has(type) || type === 'timespan')) return undefined;
  return () => {
    let whole = 0n;
    // Added up as numbers as long as these are exact.
    let part = 0;
    return {
      add(row, env) {
        const value = of(row, env);
        if (value === null) return;
        if (typeof value === 'number') {
          const next = part + value;
          if (type !== 'real' && Math.abs(next) > MAX_EXACT) whole += BigInt(value);
          else part = next;
        } else whole += value as bigint;
      },
      result: () => (type === 'real' ? part : type === 'timespan' ? whole : long(whole + BigInt(part))),
    };
  };
};

export const average: AggregateFamily = ([of], [type = '']) => {
  if (!of || !(NUMBERS.has(type) || type === 'timespan')) return undefined;
  return () => {
    let ticks = 0n;
    let total = 0;
    let count = 0;
    return {
      add(row, env) {
        const value = of(row, env);
        if (value === null) return;
        if (type === 'timespan') ticks += value as bigint;
        else total += Number(value);
        count += 1;
      },
      result() {
        if (type === 'timespan') return count === 0 ? null : ticks / BigInt(count);
        // Of nothing it is NaN, by dividing by zero.
        return total / count;
      },
    };
  };
};

/** Of a sample, or of the whole population; `read` makes the result of the variance. */
const spread =
  (population: boolean, read: (variance: number) => number): AggregateFamily =>
  ([of], [type = ''], refuse) => {
    if (!of || !NUMBERS.has(type)) return undefined;
    return () => {
      let count = 0;
      let mean = 0;
      let squares = 0;
      return {
        add(row, env) {
          const value = of(row, env);
          if (value === null) return;
          const number = Number(value);
          count += 1;
          const off = number - mean;
          mean += off / count;
          squares += off * (number - mean);
        },
        result() {
          // Of nothing it is 0, by the defaults of aggregations; of one value as a sample it is not established.
          if (count === 0) return 0;
          if (count === 1 && !population) throw refuse('the spread of a single value');
          return read(squares / (population ? count : count - 1));
        },
      };
    };
  };

export const variance = spread(false, (value) => value);
export const variancep = spread(true, (value) => value);
export const stdev = spread(false, Math.sqrt);
export const stdevp = spread(true, Math.sqrt);

/** The smallest value that so many percent of all do not exceed. Exact here; the service estimates it. */
export function nearestRank(sorted: readonly Value[], percent: number): Value {
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? null;
}
