/**
 * The regular expressions of KQL (language reference, "Regex syntax"), read into a tree. Whatever the reference does not
 * define, or this engine does not know, is refused by what it is.
 */
import { characterClass, charactersOf, type Characters } from './characters.ts';

export type Pattern =
  | { readonly kind: 'characters'; readonly characters: Characters }
  | { readonly kind: 'assertion'; readonly name: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly parts: readonly Pattern[] }
  | {
      readonly kind: 'repeat';
      readonly part: Pattern;
      readonly min: number;
      readonly max: number;
      readonly greedy: boolean;
    }
  | { readonly kind: 'group'; readonly part: Pattern; readonly index: number };

export type Assertion = 'start' | 'end' | 'line-start' | 'line-end' | 'boundary' | 'no-boundary';

export interface Syntax {
  readonly pattern: Pattern;
  /** The names of the groups, by their numbers from 1. */
  readonly groups: readonly (string | undefined)[];
}

/** Says what of a pattern is not known. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly U: boolean;
}

const MOST_REPEATS = 1_000;

export function parsePattern(source: string): Syntax {
  const groups: (string | undefined)[] = [];
  let at = 0;
  const rest = (): string => source.slice(at);
  const unknown = (what: string): PatternError =>
    new PatternError(`${what} in the regular expression ${source.slice(0, 60)}`);
  const take = (text: string): boolean => {
    if (!source.startsWith(text, at)) return false;
    at += text.length;
    return true;
  };

  function choice(flags: Flags): { readonly pattern: Pattern; readonly flags: Flags } {
    const parts: Pattern[] = [];
    let current = flags;
    do {
      const sequence: Pattern[] = [];
      while (at < source.length && !source.startsWith('|', at) && !source.startsWith(')', at)) {
        const set = /^\(\?([imsU]*)(?:-([imsU]+))?\)/.exec(rest());
        if (set) {
          at += set[0].length;
          current = changed(current, set[1] ?? '', set[2] ?? '');
        } else sequence.push(repeated(atom(current), current));
      }
      parts.push({ kind: 'sequence', parts: sequence });
    } while (take('|'));
    const [only] = parts;
    return { pattern: only && parts.length === 1 ? only : { kind: 'choice', parts }, flags: current };
  }

  function atom(flags: Flags): Pattern {
    if (take('(')) return group(flags);
    if (take('^')) return { kind: 'assertion', name: flags.m ? 'line-start' : 'start' };
    if (take('$')) return { kind: 'assertion', name: flags.m ? 'line-end' : 'end' };
    if (take('.')) return characters(flags.s ? '[\\s\\S]' : '[^\\n]', flags);
    if (source.startsWith('[', at)) {
      const { source: set, length } = characterClass(rest(), unknown);
      at += length;
      return characters(set, flags);
    }
    if (/^[*+?{}]/.test(rest())) throw unknown(`"${rest().charAt(0)}" where nothing can be repeated`);
    if (source.startsWith('\\', at)) return escape(flags);
    const [character = ''] = rest();
    at += character.length;
    return characters(literalSource(character), flags);
  }

  function escape(flags: Flags): Pattern {
    const named = /^\\(?:A|z|b(?!\{)|B)/.exec(rest())?.[0];
    if (named) {
      at += 2;
      return { kind: 'assertion', name: ASSERTIONS[named] as Assertion };
    }
    const { source: set, length } = charactersOf(rest(), unknown);
    at += length;
    return characters(set, flags);
  }

  function group(flags: Flags): Pattern {
    const head = /^\?(?:P?<([A-Za-z_][\w.]*)>|([imsU]*)(?:-([imsU]+))?:)/.exec(rest());
    if (source.startsWith('?', at) && !head) throw unknown(`"(${rest().slice(0, 3)}"`);
    at += head?.[0].length ?? 0;
    const captures = !head || head[1] !== undefined;
    const index = captures ? groups.push(head?.[1]) : 0;
    const { pattern } = choice(captures ? flags : changed(flags, head[2] ?? '', head[3] ?? ''));
    if (!take(')')) throw unknown('a group without its end');
    return captures ? { kind: 'group', part: pattern, index } : pattern;
  }

  function repeated(part: Pattern, flags: Flags): Pattern {
    const sign = /^(?:[*+?]|\{(\d+)(,(\d*))?\})/.exec(rest());
    if (!sign) return part;
    at += sign[0].length;
    const lazy = take('?');
    if (/^[*+?{]/.test(rest())) throw unknown('a repetition of a repetition');
    const [min, max] = boundsOf(sign);
    if (min > MOST_REPEATS || (max > MOST_REPEATS && max < Infinity) || max < min) throw unknown(`"${sign[0]}"`);
    return { kind: 'repeat', part, min, max, greedy: lazy === flags.U };
  }

  const { pattern } = choice({ i: false, m: false, s: false, U: false });
  if (at < source.length) throw unknown('a ")" too many');
  return { pattern, groups };
}

const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  '\\A': 'start',
  '\\z': 'end',
  '\\b': 'boundary',
  '\\B': 'no-boundary',
};

const changed = (flags: Flags, on: string, off: string): Flags => {
  const is = (flag: keyof Flags): boolean => (flags[flag] || on.includes(flag)) && !off.includes(flag);
  return { i: is('i'), m: is('m'), s: is('s'), U: is('U') };
};

function boundsOf(sign: RegExpExecArray): readonly [number, number] {
  if (sign[0] === '*') return [0, Infinity];
  if (sign[0] === '+') return [1, Infinity];
  if (sign[0] === '?') return [0, 1];
  const min = Number(sign[1]);
  return [min, sign[2] === undefined ? min : sign[3] === '' ? Infinity : Number(sign[3])];
}

const characters = (source: string, flags: Flags): Pattern => ({
  kind: 'characters',
  characters: { source, ignoreCase: flags.i },
});

const literalSource = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
