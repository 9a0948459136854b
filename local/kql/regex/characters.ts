/** Sets of characters of KQL's regular expressions, written as JavaScript's with the flag `v`, which knows the same algebra. */

export interface Characters {
  /** A set or a single character, as JavaScript writes it. */
  readonly source: string;
  readonly ignoreCase: boolean;
}
type Unknown = (what: string) => Error;
/** The set at the start of a pattern, and how much of it that takes. */
interface Taken {
  readonly source: string;
  readonly length: number;
}

const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}';
export const WORD_CHARACTER: Characters = { source: `[${WORD}]`, ignoreCase: false };

/** These follow Unicode, not ASCII. */
const CLASSES: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  s: '\\p{White_Space}',
  S: '\\P{White_Space}',
  w: `[${WORD}]`,
  W: `[^${WORD}]`,
};

const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

const CONTROLS: Readonly<Record<string, string>> = { a: '\x07', f: '\f', t: '\t', n: '\n', r: '\r', v: '\v' };

const code = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** An escape at the start of a text: a class, a property or a single character. */
export function charactersOf(text: string, unknown: Unknown): Taken {
  const single = singleEscape(text);
  if (single) return { source: code(single.character), length: single.length };
  const letter = text.charAt(1);
  if (Object.hasOwn(CLASSES, letter)) return { source: CLASSES[letter] ?? '', length: 2 };
  const property = /^\\([pP])(?:\{(\^?)([A-Za-z_]+)\}|([A-Z]))/.exec(text);
  if (property) {
    const negated = (property[1] === 'P') !== (property[2] === '^');
    const source = propertyOf(property[3] ?? property[4] ?? '', negated);
    if (source) return { source, length: property[0].length };
  }
  throw unknown(`"${text.slice(0, 2)}"`);
}

/** A general category or a script, by the name that JavaScript knows it by. */
function propertyOf(name: string, negated: boolean): string | undefined {
  for (const form of [name, `Script=${name}`]) {
    const source = `\\${negated ? 'P' : 'p'}{${form}}`;
    try {
      new RegExp(source, 'v');
      return source;
    } catch {
      // Not a name of this kind; the next is tried.
      continue;
    }
  }
  return undefined;
}

function singleEscape(text: string): { readonly character: string; readonly length: number } | undefined {
  const hex = /^\\(?:x([\dA-Fa-f]{2})|u([\dA-Fa-f]{4})|U([\dA-Fa-f]{8})|[xuU]\{([\dA-Fa-f]{1,6})\})/.exec(text);
  if (hex) {
    const point = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? hex[4] ?? '', 16);
    return point <= 0x10ffff ? { character: String.fromCodePoint(point), length: hex[0].length } : undefined;
  }
  const letter = text.charAt(1);
  if (Object.hasOwn(CONTROLS, letter)) return { character: CONTROLS[letter] ?? '', length: 2 };
  // Any ASCII character but letters, digits, < and > stands for itself.
  return /^[\x20-\x7e]$/.test(letter) && !/[0-9A-Za-z<>]/.test(letter) ? { character: letter, length: 2 } : undefined;
}

/** `[…]` at the start of a text, with ranges, classes, sets in sets, `&&` and `--`. */
export function characterClass(text: string, unknown: Unknown): Taken {
  let at = 1;
  const negated = text.startsWith('^', at);
  if (negated) at += 1;
  /** Operands of `&&` and `--`, each a union. */
  const operands: string[][] = [[]];
  const operators: string[] = [];
  const put = (source: string): void => {
    operands.at(-1)?.push(source);
  };
  let first = true;
  for (;;) {
    if (at >= text.length) throw unknown('a "[" without its end');
    if (text.startsWith(']', at) && !first) break;
    first = false;
    const operator = /^(?:&&|--|~~)/.exec(text.slice(at))?.[0];
    if (operator === '~~') throw unknown('"~~"');
    if (operator) {
      operators.push(operator);
      operands.push([]);
      at += 2;
      continue;
    }
    const posix = /^\[:(\^?)(\w+):\]/.exec(text.slice(at));
    if (posix) {
      const set = POSIX[posix[2] ?? ''];
      if (set === undefined) throw unknown(`"${posix[0]}"`);
      put(`[${posix[1] ?? ''}${set}]`);
      at += posix[0].length;
    } else if (text.startsWith('[', at)) {
      const inner = characterClass(text.slice(at), unknown);
      put(inner.source);
      at += inner.length;
    } else {
      const item = rangeOrSet(text.slice(at), unknown);
      put(item.source);
      at += item.length;
    }
  }
  if (new Set(operators).size > 1 || operands.some((operand) => operand.length === 0))
    throw unknown('this set of characters');
  const sets = operands.map((operand) => `[${operand.join('')}]`);
  const [only = ''] = sets;
  const source = sets.length === 1 ? only : `[${sets.join(operators[0])}]`;
  return { source: negated ? `[^${source}]` : source, length: at + 1 };
}

function rangeOrSet(text: string, unknown: Unknown): Taken {
  const from = singleAt(text);
  if (!from) return charactersOf(text, unknown);
  const range = text.slice(from.length);
  if (!/^-(?![-\]])/.test(range)) return { source: code(from.character), length: from.length };
  const to = singleAt(range.slice(1));
  if (!to || (from.character.codePointAt(0) ?? 0) > (to.character.codePointAt(0) ?? 0))
    throw unknown('this range of characters');
  return { source: `${code(from.character)}-${code(to.character)}`, length: from.length + 1 + to.length };
}

function singleAt(text: string): { readonly character: string; readonly length: number } | undefined {
  if (text.startsWith('\\')) return singleEscape(text);
  const [character = ''] = text;
  return character === '' ? undefined : { character, length: character.length };
}
