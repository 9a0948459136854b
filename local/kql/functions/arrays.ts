import { dynamicText, isArray, isNumericKind, kindOf, numberIn } from '../dynamics.ts';
import { compare, dynamicReal, long, toDynamic, type Value } from '../values.ts';
import { elementKey } from './sets.ts';
import { takes, text, type Act, type Family } from './family.ts';

type List = readonly unknown[];

/** A function of an array; null for what is none. */
const ofArray = (
  parameters: string,
  act: (list: List, args: readonly Value[], refuse: (what: string) => Error) => Value | undefined,
): Family => takes(parameters, ([list, ...rest], refuse) => (isArray(list) ? act(list, rest, refuse) : null));

const mod = (n: number, by: number): number => (by === 0 ? 0 : ((n % by) + by) % by);

const rotate = (direction: number): Family =>
  ofArray('dynamic long', (list, [by]) => {
    const from = mod(direction * Number(by), list.length);
    return [...list.slice(from), ...list.slice(0, from)];
  });

const shift = (direction: number): Family =>
  ofArray('dynamic long scalar?', (list, [by, fill = null]) => {
    const from = direction * Number(by);
    return list.map((_element, i) => (i + from >= 0 && i + from < list.length ? list[i + from] : fill));
  });

/** Places from the end are negative; both ends are part of it. */
const slice = ofArray('dynamic long long', (list, [from, to]) => {
  const at = (place: Value | undefined): number => (Number(place) < 0 ? Number(place) + list.length : Number(place));
  return list.slice(Math.max(0, at(from)), Math.max(0, at(to) + 1));
});

const split = ofArray('dynamic scalar', (list, [places], refuse) => {
  const given = isArray(places) ? places : [places];
  if (!given.every((place) => kindOf(place) === 'long')) throw refuse('places that are no numbers');
  const at = given.map((place) => (Number(place) < 0 ? Number(place) + list.length : Number(place)));
  if (at.some((place, i) => place < (at[i - 1] ?? 0) || place > list.length))
    throw refuse('places out of order or range');
  return [0, ...at].map((from, i) => list.slice(from, at[i] ?? list.length));
});

const sum = ofArray('dynamic', (list, _args, refuse) => {
  const kinds = list.map(kindOf);
  if (list.length === 0) throw refuse('the sum of no elements');
  if (!kinds.every(isNumericKind))
    return kinds.includes('string') || kinds.includes('array') || kinds.includes('bag') ? null : undefined;
  return list.reduce<number>((all, element) => all + Number(numberIn(element)), 0);
});

/** The place of a value; -1 where there is none. */
const indexOf: Family = (types, call, scope) =>
  ofArray(
    'dynamic scalar long? long? long?',
    (list, [wanted = null, from = 0, length = -1, occurrence = 1], refuse) => {
      if (Number(occurrence) < 1 || Number(length) < -1) throw refuse('this search of an array');
      const start = Number(from) < 0 ? Math.max(0, Number(from) + list.length) : Number(from);
      const end = Number(length) === -1 ? list.length : Math.min(list.length, start + Number(length));
      const key = elementKey(toDynamic(wanted, types[1] ?? ''));
      let left = Number(occurrence);
      for (let at = start; at < end; at += 1) {
        if (elementKey(list[at]) === key) left -= 1;
        if (left === 0) return at;
      }
      return -1;
    },
  )(types, call, scope);

/** Numbers before texts; what else there is has no order that is established. */
function ordered(
  list: List,
  direction: number,
  nullsLast: boolean,
  refuse: (what: string) => Error,
): readonly number[] {
  const kinds = new Set(list.map(kindOf).filter((kind) => kind !== 'null'));
  if (kinds.has('bag') || kinds.has('array') || kinds.has('bool')) throw refuse('an order of such elements');
  if (kinds.has('string') && (kinds.has('long') || kinds.has('real'))) throw refuse('an order of texts and numbers');
  const value = (i: number): Value => {
    const element = list[i];
    return isNumericKind(kindOf(element)) ? numberIn(element) : ((element ?? null) as Value);
  };
  return list
    .map((_element, i) => i)
    .sort((a, b) => {
      const [left, right] = [value(a), value(b)];
      if (left === null || right === null)
        return (Number(left === null) - Number(right === null)) * (nullsLast ? 1 : -1);
      return compare(left, right) * direction;
    });
}

