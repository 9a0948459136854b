import { textOf, unsupported, type Scope } from './compile.ts';
import type { Tree } from './language.ts';
import { long, parseDatetime, parseTimespan, type Dynamic, type Value } from './values.ts';

/** The value of a literal such as `5d`, `'text'`, `datetime(2026-11-23)` or `dynamic([1])`; undefined when the tree is none. */
export function literal(tree: Tree, scope: Scope): { readonly value: Value } | undefined {
  if (!/(?:Literal|Dynamic)Expression$/.test(tree.kind)) return undefined;
  const text = textOf(tree);
  const inner = /^\w+\s*\(\s*([\s\S]*?)\s*\)$/.exec(text)?.[1] ?? text;
  if (/^\w+\s*\(\s*null\s*\)$/.test(text)) return { value: null };
  switch (tree.kind) {
    case 'StringLiteralExpression':
    case 'CompoundStringLiteralExpression':
      return {
        value:
          tree.kind === 'StringLiteralExpression'
            ? unquoted(text)
            : tree.children.map((part) => unquoted(textOf(part))).join(''),
      };
    case 'LongLiteralExpression':
    case 'IntLiteralExpression':
      return { value: long(BigInt(inner)) };
    case 'RealLiteralExpression':
      return { value: Number(inner) };
    case 'BooleanLiteralExpression':
      return { value: /^true$/i.test(inner) || inner === '1' };
    case 'DateTimeLiteralExpression':
      return { value: known(parseDatetime(unquoted(inner)), tree, scope) };
    case 'TimespanLiteralExpression':
      return { value: known(parseTimespan(unquoted(inner)), tree, scope) };
    case 'DynamicExpression':
      return { value: dynamicOf(inner, tree, scope) };
    default:
      return undefined;
  }
}

function known(value: bigint | null, tree: Tree, scope: Scope): bigint {
  if (value !== null) return value;
  throw unsupported(tree, `the literal ${textOf(tree)}`, scope);
}

function dynamicOf(text: string, tree: Tree, scope: Scope): Value {
  try {
    return JSON.parse(text) as Dynamic;
  } catch {
    throw unsupported(tree, 'a dynamic literal that is not JSON', scope);
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
