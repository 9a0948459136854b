import type { Tree } from '../kql/language.ts';

/** The offset behind the last token of a tree. */
export function endOf(tree: Tree): number {
  const last = tree.children.findLast((part) => endOf(part) > part.start);
  return last ? endOf(last) : tree.start + tree.text.length;
}

/** A tree as its author wrote it. */
export const written = (query: string, tree: Tree): string => query.slice(tree.start, endOf(tree));

/** `(a .. b)` becomes one line, and is cut where it is long. */
export const short = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
};

/** The offset of a line and column, both from 1. */
export const offsetOf = (query: string, line: number, column: number): number =>
  query
    .split('\n')
    .slice(0, line - 1)
    .reduce((offset, { length }) => offset + length + 1, column - 1);
