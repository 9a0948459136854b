import { child, missing, typeOf, unsupported, type Scalar, type Scope } from '../compile.ts';
import type { Tree } from '../language.ts';
import { literal } from '../literals.ts';
import { regex, type Match, type Regex } from '../regex/match.ts';
import { PatternError } from '../regex/syntax.ts';
import { readText } from '../text-values.ts';
import { textual } from '../texts.ts';
import { shown, type Value } from '../values.ts';
import { argumentsOf } from '../compile.ts';
import { constantText, takes, text, type Family } from './family.ts';

/** Patterns that rows bring along are few. */
const MOST_KEPT = 1_000;

/** Reads patterns once; refuses at once one that stands in the query. */
export function patterns(pattern: Tree, place: Tree, scope: Scope): (source: string) => Regex {
  const known = new Map<string, Regex>();
  const read = (source: string): Regex => {
    const found = known.get(source);
    if (found) return found;
    try {
      const made = regex(source);
      if (known.size < MOST_KEPT) known.set(source, made);
      return made;
    } catch (error) {
      if (error instanceof PatternError) throw unsupported(place, error.message, scope);
      throw error;
    }
  };
  const value = literal(pattern, scope)?.value;
  if (typeof value === 'string') read(value);
  return read;
}

/** `text matches regex pattern` */
export function matchesRegex(
  tree: Tree,
  left: Scalar,
  right: Scalar,
  [leftType, rightType]: readonly [string, string],
  scope: Scope,
): Scalar {
  const read = patterns(child(tree, 2), tree, scope);
  const value = textual(left, leftType, tree, scope);
  const source = textual(right, rightType, tree, scope);
  return (row, env) => read(source(row, env)).find(value(row, env)) !== undefined;
}

/** What a group took of the text; undefined where it took no part. */
export const group = (value: string, match: Match, index: number): string | undefined => {
  const [from = -1, to = -1] = match.slice(2 * index, 2 * index + 2);
  return from < 0 || to < 0 ? undefined : value.slice(from, to);
};

/** All matches, each starting where the one before ended. */
export function* matches(expression: Regex, value: string): Generator<Match> {
  for (let at = 0; at <= value.length;) {
    const match = expression.find(value, at);
    if (!match) return;
    yield match;
    const [from = 0, to = 0] = match;
    at = to > from ? to : to + 1;
  }
}

/** `extract(pattern, group, text, typeof(type))` */
const extract: Family = (types, call, scope) => {
  const [pattern] = argumentsOf(call);
  const read = patterns(pattern ?? call, call, scope);
  const type = typeOf(call);
  const nothing = missing(type);
  return takes('string long string scalar?', ([source, index, value], refuse) => {
    const expression = read(text(source));
    if (Number(index) < 0 || Number(index) > expression.groups.length) throw refuse(`the group ${shown(index)}`);
    const match = expression.find(text(value));
    const found = match && group(text(value), match, Number(index));
    if (found === undefined) return nothing;
    const result = readText(found, type);
    if (result === undefined) throw refuse(`${shown(found)} as ${type}`);
    return result;
  })(types.slice(0, 3), call, scope);
};

/** `extract_all(pattern, [groups,] text)`: the one group of each match, or arrays of several. */
const extractAll: Family = (types, call, scope) => {
  const [pattern] = argumentsOf(call);
  const read = patterns(pattern ?? call, call, scope);
  const chosen = types.length === 3;
  return takes(chosen ? 'string dynamic string' : 'string string', (args, refuse) => {
    const expression = read(text(args[0]));
    const value = text(args.at(-1));
    const wanted = chosen ? groupsOf(args[1], expression) : expression.groups.map((_name, i) => i + 1);
    if (!wanted || wanted.length === 0) throw refuse('these groups of a regular expression');
    const all: unknown[] = [];
    for (const match of matches(expression, value)) {
      const found = wanted.map((index) => group(value, match, index) ?? '');
      all.push(found.length === 1 ? found[0] : found);
    }
    return all.length === 0 ? null : all;
  })(types, call, scope);
};

