import { isArray, isBag, isNumericKind, kindOf, numberIn } from '../dynamics.ts';
import { keyOf, toDynamic, type Value } from '../values.ts';
import { takes, type Family } from './family.ts';

type List = readonly unknown[];

/** Equal elements have equal keys, whole reals and longs alike. */
export const elementKey = (element: unknown): string => {
  const kind = kindOf(element);
  return isNumericKind(kind) ? keyOf(numberIn(element)) : keyOf((element ?? null) as Value);
};

/** Sets keep the order in which their elements come first. */
function distinct(lists: readonly List[]): readonly unknown[] {
  const seen = new Map<string, unknown>();
  for (const list of lists)
    for (const element of list) if (!seen.has(elementKey(element))) seen.set(elementKey(element), element);
  return [...seen.values()];
}

const setOf =
  (combine: (lists: readonly List[]) => readonly unknown[]): Family =>
  (types, call, scope) =>
    takes('dynamic*', (args, refuse) =>
      combine(
        args.map((arg) => {
          if (isArray(arg)) return arg;
          throw refuse('a set that is no array');
        }),
      ),
    )(types, call, scope);

const keysOf = (list: List | undefined): ReadonlySet<string> => new Set((list ?? []).map(elementKey));

const hasElement: Family = (types, call, scope) =>
  takes('dynamic scalar', ([list, wanted = null], refuse) => {
    if (!isArray(list)) throw refuse('a set that is no array');
    if (isBag(wanted) || isArray(wanted)) throw refuse('a set in a set');
    return keysOf(list).has(elementKey(toDynamic(wanted, types[1] ?? '')));
  })(types, call, scope);

/** Functions of arrays as sets. */
export const SETS: Readonly<Record<string, Family>> = {
  // The share of the elements of both sets that is in each.
  jaccard_index: takes('dynamic dynamic', ([a, b], refuse) => {
    if (!isArray(a) || !isArray(b)) throw refuse('a set that is no array');
    const [left, right] = [keysOf(a), keysOf(b)];
    const both = [...left].filter((key) => right.has(key)).length;
    if (left.size + right.size === 0) throw refuse('the likeness of empty sets');
    return both / (left.size + right.size - both);
  }),
  set_difference: setOf(([first = [], ...rest]) => {
    const others = keysOf(rest.flat());
    return distinct([first]).filter((element) => !others.has(elementKey(element)));
  }),
  set_equals: takes('dynamic dynamic', ([a, b], refuse) => {
    if (!isArray(a) || !isArray(b)) throw refuse('a set that is no array');
    const [left, right] = [keysOf(a), keysOf(b)];
    return left.size === right.size && [...left].every((key) => right.has(key));
  }),
  set_has_element: hasElement,
  set_intersect: setOf(([first = [], ...rest]) => {
    const others = rest.map(keysOf);
    return distinct([first]).filter((element) => others.every((other) => other.has(elementKey(element))));
  }),
  set_union: setOf(distinct),
};
