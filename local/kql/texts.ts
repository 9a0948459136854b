import { unsupported, type Scalar, type Scope } from './compile.ts';
import { dynamicText, realText } from './dynamics.ts';
import type { Tree } from './language.ts';
import { formatDatetime, formatTimespan, shown, type Value } from './values.ts';

/** Text of a value as `tostring` writes it. Of null it is nothing, whatever the type. */
export function texter(type: string, place: Tree, scope: Scope): (value: Value) => string {
  const unclear = (what: string): Error => unsupported(place, `the text of ${what}`, scope);
  switch (type) {
    case 'string':
    case 'guid':
      return (value) => (value ?? '') as string;
    case 'long':
    case 'int':
      return (value) => (value === null ? '' : shown(value));
    case 'real':
      return (value) => (value === null ? '' : (realText(Number(value)) ?? fail(unclear(`the real ${shown(value)}`))));
    case 'datetime':
      return (value) => (value === null ? '' : formatDatetime(value as bigint));
    case 'timespan':
      return (value) => (value === null ? '' : formatTimespan(value as bigint));
    case 'bool':
      // As .NET writes it; inside a dynamic it is written as in JSON.
      return (value) => (value === null ? '' : value === true ? 'True' : 'False');
    case 'dynamic':
      return (value) => dynamicText(value) ?? fail(unclear('this dynamic value'));
    default:
      throw unsupported(place, `the text of ${type}`, scope);
  }
}

const fail = (error: Error): never => {
  throw error;
};

/** A scalar as the text it is, or that a dynamic holds; functions of texts take dynamics so. */
export function textual(
  value: Scalar,
  type: string,
  place: Tree,
  scope: Scope,
): (...args: Parameters<Scalar>) => string {
  if (type !== 'string' && type !== 'dynamic') throw unsupported(place, `${type} as a text`, scope);
  const write = texter(type, place, scope);
  return (row, env) => write(value(row, env));
}