/** A group that there is none of is left out; when none is left, all are meant. */
function groupsOf(chosen: Value | undefined, expression: Regex): readonly number[] | undefined {
  if (!Array.isArray(chosen)) return undefined;
  const groups = chosen
    .map((each: unknown) => (typeof each === 'string' ? expression.groups.indexOf(each) + 1 : Number(each)))
    .filter((index) => index >= 1 && index <= expression.groups.length);
  return groups.length > 0 ? groups : expression.groups.map((_name, i) => i + 1);
}

/** `replace_regex(text, pattern, rewrite)`, in which `\1` stands for a group. */
const replaceRegex =
  (order: readonly [number, number, number]): Family =>
  (types, call, scope) => {
    const [valueAt, patternAt, rewriteAt] = order;
    const read = patterns(argumentsOf(call)[patternAt] ?? call, call, scope);
    return takes('string string string', (args, refuse) => {
      const [value, rewrite] = [text(args[valueAt]), text(args[rewriteAt])];
      const expression = read(text(args[patternAt]));
      let all = '';
      let at = 0;
      for (const match of matches(expression, value)) {
        const [from = 0, to = 0] = match;
        const by = rewrite.replace(/\\(\d|[\s\S]?)/g, (_all, what: string) => {
          if (what === '\\') return '\\';
          if (!/^\d$/.test(what) || Number(what) > expression.groups.length)
            throw refuse(`"\\${what}" in a replacement`);
          return group(value, match, Number(what)) ?? '';
        });
        all += value.slice(at, from) + by;
        at = to;
      }
      return all + value.slice(at);
    })(types, call, scope);
  };

/** What is cut away at an end must be the same whether one match goes or all of them. */
const trim =
  (atStart: boolean, atEnd: boolean): Family =>
  (types, call, scope) => {
    const [pattern] = argumentsOf(call);
    const starts = patterns(pattern ?? call, call, scope);
    const anchored = new Map<string, readonly [Regex, Regex]>();
    const read = (source: string): readonly [Regex, Regex] => {
      starts(source);
      const known = anchored.get(source);
      if (known) return known;
      const made = [regex(`\\A(?:${source})`), regex(`(?:${source})\\z`)] as const;
      if (anchored.size < MOST_KEPT) anchored.set(source, made);
      return made;
    };
    return takes('string string', ([source, value], refuse) => {
      const [start, end] = read(text(source));
      const all = text(value);
      const from = atStart ? (start.find(all)?.[1] ?? 0) : 0;
      const inner = all.slice(from);
      const to = atEnd ? (end.find(inner)?.[0] ?? inner.length) : inner.length;
      const rest = inner.slice(0, to);
      const again =
        (from > 0 && (start.find(rest)?.[1] ?? 0) > 0) || (to < inner.length && (end.find(rest)?.[0] ?? to) < to);
      if (again) throw refuse(`taking several matches off ${shown(all)}`);
      return rest;
    })(types, call, scope);
  };

/** How often a pattern occurs; matches do not overlap. */
export const countOf: Family = (types, call, scope) => {
  const kind = constantText(call, 2, scope) ?? 'normal';
  const read = kind === 'regex' ? patterns(argumentsOf(call)[1] ?? call, call, scope) : undefined;
  return takes('string string string?', ([value, part], refuse) => {
    if (kind !== 'normal' && !read) throw refuse('this way of counting');
    if (text(part) === '') return 0;
    return read ? [...matches(read(text(part)), text(value))].length : occurrences(text(value), text(part));
  })(types, call, scope);
};

/** How often a text occurs, overlapping itself too. */
function occurrences(all: string, part: string): number {
  let count = 0;
  for (let at = all.indexOf(part); at >= 0; at = all.indexOf(part, at + 1)) count += 1;
  return count;
}

/** Functions of regular expressions. */
export const REGEX: Readonly<Record<string, Family>> = {
  countof: countOf,
  extract,
  extract_all: extractAll,
  extractall: extractAll,
  regex_quote: takes('string', ([value]) => text(value).replace(/[\\.+*?()|[\]{}^$#&\-~]/g, '\\$&')),
  replace: replaceRegex([2, 0, 1]),
  replace_regex: replaceRegex([0, 1, 2]),
  trim: trim(true, true),
  trim_end: trim(false, true),
  trim_start: trim(true, false),
};
