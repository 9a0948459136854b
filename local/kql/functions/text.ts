import { kindOf } from '../dynamics.ts';
import { has } from '../terms.ts';
import type { Value } from '../values.ts';
import { takes, text, type Act, type Family } from './family.ts';

/** A text as its characters: one beyond 16 bits is one. */
const points = (value: Value | undefined): readonly string[] => [...text(value)];

const substring: Act = ([value, from = 0, length], refuse) => {
  // The service makes null of it in a row and something else of it in a print.
  if (from === null || length === null) throw refuse('a part of a text from or over null');
  const characters = points(value);
  const start = Number(from) < 0 ? characters.length + Number(from) : Number(from);
  // Before the first character there is nothing, not even what follows it.
  if (start < 0) return '';
  return characters.slice(start, length === undefined ? undefined : start + Math.max(0, Number(length))).join('');
};

const split: Act = ([value, by, index], refuse) => {
  if (text(by) === '') throw refuse('a split by nothing');
  const parts = text(value).split(text(by));
  if (index === undefined || index === null) return parts;
  if (Number(index) < 0) throw refuse('a part with a negative number');
  return parts.slice(Number(index), Number(index) + 1);
};

const indexOf: Act = ([value, wanted, from = 0, length = -1, occurrence = 1], refuse) => {
  const [all, part] = [text(value), text(wanted)];
  if (part === '' || [...all].length !== all.length) throw refuse('this search of a text');
  if (Number(occurrence) < 1 || Number(length) < -1) return null;
  const start = Number(from) < 0 ? Math.max(0, all.length + Number(from)) : Number(from);
  let at = start - 1;
  for (let n = 0; n < Number(occurrence); n += 1) {
    // The length counts anew behind each occurrence.
    const end = Number(length) === -1 ? all.length : at + 1 + Number(length);
    at = all.indexOf(part, at + 1);
    if (at < 0 || at + part.length > end) return -1;
  }
  return at;
};

const translate: Act = ([from, to, value], refuse) => {
  const [wanted, replacements] = [points(from), points(to)];
  if (replacements.length === 0 && wanted.length > 0) throw refuse('a translation into nothing');
  const places = new Map<string, number>();
  for (const [i, character] of wanted.entries()) if (!places.has(character)) places.set(character, i);
  return points(value)
    .map((character) => {
      const at = places.get(character);
      return at === undefined ? character : (replacements[Math.min(at, replacements.length - 1)] ?? '');
    })
    .join('');
};

const MOST_REPEATS = 1024;

/** Several replacements in turn, each over what those before it made. */
const replaceStrings: Act = ([value, wanted, replacements], refuse) => {
  if (!Array.isArray(wanted) || !Array.isArray(replacements) || wanted.length !== replacements.length)
    throw refuse('replacements that are no two arrays of one length');
  let all = text(value);
  for (const [i, part] of wanted.entries()) {
    const by: unknown = replacements[i];
    if (typeof part !== 'string' || part === '' || typeof by !== 'string')
      throw refuse('a replacement of what is no text');
    all = all.replaceAll(part, () => by);
  }
  return all;
};

/** The place of the first of several terms that the text has. */
const hasAnyIndex: Act = ([value, terms], refuse) => {
  if (!Array.isArray(terms)) throw refuse('terms that are no array');
  if (!terms.every((term) => typeof term === 'string')) throw refuse('terms that are no texts');
  const all = text(value).toLowerCase();
  return terms.findIndex((term) => has(all, term.toLowerCase()));
};

/** Code points as text, from numbers and from arrays of them. */
const fromCodePoints: Act = (args, refuse) => {
  const all = args.flatMap((arg) => (Array.isArray(arg) ? (arg as readonly unknown[]) : [arg]));
  return all
    .map((point) => {
      if (kindOf(point) !== 'long' || Number(point) < 1 || Number(point) > 0x10ffff)
        throw refuse('a character that is no code point');
      return String.fromCodePoint(Number(point));
    })
    .join('');
};

/** Functions over text. */
export const TEXT: Readonly<Record<string, Family>> = {
  has_any_index: takes('string dynamic', hasAnyIndex),
  indexof: takes('string string long? long? long?', indexOf),
  isascii: takes('string', ([value]) => /^[\0-\x7f]*$/.test(text(value))),
  isutf8: takes('string', () => true),
  make_string: takes('scalar*', fromCodePoints),
  replace_string: takes('string string string', ([value, part, by], refuse) => {
    if (text(part) === '') throw refuse('a replacement of nothing');
    return text(value).replaceAll(text(part), () => text(by));
  }),
  replace_strings: takes('string dynamic dynamic', replaceStrings),
  reverse: takes('string', ([value]) => [...points(value)].reverse().join('')),
  split: takes('string string long?', split),
  strcat: takes('string*', (args) => args.map(text).join('')),
  strcat_delim: takes('string string*', ([by, ...parts]) => parts.map(text).join(text(by))),
  strcmp: takes('string string', ([a, b]) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0)),
  string_size: takes('string', ([value]) => new TextEncoder().encode(text(value)).length),
  strlen: takes('string', ([value]) => points(value).length),
  strrep: takes('string long string?', ([value, times, by = ''], refuse) => {
    if (Number(times) > MOST_REPEATS) throw refuse('more than 1024 repetitions');
    return Array.from({ length: Math.max(0, Number(times)) }, () => text(value)).join(text(by));
  }),
  substring: takes('string scalar scalar?', substring),
  to_utf8: takes('string', ([value]) => points(value).map((character) => character.codePointAt(0))),
  tolower: takes('string', ([value]) => text(value).toLowerCase()),
  toupper: takes('string', ([value]) => text(value).toUpperCase()),
  translate: takes('string string string', translate),
  unicode_codepoints_from_string: takes('string', ([value]) =>
    points(value).map((character) => character.codePointAt(0)),
  ),
  unicode_codepoints_to_string: takes('scalar*', fromCodePoints),
};
