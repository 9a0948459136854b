import { child, elements, missing, textOf, unsupported, type Scope } from './compile.ts';
import { GUID } from './dynamics.ts';
import type { Tree } from './language.ts';
import { readInstant } from './text-values.ts';
import { fitsLong, long, parseTimespan, toDynamic, type Value } from './values.ts';

/** The value of a literal such as `5d`, `'text'`, `datetime(2026-11-23)` or `dynamic([1])`; undefined when the tree is none. */
export function literal(tree: Tree, scope: Scope): { readonly value: Value } | undefined {
  if (!/(?:Literal|Dynamic)Expression$/.test(tree.kind)) return undefined;
  const text = textOf(tree);
  const inner = /^\w+\s*\(\s*([\s\S]*?)\s*\)$/.exec(text)?.[1] ?? text;
  // Strings have no null.
  if (/^\w+\s*\(\s*null\s*\)$/.test(text)) return { value: missing(tree.type) };
  switch (tree.kind) {
    case 'StringLiteralExpression':
      return { value: unquoted(text) };
    case 'CompoundStringLiteralExpression':
      return {
        value: elements(child(tree, 0))
          .map((part) => unquoted(textOf(part)))
          .join(''),
      };
    case 'LongLiteralExpression':
    case 'IntLiteralExpression':
      return { value: known(wholeNumber(inner, tree.kind === 'IntLiteralExpression'), tree, scope) };
    case 'RealLiteralExpression':
      return { value: known(realNumber(inner), tree, scope) };
    case 'BooleanLiteralExpression':
      return { value: known(BOOLEANS[inner.toLowerCase()] ?? null, tree, scope) };
    case 'DateTimeLiteralExpression':
      return { value: known(readInstant(unquoted(inner)), tree, scope) };
    case 'TimespanLiteralExpression':
      return { value: known(parseTimespan(unquoted(inner)), tree, scope) };
    case 'DynamicExpression':
      return { value: dynamicOf(child(tree, 2), scope) as Value };
    case 'GuidLiteralExpression':
      return { value: known(GUID.test(unquoted(inner)) ? unquoted(inner).toLowerCase() : null, tree, scope) };
    default:
      return undefined;
  }
}

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false, '1': true, '0': false };

function wholeNumber(text: string, isInt: boolean): Value {
  if (!/^(?:-?\d+|0x[\da-f]+)$/i.test(text)) return null;
  const value = BigInt(text);
  return (isInt ? BigInt.asIntN(32, value) === value : fitsLong(value)) ? long(value) : null;
}

function realNumber(text: string): Value {
  if (/^nan$/i.test(text)) return NaN;
  const infinite = /^([+-]?)inf$/i.exec(text);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  const value = Number(text);
  return Number.isNaN(value) ? null : value;
}

function known<T extends Value>(value: T, tree: Tree, scope: Scope): NonNullable<T> {
  if (value !== null) return value;
  throw unsupported(tree, `the literal ${textOf(tree)}`, scope);
}

/** JSON, whose strings may stand in single quotes and whose values may be KQL's own literals. */
function dynamicOf(tree: Tree, scope: Scope): unknown {
  switch (tree.kind) {
    case 'JsonArrayExpression':
      return elements(child(tree, 1)).map((item) => dynamicOf(item, scope));
    case 'JsonObjectExpression':
      return Object.fromEntries(
        elements(child(tree, 1)).map((pair) => [unquoted(textOf(child(pair, 0))), dynamicOf(child(pair, 2), scope)]),
      );
    case 'NullLiteralExpression':
      return null;
    case 'UnaryMinusExpression': {
      const value = dynamicOf(child(tree, 1), scope);
      if (typeof value === 'number') return -value;
      if (typeof value === 'bigint') return long(-value);
      throw unsupported(tree, 'this value in a dynamic literal', scope);
    }
    default: {
      const found = literal(tree, scope);
      if (!found) throw unsupported(tree, 'this value in a dynamic literal', scope);
      // Ticks; the functions that pack values write a length as text.
      if (tree.type === 'timespan' && found.value !== null) return long(found.value as bigint);
      return toDynamic(found.value, tree.type ?? '');
    }
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

/** The text of a string literal of any form. */
export function unquoted(text: string): string {
  const plain = text.replace(/^[hH](?=[@"'`~])/, '');
  const multiline = /^(```|~~~)([\s\S]*)\1$/.exec(plain);
  if (multiline) return multiline[2] ?? '';
  const verbatim = /^@(["'])([\s\S]*)\1$/.exec(plain);
  if (verbatim) return (verbatim[2] ?? '').replaceAll(`${verbatim[1] ?? ''}${verbatim[1] ?? ''}`, verbatim[1] ?? '');
  const quoted = /^(["'])([\s\S]*)\1$/.exec(plain);
  if (!quoted) return text;
  return (quoted[2] ?? '').replace(
    /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/g,
    (_all, u?: string, x?: string, c?: string) =>
      c === undefined ? String.fromCharCode(Number.parseInt(u ?? x ?? '0', 16)) : (ESCAPES[c] ?? c),
  );
}
