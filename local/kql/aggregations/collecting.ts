import { isArray, isBag } from '../dynamics.ts';
import { keyOf, toDynamic, toJson, type Value } from '../values.ts';
import type { AggregateFamily } from './gathering.ts';

const MAX_SIZE = 1_048_576;
/** The names that the language has replaced keep fewer. */
export const FORMER_SIZE = 128;

type Put = (value: Value, put: (element: unknown) => void) => void;

const collected =
  (each: Put, distinct: boolean, defaultSize: number): AggregateFamily =>
  ([of, size], [type = '']) => {
    if (!of) return undefined;
    return () => {
      const values: unknown[] = [];
      const seen = new Set<string>();
      let limit = -1;
      const put = (element: unknown): void => {
        if (values.length >= limit) return;
        if (distinct) {
          const key = typeof element === 'string' ? `"${element}` : toJson(element);
          if (seen.has(key)) return;
          seen.add(key);
        }
        values.push(element);
      };
      return {
        add(row, env) {
          const value = of(row, env);
          if (limit < 0) limit = Math.min(MAX_SIZE, size ? Number(size(row, env)) : defaultSize);
          each(type === 'dynamic' ? value : (toDynamic(value, type) as Value), put);
        },
        result: () => values,
      };
    };
  };

const unlessNull: Put = (value, put) => {
  if (value !== null) put(value);
};

/** Elements of arrays stand for themselves in a set. */
const flattened: Put = (value, put) => {
  if (isArray(value)) for (const element of value) unlessNull(element as Value, put);
  else unlessNull(value, put);
};

export const makeSet = (defaultSize = MAX_SIZE): AggregateFamily => collected(flattened, true, defaultSize);
export const makeList = (defaultSize = MAX_SIZE): AggregateFamily => collected(unlessNull, false, defaultSize);
export const makeListWithNulls: AggregateFamily = collected(
  (value, put) => {
    put(value);
  },
  false,
  MAX_SIZE,
);

/** One bag of all bags; what is no bag is left out. Which value a key keeps is not defined; here the first. */
export const makeBag: AggregateFamily = ([of, size], [type], refuse) => {
  if (!of || type !== 'dynamic' || size) return undefined;
  return () => {
    const bag = new Map<string, unknown>();
    let any = false;
    return {
      add(row, env) {
        const value = of(row, env);
        if (!isBag(value)) return;
        any = true;
        for (const [key, inner] of Object.entries(value)) {
          const known = bag.get(key);
          if (known === undefined) bag.set(key, inner);
          else if (keyOf(known as Value) !== keyOf(inner as Value)) throw refuse(`several values for the key ${key}`);
        }
      },
      result() {
        // The reference gives an empty array for it, where a bag is meant.
        if (!any) throw refuse('a bag made of none');
        return Object.fromEntries(bag);
      },
    };
  };
};
