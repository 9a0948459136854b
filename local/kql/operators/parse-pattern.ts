import { child, childOf, textOf, unsupported, type Scope } from '../compile.ts';
import type { Column, Tree } from '../language.ts';
import { literal } from '../literals.ts';
import { regex, type Regex } from '../regex/match.ts';
import { PatternError } from '../regex/syntax.ts';
import { readText } from '../text-values.ts';
import { shown, type Value } from '../values.ts';

export type ParseKind = 'simple' | 'relaxed' | 'regex';
export interface Matcher {
  readonly columns: readonly Column[];
  /** The values of the columns; undefined when the text does not match. */
  find(text: string): readonly Value[] | undefined;
}

/** A pattern such as `* "a=" a:long "," b` of `parse`, which is one regular expression with a group for each column. */
export function matcher(items: readonly Tree[], kind: ParseKind, flags: string, scope: Scope): Matcher {
  const place = items[0] as Tree;
  const columns = items.flatMap((item) => (/Declaration$/.test(item.kind) ? [{ ...columnOf(item), tree: item }] : []));
  const parts = (shapes: boolean): string => sourceOf(items, kind, shapes, scope);
  const compile = (source: string): Regex => {
    try {
      return regex(source);
    } catch (error) {
      if (error instanceof PatternError) throw unsupported(place, error.message, scope);
      throw error;
    }
  };
  const isRegex = kind === 'regex';
  const prefix = flags === '' ? '' : `(?${flags})`;
  const exact = compile(isRegex ? `${prefix}${parts(true)}` : `\\A${parts(true)}\\z`);
  // Matches of these, where `exact` has none or another, are not established.
  const doubtful = isRegex
    ? [compile(`${prefix}${parts(false)}`)]
    : [compile(`${parts(true)}\\z`), compile(`(?s)\\A${parts(true)}\\z`)];
  const taken = (expression: Regex, text: string): readonly string[] | undefined => {
    const match = expression.find(text);
    return (
      match &&
      columns.map((_column, i) => {
        const group = expression.groups.indexOf(groupName(i)) + 1;
        const [from = -1, to = -1] = match.slice(2 * group, 2 * group + 2);
        return from < 0 ? '' : text.slice(from, to);
      })
    );
  };
  return {
    columns,
    find(text) {
      const found = taken(exact, text);
      if (!found || text.includes('\n')) {
        const others = doubtful.map((expression) => taken(expression, text));
        if (others.some((other) => other && JSON.stringify(other) !== JSON.stringify(found)))
          throw unsupported(place, `taking ${shown(text)} apart by this pattern`, scope);
      }
      if (!found) return undefined;
      const values = found.map((each, i): Value => {
        const { type = 'string', tree = place } = columns[i] ?? {};
        const value = readText(each, type);
        if (value === undefined) throw unsupported(tree, `${shown(each)} as ${type}`, scope);
        return value;
      });
      // One value that is none of its type spoils them all.
      return kind !== 'relaxed' && values.includes(null) ? undefined : values;
    },
  };
}

const groupName = (index: number): string => `kql_column_${String(index)}`;
const escaped = (text: string): string => text.replace(/[\\.+*?()|[\]{}^$#&\-~]/g, '\\$&');

/** Shapes of values where no text of the pattern tells where they end. */
const SHAPES: Readonly<Record<string, string>> = { long: '\\s*[-+]?\\d+', int: '\\s*[-+]?\\d+' };
/** Wider than needed; what is no such value is found out when it is read. */
const TIME = '[\\d/:.TZ+\\- ]+';

function sourceOf(items: readonly Tree[], kind: ParseKind, shapes: boolean, scope: Scope): string {
  let count = 0;
  return items
    .map((item, at) => {
      const next = items[at + 1];
      if (item.kind === 'StarExpression') {
        if (next?.kind === 'StarExpression') throw unsupported(next, '* twice', scope);
        return '.*?';
      }
      if (/Declaration$/.test(item.kind)) {
        const { type } = columnOf(item);
        const name = groupName(count);
        count += 1;
        return `(?<${name}>${captureOf(item, type, next, at + 2 === items.length, kind, shapes, scope)})`;
      }
      const value = literal(item, scope)?.value;
      if (typeof value !== 'string' || value === '') throw unsupported(item, 'this part of the pattern', scope);
      return kind === 'regex' ? `(?:${value})` : escaped(value);
    })
    .join('');
}

function captureOf(
  item: Tree,
  type: string,
  next: Tree | undefined,
  isLast: boolean,
  kind: ParseKind,
  shapes: boolean,
  scope: Scope,
): string {
  if (next && /Declaration$/.test(next.kind)) throw unsupported(next, 'a column behind a column', scope);
  if (type === 'dynamic' || type === 'decimal') throw unsupported(item, `a column of ${type}`, scope);
  const beforeStar = next?.kind === 'StarExpression';
  if (type === 'string') {
    if (beforeStar) throw unsupported(next, '* behind a column of string', scope);
    return kind === 'regex' ? '.*' : '.*?';
  }
  if (kind !== 'regex' && !beforeStar) return '.*?';
  const shape = SHAPES[type];
  if (shape !== undefined) return beforeStar && isLast && kind !== 'regex' ? `(?:${shape})?` : shape;
  if (kind === 'regex' && type === 'datetime' && next && !beforeStar) return shapes ? TIME : '.*';
  throw unsupported(item, `a column of ${type} here`, scope);
}

function columnOf(item: Tree): Column {
  const name = childOf(item, 'NameDeclaration') ?? item;
  return { name: textOf(name), type: (item === name ? item.type : child(item, 0).type) ?? 'string' };
}
