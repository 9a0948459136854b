import { argumentsOf, unsupported, type Scope } from './compile.ts';
import { of, text, type Family } from './function-family.ts';
import type { Tree } from './language.ts';
import { literal } from './literals.ts';

/** What `trim` takes away at an end: one text, or any character of a class. */
type Trimmed = (text: string, fromStart: boolean) => number;

/** One character class such as `\\s` or `[^\\w]`; repeating it changes nothing, since all of them go. */
const CLASS = /^(\\[wWsSdD]|\[\^?(?:[^\\[\]]|\\.)+\])[+*]?$/;
const PLAIN = /^(?:[^\\^$.|?*+()[\]{}]|\\[^A-Za-z0-9])+$/;

/**
 * Reads a pattern of `trim` without ever running it over a whole text, which would let it run away. Undefined for
 * anything but a class or a plain text.
 */
function trimmed(pattern: string): Trimmed | undefined {
  if (PLAIN.test(pattern)) {
    const part = pattern.replace(/\\(.)/gs, '$1');
    return (text, fromStart) => ((fromStart ? text.startsWith(part) : text.endsWith(part)) ? part.length : 0);
  }
  const characters = CLASS.exec(pattern)?.[1];
  if (characters === undefined) return undefined;
  try {
    const first = new RegExp(`^${characters}`, 'u');
    return (text, fromStart) => {
      const point = fromStart ? text.codePointAt(0) : lastPoint(text);
      const character = point === undefined ? '' : String.fromCodePoint(point);
      return first.test(character) ? character.length : 0;
    };
  } catch {
    // A class of another dialect.
    return undefined;
  }
}

const lastPoint = (text: string): number | undefined =>
  /[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(-2))
    ? text.codePointAt(text.length - 2)
    : text.codePointAt(text.length - 1);

const trim =
  (atStart: boolean, atEnd: boolean): Family =>
  (_types, call, scope) => {
    const cut = trimmed(patternOf(call, scope));
    if (!cut) throw unsupported(call, 'trim by this pattern', scope);
    return ([, value]) => {
      let rest = text(value);
      for (let n = atStart ? cut(rest, true) : 0; n > 0; n = cut(rest, true)) rest = rest.slice(n);
      for (let n = atEnd ? cut(rest, false) : 0; n > 0; n = cut(rest, false)) rest = rest.slice(0, -n);
      return rest;
    };
  };

function patternOf(call: Tree, scope: Scope): string {
  const [first] = argumentsOf(call);
  const value = first && literal(first, scope)?.value;
  if (typeof value !== 'string' || value === '') throw unsupported(call, 'trim by a pattern that is no literal', scope);
  return value;
}

/** Functions over text. */
export const TEXT_FUNCTIONS: Readonly<Record<string, Family>> = {
  tolower: of(['string'], ([value]) => text(value).toLowerCase()),
  toupper: of(['string'], ([value]) => text(value).toUpperCase()),
  strlen: of(['string'], ([value]) => [...text(value)].length),
  substring: of(['string'], ([value, from, length]) => {
    const points = [...text(value)];
    const start = Number(from ?? 0) < 0 ? points.length + Number(from) : Number(from ?? 0);
    return points
      .slice(
        Math.max(0, start),
        length === undefined || length === null ? undefined : Math.max(0, start) + Number(length),
      )
      .join('');
  }),
  split: of(['string'], ([value, by, index]) => {
    const parts = text(by) === '' ? [text(value)] : text(value).split(text(by));
    return index === undefined ? parts : index === null ? null : parts.slice(Number(index), Number(index) + 1);
  }),
  trim: trim(true, true),
  trim_start: trim(true, false),
  trim_end: trim(false, true),
};
