import { argumentsOf, missing, textOf, typeOf, unsupported, type Environment, type Scope } from '../compile.ts';
import type { Tree } from '../language.ts';
import { literal } from '../literals.ts';
import { texter } from '../texts.ts';
import type { Value } from '../values.ts';

/** A scalar function over evaluated arguments. */
export type ScalarFunction = (args: readonly Value[], env: Environment) => Value | undefined;
/** A function for the static types of its arguments; throws where it does not know them. */
export type Family = (types: readonly string[], call: Tree, scope: Scope) => ScalarFunction;

/** What is done with the values of a call: `refuse` names it where the language reference leaves open what comes of them. */
export type Act = (args: readonly Value[], refuse: (what: string) => Error, env: Environment) => Value | undefined;

const ACCEPTED: Readonly<Record<string, readonly string[]>> = {
  // A function of texts takes other values as `tostring()` writes them.
  string: ['string', 'dynamic', 'long', 'int', 'real', 'datetime', 'timespan', 'guid', 'bool'],
  long: ['long', 'int'],
  number: ['long', 'int', 'real'],
  datetime: ['datetime'],
  timespan: ['timespan'],
  bool: ['bool'],
  dynamic: ['dynamic'],
  scalar: ['string', 'dynamic', 'long', 'int', 'real', 'datetime', 'timespan', 'guid', 'bool'],
};

/**
 * A function that takes parameters such as `string long long?`, or `dynamic*` for any number of them. Of a null it makes
 * null, unless it takes `scalar`s, which it sees as they are.
 */
export const takes =
  (parameters: string, act: Act): Family =>
  (types, call, scope) => {
    const kinds = parameters.split(' ').filter((kind) => kind !== '');
    const last = kinds.at(-1) ?? '';
    const kindAt = (i: number): string => (kinds[i] ?? (last.endsWith('*') ? last : '')).replace(/[?*]$/, '');
    const name = textOf(call.children[0] ?? call);
    for (const [i, type] of types.entries()) {
      if (ACCEPTED[kindAt(i)]?.includes(type) !== true) throw unsupported(call, `${name}() of ${type}`, scope);
    }
    const readers = types.map((type, i) =>
      kindAt(i) === 'string' && type !== 'string' ? texter(type, call, scope) : undefined,
    );
    const strict = types.map((_type, i) => kindAt(i) !== 'scalar' && kindAt(i) !== 'string');
    const refuse = (what: string): Error => unsupported(call, what, scope);
    const plain = readers.every((reader) => reader === undefined);
    const several = types.filter((_type, i) => kindAt(i) === 'dynamic').length > 1;
    const nothing = missing(typeOf(call));
    return (args, env) => {
      for (const [i, arg] of args.entries()) {
        if (arg !== null || strict[i] !== true) continue;
        // Whether it is taken for an empty one is not established.
        if (several && kindAt(i) === 'dynamic') throw refuse(`${name}() of null`);
        return nothing;
      }
      return act(plain ? args : args.map((arg, i) => readers[i]?.(arg) ?? arg), refuse, env);
    };
  };

export const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
export const isEmpty = (value: Value | undefined): boolean => value === null || value === undefined || value === '';

/** All of one type; ints and longs are alike. */
export const alike = (types: readonly string[]): boolean =>
  new Set(types.map((type) => (type === 'int' ? 'long' : type))).size <= 1;

/** The value of an argument that must be a literal, for options; undefined when it is left out. */
export function constantText(call: Tree, at: number, scope: Scope): string | undefined {
  const tree = argumentsOf(call)[at];
  if (!tree) return undefined;
  const value = literal(tree, scope)?.value;
  if (typeof value !== 'string') throw unsupported(tree, 'an option that is no literal', scope);
  return value;
}
