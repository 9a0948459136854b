import { unsupported, type Scope } from '../compile.ts';
import type { Tree } from '../language.ts';
import { toDynamic, type Value } from '../values.ts';
import { alike, isEmpty, type Family } from './family.ts';

/** A choice between dynamics and other values is a dynamic. */
const mixes = (types: readonly string[], call: Tree, scope: Scope): boolean => {
  if (alike(types)) return false;
  if (types.includes('dynamic')) return true;
  throw unsupported(call, `a choice between ${types.join(', ')}`, scope);
};

/** `case(predicate, value, …, otherwise)`; `iff` is one of three. */
const caseOf: Family = (types, call, scope) => {
  const values = types.filter((_type, i) => i % 2 === 1 || i === types.length - 1);
  const packs = mixes(values, call, scope);
  const value = (args: readonly Value[], at: number): Value =>
    packs ? (toDynamic(args[at] ?? null, types[at] ?? '') as Value) : (args[at] ?? null);
  return (args) => {
    for (let i = 0; i + 1 < args.length; i += 2) if (args[i] === true) return value(args, i + 1);
    return value(args, args.length - 1);
  };
};

export const CONDITIONS: Readonly<Record<string, Family>> = {
  case: caseOf,
  coalesce: (types, call, scope) => {
    const packs = mixes(types, call, scope);
    return (args) => {
      const at = args.findIndex((arg) => !isEmpty(arg));
      const found = args.at(at) ?? null;
      return packs ? (toDynamic(found, types.at(at) ?? '') as Value) : found;
    };
  },
  iff: caseOf,
  iif: caseOf,
  isempty:
    () =>
    ([value]) =>
      isEmpty(value),
  isnotempty:
    () =>
    ([value]) =>
      !isEmpty(value),
  isnotnull:
    () =>
    ([value]) =>
      value !== null,
  isnull:
    () =>
    ([value]) =>
      value === null,
  not: (types, call, scope) => {
    if (!['bool', 'long', 'int'].includes(types[0] ?? '')) throw unsupported(call, `not() of ${types[0] ?? ''}`, scope);
    return ([value = null]) => (value === null ? null : value === false || value === 0);
  },
  notempty:
    () =>
    ([value]) =>
      !isEmpty(value),
  notnull:
    () =>
    ([value]) =>
      value !== null,
};
