import type { Scalar, Scope } from './compile.ts';
import type { Tree } from './language.ts';
import type { Value } from './values.ts';

export interface Operands {
  readonly left: Scalar;
  readonly right: Scalar;
  /** Their static types. */
  readonly types: readonly [string, string];
  /** The operator in the query, and what it stands in. */
  readonly place: Tree;
  /** Whether they are literals. */
  readonly literals: readonly [boolean, boolean];
  readonly scope: Scope;
}

export type Comparison = (a: Value, b: Value) => boolean | null;
