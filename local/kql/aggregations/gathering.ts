import type { Environment, Row, Scalar, Scope } from '../compile.ts';
import type { Tree } from '../language.ts';
import type { Value } from '../values.ts';

/** Gathers the rows of one group into one value. */
export interface Aggregating {
  add(row: Row, env: Environment): void;
  result(): Value;
}
export type Aggregate = () => Aggregating;

/** An aggregation for arguments of these types. Undefined: this engine does not know it for them. */
export type AggregateFamily = (
  args: readonly Scalar[],
  types: readonly string[],
  refuse: (what: string) => Error,
) => Aggregate | undefined;

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
/** `keys` are the names of the columns that are grouped by. */
export type WideAggregation = (call: Tree, scope: Scope, keys: readonly string[]) => Aggregation;

export const NUMBERS = new Set(['long', 'int', 'real']);

/** Only the rows for which the argument at a place is true; the other arguments are the aggregation's own. */
export const onlyIf =
  (family: AggregateFamily, at: number): AggregateFamily =>
  (args, types, refuse) => {
    const test = args[at];
    const make = family(args.toSpliced(at, 1), types.toSpliced(at, 1), refuse);
    if (!test || !make || types[at] !== 'bool') return undefined;
    return () => {
      const gathering = make();
      return {
        add(row, env) {
          if (test(row, env) === true) gathering.add(row, env);
        },
        result: () => gathering.result(),
      };
    };
  };
