import { unsupported } from '../compile.ts';
import { cast, isArray, isBag, kindOf, parsedJson } from '../dynamics.ts';
import { jsonPath, stepInto } from '../json-path.ts';
import { readText } from '../text-values.ts';
import { toDynamic, toJson } from '../values.ts';
import { takes, text, type Act, type Family } from './family.ts';

type Bag = Readonly<Record<string, unknown>>;

/** `bag_pack("a", 1, "b", x)` */
const pack: Family = (types, call, scope) => {
  if (types.length % 2 !== 0) throw unsupported(call, 'a key without a value', scope);
  if (types.some((type, i) => i % 2 === 0 && type !== 'string'))
    throw unsupported(call, 'a key that is no text', scope);
  return (args) => {
    const entries: [string, unknown][] = [];
    for (let i = 0; i < args.length; i += 2)
      entries.push([text(args[i]), toDynamic(args[i + 1] ?? null, types[i + 1] ?? '')]);
    // Of one key the first value counts.
    return Object.fromEntries(entries.filter(([key], at) => entries.findIndex(([other]) => other === key) === at));
  };
};

/** Of a key in several bags the first counts. */
const merge = takes('dynamic*', (args, refuse) => {
  const all: Record<string, unknown> = {};
  for (const bag of args) {
    if (!isBag(bag)) throw refuse('a merge of what is no bag');
    for (const [key, value] of Object.entries(bag)) if (!Object.hasOwn(all, key)) all[key] = value;
  }
  return all;
});

const hasKey: Act = ([bag, key], refuse) => {
  if (!isBag(bag)) throw refuse('a key of what is no bag');
  const path = keyPath(text(key), refuse);
  let at: unknown = bag;
  for (const part of path) {
    if (!isBag(at) || !Object.hasOwn(at, part)) return false;
    at = at[part];
  }
  return true;
};

/** A key, or a path of keys such as `$.a.b`. */
function keyPath(key: string, refuse: (what: string) => Error): readonly string[] {
  if (!key.startsWith('$')) return [key];
  const path = jsonPath(key);
  if (!path || path.length === 0 || path.some((part) => typeof part !== 'string')) throw refuse(`the path ${key}`);
  return path as readonly string[];
}

const removeKeys: Act = ([bag, keys], refuse) => {
  if (!isBag(bag) || !isArray(keys)) throw refuse('these keys of what is no bag');
  const paths = keys.map((key) => {
    if (typeof key !== 'string') throw refuse('a key that is no text');
    return keyPath(key, refuse);
  });
  const without = (from: Bag, [first = '', ...rest]: readonly string[]): Bag => {
    const inner = from[first];
    if (rest.length > 0 && (!Object.hasOwn(from, first) || !isBag(inner))) return from;
    return Object.fromEntries(
      Object.entries(from).flatMap(([key, value]) =>
        key !== first ? [[key, value]] : rest.length > 0 ? [[key, without(value as Bag, rest)]] : [],
      ),
    );
  };
  return paths.reduce(without, bag);
};

const setKey: Family = (types, call, scope) =>
  takes('dynamic string scalar', ([bag, key, value = null], refuse) => {
    if (!isBag(bag)) return null;
    const put = (into: Bag, [first = '', ...rest]: readonly string[]): Bag => {
      if (rest.length === 0) return { ...into, [first]: toDynamic(value, types[2] ?? '') };
      const inner = Object.hasOwn(into, first) ? into[first] : {};
      if (!isBag(inner)) throw refuse('a key in what is no bag');
      return { ...into, [first]: put(inner, rest) };
    };
    return put(bag, keyPath(text(key), refuse));
  })(types, call, scope);

const zip: Act = ([keys, values]) => {
  if (!isArray(keys)) return null;
  const list = isArray(values) ? values : [];
  return Object.fromEntries(
    keys.flatMap((key: unknown, i) => (typeof key === 'string' ? [[key, list[i] ?? null]] : [])),
  );
};

/** Paths to every leaf; of an array the first place stands for all. */
function leaves(value: unknown, path: string): readonly string[] {
  if (isBag(value)) return Object.entries(value).flatMap(([key, inner]) => withInner(inner, `${path}['${key}']`));
  if (isArray(value))
    return [...new Set(value.flatMap((inner) => (isBag(inner) || isArray(inner) ? leaves(inner, `${path}[0]`) : [])))];
  return [];
}
const withInner = (inner: unknown, path: string): readonly string[] =>
  isBag(inner) ? leaves(inner, path) : isArray(inner) ? [path, `${path}[0]`, ...leaves(inner, path)] : [path];

const extractJson: Family = (types, call, scope) => {
  const type = call.type ?? 'string';
  return takes('string string scalar?', ([path, source], refuse) => {
    const steps = jsonPath(text(path));
    if (!steps) throw refuse(`the path ${text(path)}`);
    let at: unknown = parsedJson(text(source));
    if (typeof at === 'string' && !/^\s*"/.test(text(source))) throw refuse('a path into what is no JSON');
    for (const step of steps) at = stepInto(at, step);
    if (kindOf(at) === 'null') return null;
    if (type === 'string') return typeof at === 'string' ? at : toJson(at);
    const result = typeof at === 'string' ? readText(at, type) : cast(at, type);
    if (result === undefined) throw refuse(`this value as ${type}`);
    return result;
  })(types.slice(0, 2), call, scope);
};

/** Functions of bags. */
export const BAGS: Readonly<Record<string, Family>> = {
  bag_has_key: takes('dynamic string', hasKey),
  bag_keys: takes('dynamic', ([bag]) => (isBag(bag) ? Object.keys(bag) : null)),
  bag_merge: merge,
  bag_pack: pack,
  bag_remove_keys: takes('dynamic dynamic', removeKeys),
  bag_set_key: setKey,
  bag_zip: takes('dynamic dynamic', zip),
  dynamic_to_json: takes('dynamic', ([value = null]) => canonical(value)),
  extract_json: extractJson,
  extractjson: extractJson,
  pack,
  pack_dictionary: pack,
  treepath: takes('dynamic', ([value]) => (isBag(value) ? leaves(value, '') : null)),
};

/** JSON with the keys in order. */
function canonical(value: unknown): string {
  if (isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isBag(value)) return toJson(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}
