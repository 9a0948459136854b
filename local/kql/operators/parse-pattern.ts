import { child, childOf, textOf, unsupported, type Scope } from '../compile.ts';
import type { Column, Tree } from '../language.ts';
import { literal } from '../literals.ts';
import { readText } from '../text-values.ts';
import type { Value } from '../values.ts';

export type Found = readonly Value[];
export interface Matcher {
  readonly columns: readonly Column[];
  /** The values of the columns; undefined when the text does not match. */
  find(text: string): Found | undefined;
}

interface Part {
  /** The column that takes what stands before `text`, if one does. */
  readonly column: Column | undefined;
  /** Whether anything may stand between the column, or the text before, and `text`. */
  readonly skips: boolean;
  /** Undefined at the end of the pattern. */
  readonly text: string | undefined;
  readonly tree: Tree;
}

/** A pattern such as `* "a=" a:long "," b` of `parse`. */
export function matcher(items: readonly Tree[], relaxed: boolean, scope: Scope): Matcher {
  const parts = partsOf(items, scope);
  for (const { column, skips, tree } of parts) {
    if (skips && column && (relaxed || !/^(?:long|int)$/.test(column.type)))
      throw unsupported(tree, `a column of ${column.type} before *`, scope);
    if (column?.type === 'dynamic' || column?.type === 'decimal')
      throw unsupported(tree, `a column of ${column.type}`, scope);
  }
  const unclear = (tree: Tree, text: string): Error =>
    unsupported(tree, `taking ${JSON.stringify(text.slice(0, 40))} apart by this part of the pattern`, scope);
  /** `anywhere`: go on to later places where the text of the pattern occurs, when the first leads nowhere. */
  const from = (text: string, start: number, index: number, anywhere: boolean): readonly Value[] | undefined => {
    const part = parts[index];
    if (!part) return [];
    const { column, skips, tree } = part;
    if (part.text === undefined) {
      if (!column && !skips && start < text.length) throw unclear(tree, text.slice(start));
      const value = column && take(text.slice(start), column, skips, tree);
      return value === null ? undefined : value === undefined ? [] : [value.value];
    }
    for (let at = text.indexOf(part.text, start); at >= 0; at = text.indexOf(part.text, at + 1)) {
      if (!column && !skips && at !== start) return undefined;
      const value = column && take(text.slice(start, at), column, skips, tree);
      const rest = value === null ? undefined : from(text, at + part.text.length, index + 1, anywhere);
      if (rest) return value ? [value.value, ...rest] : rest;
      if (!anywhere) return undefined;
    }
    return undefined;
  };
  /** Null when the text is no value of the column. */
  const take = (text: string, { type }: Column, skips: boolean, tree: Tree): { readonly value: Value } | null => {
    const value = readText(skips ? (/^-?\d+/.exec(text)?.[0] ?? 'none') : text, type);
    if (value === undefined) throw unclear(tree, text);
    if (value === null && !relaxed) return null;
    return { value };
  };
  return {
    columns: parts.flatMap(({ column }) => (column ? [column] : [])),
    find(text) {
      const found = from(text, 0, 0, false);
      // Whether the service would try a later place is not established.
      if (!found && from(text, 0, 0, true)) throw unclear(items[0] as Tree, text);
      return found;
    },
  };
}

function partsOf(items: readonly Tree[], scope: Scope): readonly Part[] {
  const parts: Part[] = [];
  let column: Column | undefined;
  let skips = false;
  for (const item of items) {
    if (item.kind === 'StarExpression') {
      if (skips) throw unsupported(item, '* twice', scope);
      skips = true;
    } else if (/Declaration$/.test(item.kind)) {
      if (column || skips) throw unsupported(item, 'a column behind a column or *', scope);
      column = columnOf(item);
    } else {
      const value = literal(item, scope)?.value;
      if (typeof value !== 'string' || value === '') throw unsupported(item, 'this part of the pattern', scope);
      parts.push({ column, skips, text: value, tree: item });
      column = undefined;
      skips = false;
    }
  }
  const last = items.at(-1);
  if (last) parts.push({ column, skips, text: undefined, tree: last });
  return parts;
}

function columnOf(item: Tree): Column {
  const name = childOf(item, 'NameDeclaration') ?? item;
  return { name: textOf(name), type: (item === name ? item.type : child(item, 0).type) ?? 'string' };
}
