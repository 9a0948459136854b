import { textOf, unsupported, type Environment, type Scope } from './compile.ts';
import type { Tree } from './language.ts';
import type { Value } from './values.ts';

/** A scalar function over evaluated arguments; `types` are their static types. */
export type ScalarFunction = (args: readonly Value[], env: Environment) => Value;
/** A function for the static types of its arguments; throws where it does not know them. */
export type Family = (types: readonly string[], call: Tree, scope: Scope) => ScalarFunction;

export const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
export const isEmpty = (value: Value | undefined): boolean => value === null || value === undefined || value === '';

export const always =
  (act: ScalarFunction): Family =>
  () =>
    act;
/** For functions whose overloads differ by type: only the named types of the first argument. */
export const of =
  (types: readonly string[], act: ScalarFunction): Family =>
  ([type = ''], call, scope) => {
    if (types.includes(type)) return act;
    throw unsupported(call, `${textOf(call.children[0] ?? call)}() of ${type}`, scope);
  };
export const orNull =
  (act: (args: readonly Value[]) => Value): ScalarFunction =>
  (args) =>
    args.some((arg) => arg === null) ? null : act(args);