/** The first array is sorted, the others follow it; several give an array of arrays. */
const sort =
  (direction: number): Family =>
  (types, call, scope) => {
    const withNulls = types.at(-1) === 'bool';
    const arrays = withNulls ? types.length - 1 : types.length;
    return takes('scalar*', (args, refuse) => {
      const lists = args.slice(0, arrays);
      const [first] = lists;
      if (!isArray(first)) return arrays === 1 ? null : undefined;
      const places = ordered(first, direction, !withNulls || args.at(-1) === true, refuse);
      const sorted = lists.map((list) =>
        isArray(list) && list.length === first.length ? places.map((at) => list[at]) : null,
      );
      return arrays === 1 ? (sorted[0] ?? null) : sorted;
    })(types, call, scope);
  };

const concat: Act = (args, refuse) => {
  if (args.every((arg) => isArray(arg) || arg === null)) return args.flatMap((arg) => (isArray(arg) ? arg : []));
  throw refuse('a concatenation of what is no array');
};

const zip: Act = (args, refuse) => {
  const lists = args.map((arg) => {
    if (isArray(arg)) return arg;
    throw refuse('zip() of what is no array');
  });
  const length = Math.max(...lists.map((list) => list.length));
  return Array.from({ length }, (_, i) => lists.map((list) => list[i] ?? null));
};

/** `array_iff(conditions, yes, no)`; each of the two may be one value for all. */
const choose = takes('dynamic scalar scalar', ([conditions, yes = null, no = null], refuse) => {
  if (!isArray(conditions)) throw refuse('conditions that are no array');
  return conditions.map((condition: unknown, i) => {
    const kind = kindOf(condition);
    if (kind !== 'bool' && !isNumericKind(kind) && kind !== 'null') throw refuse('a condition that is no bool');
    if (kind === 'null') return null;
    const side = condition !== false && !(isNumericKind(kind) && Number(numberIn(condition)) === 0) ? yes : no;
    return isArray(side) ? (side[i] ?? null) : side;
  });
});

const MOST = 1_048_576;

/** An array from one number, instant or length to another, which is part of it. */
const range: Family = (types, call, scope) => {
  const isTime = types[0] === 'datetime' || types[0] === 'timespan';
  return takes(isTime ? `${types[0] ?? ''} ${types[0] ?? ''} timespan?` : 'number number number?', (args, refuse) => {
    if (isTime && args.length < 3) throw refuse('a range without a step');
    const [from = 0, to = 0, by = 1] = args;
    const real = types.includes('real');
    const result: unknown[] = [];
    if (Number(by) === 0) throw refuse('a range by steps of nothing');
    for (let n = 0; result.length <= MOST; n += 1) {
      const at = real ? Number(from) + n * Number(by) : BigInt(from as number) + BigInt(n) * BigInt(by as number);
      if (Number(by) > 0 ? at > (to as bigint) : at < (to as bigint)) return result;
      result.push(real ? dynamicReal(Number(at)) : isTime ? toDynamic(at, types[0] ?? '') : long(at as bigint));
    }
    throw refuse('a range of more than 1,048,576 elements');
  })(types, call, scope);
};

const packArray: Family = (types, call, scope) => {
  return takes('scalar*', (args) => args.map((arg, i) => toDynamic(arg, types[i] ?? '')))(types, call, scope);
};

const strcatArray = takes('scalar string', ([list = null, by], refuse) => {
  // What is no array is written as a whole.
  return (isArray(list) ? list : [list])
    .map((element) => {
      const written = dynamicText(element);
      if (written === undefined) throw refuse('the text of such an element');
      return written;
    })
    .join(text(by));
});

/** Functions of arrays. */
export const ARRAYS: Readonly<Record<string, Family>> = {
  array_concat: takes('dynamic*', concat),
  array_iff: choose,
  array_iif: choose,
  array_index_of: indexOf,
  array_length: ofArray('dynamic', (list) => list.length),
  array_reverse: ofArray('dynamic', (list) => [...list].reverse()),
  array_rotate_left: rotate(1),
  array_rotate_right: rotate(-1),
  array_shift_left: shift(1),
  array_shift_right: shift(-1),
  array_slice: slice,
  array_sort_asc: sort(1),
  array_sort_desc: sort(-1),
  array_split: split,
  array_sum: sum,
  pack_array: packArray,
  range,
  repeat: (types, call, scope) =>
    takes('scalar long', ([value = null, times]) =>
      Number(times) < 0 ? null : Array.from({ length: Number(times) }, () => toDynamic(value, types[0] ?? '')),
    )(types, call, scope),
  strcat_array: strcatArray,
  zip: takes('dynamic*', zip),
};
