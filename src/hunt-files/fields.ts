import { isAlias, isMap, isNode, isScalar, isSeq, type Document, type Node, type Scalar } from 'yaml';
import type { HuntFileProblem } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { textPlaces } from './text-places.ts';
import type { ParsedText } from './yaml-text.ts';

/** A scalar as its author wrote it: `version: 1.0` is a number to YAML, and `1.0` to everybody else. */
const textOf = (scalar: Scalar): string =>
  typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value));

export type Position = { readonly line: number; readonly column: number };

/** Reads the fields of a YAML map and collects everything that is wrong with them, each with its place. */
export interface Fields {
  /** Text of a field; undefined when absent or null. A field of another type is a problem. */
  text(name: string): string | undefined;
  /** A list of texts; one text stands for a list, its commas for several. */
  texts(name: string): readonly string[];
  /** A map of texts, with the names it may have. */
  map(name: string, known?: readonly string[]): ReadonlyMap<string, string>;
  /** The field as plain data; whole numbers beyond 2^53 are bigints. */
  value(name: string): unknown;
  /** Notes a problem at a field's value, or at the file's start when the field is absent. */
  problem(name: string, message: string, suggestion?: string): void;
  /** Notes a problem deep inside a field: at the innermost part of the path that the file has. */
  problemIn(path: readonly PropertyKey[], message: string, suggestion?: string): void;
  /** Notes a problem at a character of a field's text. */
  problemInText(name: string, offset: number, message: string): void;
  warning(name: string, message: string): void;
  /** The innermost part of the path that the file has. */
  placeIn(path: readonly PropertyKey[]): Position;
  /** The place of the name at the end of the path. */
  placeOfKey(path: readonly PropertyKey[]): Position;
  /** The place of a character of a field's text, or of the text at the end of a path. */
  placeInText(name: string | readonly PropertyKey[]): (offset: number) => Position;
}

export function readFields(
  file: string,
  { document, text, at }: { readonly document: Document.Parsed } & Pick<ParsedText, 'text' | 'at'>,
  known: readonly string[],
  out: { readonly problems: HuntFileProblem[]; readonly warnings: HuntFileProblem[] },
): Fields | undefined {
  const root = document.contents as Node | null;
  if (!isMap(root)) {
    out.problems.push({
      file,
      line: 1,
      column: 1,
      message: root === null ? 'is empty' : 'is no map of fields such as "name: …"',
    });
    return undefined;
  }
  const map = root;
  const offsetOf = (node: unknown): number => (node as Node | null)?.range?.[0] ?? 0;
  const place = (name: string): Position => {
    const pair = map.items.find(({ key }) => isScalar(key) && key.value === name);
    return pair ? at(offsetOf(pair.value ?? pair.key)) : { line: 1, column: 1 };
  };
  const problem = (position: Position, message: string, suggestion?: string): void => {
    out.problems.push({ file, ...position, message, ...(suggestion !== undefined && { suggestion }) });
  };
  const node = (name: string): Node | undefined => {
    const value = map.get(name, true) as Node | null | undefined;
    const found = isAlias(value) ? (value.resolve(document) ?? value) : value;
    return found === null || found === undefined || (isScalar(found) && found.value === null) ? undefined : found;
  };

  for (const { key } of map.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    // Far from every name: some tool's own field, which pasted files may have.
    if (meant === undefined)
      out.warnings.push({ file, ...at(offsetOf(key)), message: `"${name}" is no field of a hunt and is ignored` });
    else problem(at(offsetOf(key)), `"${name}" is no field of a hunt`, meant);
  }

  const placeIn = (path: readonly PropertyKey[]): Position => {
    const found = path
      .map((_part, i) => document.getIn(path.slice(0, path.length - i), true))
      .find((inner) => isNode(inner) && inner.range);
    return at(offsetOf(found));
  };
  const placeInText = (where: string | readonly PropertyKey[]): ((offset: number) => Position) => {
    const path = typeof where === 'string' ? [where] : where;
    const found = typeof where === 'string' ? node(where) : document.getIn(where, true);
    if (!isScalar(found) || typeof found.value !== 'string')
      return () => (typeof where === 'string' ? place(where) : placeIn(path));
    const places = textPlaces(text, offsetOf(found), found.value);
    return (offset) => at(places(offset));
  };
  const typeProblem = (name: string, wanted: string): undefined => {
    problem(place(name), `"${name}" must be ${wanted}`);
    return undefined;
  };
  return {
    text(name) {
      const found = node(name);
      if (!found) return undefined;
      if (!isScalar(found) || typeof found.value === 'object') {
        typeProblem(name, 'a text');
        return;
      }
      return textOf(found);
    },
    texts(name) {
      const found = node(name);
      if (!found) return [];
      if (isScalar(found))
        return textOf(found)
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '');
      if (isSeq(found) && found.items.every((item) => isScalar(item)))
        return found.items.filter(({ value }) => value !== null).map((item) => textOf(item).trim());
      typeProblem(name, 'a text or a list of texts');
      return [];
    },
    map(name, known) {
      const found = node(name);
      const texts = new Map<string, string>();
      if (!found) return texts;
      if (!isMap(found)) {
        typeProblem(name, 'a map of texts');
        return texts;
      }
      for (const { key, value } of found.items) {
        const inner = isScalar(key) ? String(key.value) : '';
        if (known && !known.includes(inner))
          problem(
            at(offsetOf(key)),
            `"${inner}" is no part of "${name}"; known: ${known.join(', ')}`,
            nearest(inner, known),
          );
        else if (!isScalar(value) || typeof value.value !== 'string' || value.value === '')
          problem(at(offsetOf(value ?? key)), `"${name}.${inner}" must be a text`);
        else texts.set(inner, value.value);
      }
      return texts;
    },
    value(name) {
      try {
        return plain(node(name)?.toJS(document, { maxAliasCount: 100 }));
      } catch {
        // Aliases are followed only here: one may be unknown, or stand for more than a file can hold.
        problem(place(name), `"${name}" has an alias ("*…") that cannot be followed`);
        return undefined;
      }
    },
    problem: (name, message, suggestion) => {
      problem(place(name), message, suggestion);
    },
    problemIn(path, message, suggestion) {
      problem(placeIn(path), message, suggestion);
    },
    warning: (name, message) => {
      out.warnings.push({ file, ...place(name), message });
    },
    problemInText(name, offset, message) {
      problem(placeInText(name)(offset), message);
    },
    placeIn,
    placeOfKey(path) {
      const map: unknown = document.getIn(path.slice(0, -1), true);
      const pair = isMap(map) ? map.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined;
      return pair ? at(offsetOf(pair.key)) : placeIn(path);
    },
    placeInText,
  };
}

/** YAML's whole numbers are read as bigints, so that none is rounded; those that a number holds become one. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
