import type { Environment, Row } from '../compile.ts';
import { keyOf } from '../values.ts';
import type { Aggregate, AggregateFamily } from './gathering.ts';

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

/** Rows, whatever is in them. */
export const count: AggregateFamily = () => counting(() => true);

export const countIf: AggregateFamily = ([test]) => test && counting((row, env) => test(row, env) === true);

/** Exact here; of `dcount` the service gives an estimate. */
export const distinctCount: AggregateFamily = ([of], [type = '']) =>
  of && type !== 'dynamic'
    ? () => {
        const seen = new Set<string>();
        return {
          add(row, env) {
            const value = of(row, env);
            if (value !== null) seen.add(keyOf(value));
          },
          result: () => seen.size,
        };
      }
    : undefined;
