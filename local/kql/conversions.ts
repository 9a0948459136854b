import { unsupported, type Scope } from './compile.ts';
import { text, type Family } from './function-family.ts';
import type { Tree } from './language.ts';
import { fitsLong, formatDatetime, formatTimespan, long, parseDatetime, toJson, type Value } from './values.ts';

/** Text of a value as `tostring` writes it. Reals are refused: how the service writes them is not established. */
function texter(type: string, call: Tree, scope: Scope): (value: Value) => string {
  switch (type) {
    case 'string':
      return (value) => value as string;
    case 'long':
    case 'int':
      return (value) => (typeof value === 'number' || typeof value === 'bigint' ? String(value) : '');
    case 'bool':
      return (value) => (value === null ? '' : value === true ? 'True' : 'False');
    case 'datetime':
      return (value) => (value === null ? '' : formatDatetime(value as bigint));
    case 'timespan':
      return (value) => (value === null ? '' : formatTimespan(value as bigint));
    case 'dynamic':
      return (value) =>
        value === null
          ? ''
          : typeof value === 'string'
            ? value
            : typeof value === 'boolean'
              ? String(value)
              : toJson(value);
    default:
      throw unsupported(call, `tostring() of ${type}`, scope);
  }
}

/** What cannot be converted is null. */
const integer =
  (name: string, fits: (value: bigint) => boolean): Family =>
  ([type = ''], call, scope) => {
    const checked = (value: bigint): Value => (fits(value) ? long(value) : null);
    if (type === 'long' || type === 'int')
      return ([value = null]) => (value === null ? null : checked(BigInt(value as number | bigint)));
    if (type !== 'string') throw unsupported(call, `${name}() of ${type}`, scope);
    return ([value]) => (/^-?\d{1,19}$/.test(text(value)) ? checked(BigInt(text(value))) : null);
  };

/** Functions from one type to another. */
export const CONVERSIONS: Readonly<Record<string, Family>> = {
  tostring: ([type = ''], call, scope) => {
    const write = texter(type, call, scope);
    return ([value = null]) => write(value);
  },
  strcat: (types, call, scope) => {
    const writers = types.map((type) => texter(type, call, scope));
    return (args) => args.map((arg, i) => writers[i]?.(arg) ?? '').join('');
  },
  todatetime: (types, call, scope) => {
    if (types[0] === 'datetime') return ([value = null]) => value;
    if (types[0] !== 'string') throw unsupported(call, `todatetime() of ${types[0] ?? ''}`, scope);
    return ([value]) => parseDatetime(text(value));
  },
  tolong: integer('tolong', fitsLong),
  toint: integer('toint', (value) => BigInt.asIntN(32, value) === value),
};
