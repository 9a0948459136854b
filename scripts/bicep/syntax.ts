/** Bicep's text as a tree of our own, by the grammar of tree-sitter (its WebAssembly build: nothing is compiled). */
import { createRequire } from 'node:module';
import { Language, Parser, type Node } from 'web-tree-sitter';

export interface Place {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}
export interface Entry {
  /** Absent: worked out when it is deployed. */
  readonly key?: string;
  readonly keyTree?: Expression;
  readonly value: Expression;
  readonly at: Place;
}
export type Expression = { readonly at: Place } & (
  | {
      readonly kind: 'text';
      /** Absent: has parts that are worked out. */ readonly value?: string;
      readonly parts: readonly Expression[];
    }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'null' }
  | { readonly kind: 'array'; readonly items: readonly Expression[] }
  | { readonly kind: 'object'; readonly entries: readonly Entry[] }
  | { readonly kind: 'for'; readonly names: readonly string[]; readonly over: Expression; readonly body: Expression }
  | { readonly kind: 'if'; readonly test: Expression; readonly body: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly inputs: readonly Expression[] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly by: Expression }
  | { readonly kind: 'choice'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'operation'; readonly operator: string; readonly operands: readonly Expression[] }
  | { readonly kind: 'lambda'; readonly names: readonly string[]; readonly body: Expression }
);

export interface Statement {
  readonly kind: 'param' | 'var' | 'resource' | 'module' | 'output' | 'targetScope' | 'other';
  readonly name: string;
  /** A parameter's or output's, as it is written. */
  readonly type?: string;
  /** A resource's type and version, or the path of a module. */
  readonly of?: string;
  readonly isExisting: boolean;
  readonly value?: Expression;
  readonly decorators: readonly (Expression & { readonly kind: 'call' })[];
  readonly at: Place;
}
export interface SyntaxError {
  readonly at: Place;
  readonly text: string;
}

const require = createRequire(import.meta.url);
let parser: Promise<Parser> | undefined;

export async function parseBicep(
  text: string,
): Promise<{ readonly statements: readonly Statement[]; readonly errors: readonly SyntaxError[] }> {
  parser ??= load();
  const tree = (await parser).parse(text);
  if (!tree) throw new Error('The parser gave up.');
  const errors: SyntaxError[] = [];
  collectErrors(tree.rootNode, errors);
  const statements: Statement[] = [];
  let decorators: Statement['decorators'] = [];
  for (const node of tree.rootNode.namedChildren) {
    if (node.type === 'decorators') decorators = node.namedChildren.flatMap(decoratorOf);
    else if (node.type !== 'comment' && node.type !== 'diagnostic_comment') {
      statements.push(statementOf(node, decorators));
      decorators = [];
    }
  }
  tree.delete();
  return { statements, errors };
}

async function load(): Promise<Parser> {
  await Parser.init();
  const made = new Parser();
  made.setLanguage(await Language.load(require.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm')));
  return made;
}

function collectErrors(node: Node, errors: SyntaxError[]): void {
  const isNested = node.type === 'resource_declaration' && node.parent?.type === 'object_property';
  if (isNested)
    errors.push({ at: placeOf(node), text: 'a resource inside a resource, which is not looked at: use "parent"' });
  else if (node.isError || node.isMissing)
    errors.push({ at: placeOf(node), text: node.isMissing ? `"${node.type}" is missing` : node.text.slice(0, 40) });
  else for (const child of node.children) collectErrors(child, errors);
}

export const placeOf = ({ startPosition: { row, column } }: Node): Place => ({ line: row + 1, column: column + 1 });

function decoratorOf(node: Node): Statement['decorators'] {
  const call = node.namedChildren.map(expressionOf).find((one) => one.kind === 'call');
  return call ? [call] : [];
}

const KINDS: Readonly<Record<string, Statement['kind']>> = {
  parameter_declaration: 'param',
  variable_declaration: 'var',
  resource_declaration: 'resource',
  module_declaration: 'module',
  output_declaration: 'output',
  target_scope_assignment: 'targetScope',
};

function statementOf(node: Node, decorators: Statement['decorators']): Statement {
  const kind = KINDS[node.type] ?? 'other';
  const children = node.namedChildren.filter(({ type }) => type !== 'comment');
  const name = kind === 'targetScope' ? 'targetScope' : (children[0]?.text ?? '');
  const type = children.find((child) => child.type === 'type')?.text;
  const [of, isExisting] =
    kind === 'resource' || kind === 'module'
      ? [textOf(children[1]), node.children.some((child) => child.type === 'existing')]
      : [undefined, false];
  const first = kind === 'targetScope' ? 0 : type !== undefined || of !== undefined ? 2 : 1;
  const value = children[first];
  return {
    kind,
    name,
    ...(type !== undefined && { type }),
    ...(of !== undefined && { of }),
    isExisting,
    ...(value && { value: expressionOf(value) }),
    decorators,
    at: placeOf(node),
  };
}

function textOf(node: Node | undefined): string | undefined {
  const expression = node && expressionOf(node);
  return expression?.kind === 'text' ? expression.value : undefined;
}

export function expressionOf(node: Node): Expression {
  const at = placeOf(node);
  const children = node.namedChildren.filter(({ type }) => !/comment$/.test(type));
  const part = (index: number): Expression => {
    const child = children[index];
    return child ? expressionOf(child) : { kind: 'null', at };
  };
  switch (node.type) {
    case 'string':
      return stringOf(node, children, at);
    case 'number':
      return { kind: 'number', value: Number(node.text), at };
    case 'boolean':
      return { kind: 'boolean', at };
    case 'null':
      return { kind: 'null', at };
    case 'array':
      return { kind: 'array', items: children.map(expressionOf), at };
    case 'object':
      return { kind: 'object', entries: children.filter(({ type }) => type === 'object_property').map(entryOf), at };
    case 'for_statement':
      return forOf(children, at);
    case 'if_statement':
      return { kind: 'if', test: part(0), body: part(1), at };
    case 'parenthesized_expression':
      return part(0);
    case 'call_expression':
      return {
        kind: 'call',
        name: children[0]?.text ?? '',
        inputs: (children[1]?.namedChildren ?? []).filter(({ type }) => !/comment$/.test(type)).map(expressionOf),
        at,
      };
    case 'identifier':
    case 'keyword_identifier':
      return { kind: 'name', name: node.text, at };
    case 'member_expression':
      return { kind: 'member', of: part(0), name: children[1]?.text ?? '', at };
    case 'subscript_expression':
      return { kind: 'index', of: part(0), by: part(1), at };
    case 'ternary_expression':
      return { kind: 'choice', test: part(0), yes: part(1), no: part(2), at };
    case 'lambda_expression': {
      const names = children[0]?.type === 'parenthesized_expression' ? children[0].namedChildren : [children[0]];
      return { kind: 'lambda', names: names.map((one) => one?.text ?? ''), body: part(1), at };
    }
    default:
      return {
        kind: 'operation',
        operator: node.children.find((child) => !child.isNamed)?.type ?? node.type,
        operands: children.map(expressionOf),
        at,
      };
  }
}

function stringOf(node: Node, children: readonly Node[], at: Place): Expression {
  const parts = children
    .filter(({ type }) => type === 'interpolation')
    .flatMap((one) => one.namedChildren.map(expressionOf));
  if (parts.length > 0) return { kind: 'text', parts, at };
  const quotes = node.text.startsWith("'''") ? 3 : 1;
  const value = node.text.slice(quotes, -quotes).replace(/\\(['$\\])/g, '$1');
  return { kind: 'text', value, parts, at };
}

function entryOf(node: Node): Entry {
  const [name, value] = node.namedChildren.filter(({ type }) => !/comment$/.test(type));
  const at = placeOf(node);
  const worth: Expression = value ? expressionOf(value) : { kind: 'null', at };
  if (name?.type !== 'string') return { key: name?.text ?? '', value: worth, at };
  const keyTree = expressionOf(name);
  const key = keyTree.kind === 'text' ? keyTree.value : undefined;
  return { ...(key !== undefined && { key }), keyTree, value: worth, at };
}

function forOf(children: readonly Node[], at: Place): Expression {
  const [names, over, body] = children;
  const ofNames = names?.type === 'for_loop_parameters' ? names.namedChildren : [names];
  const missing: Expression = { kind: 'null', at };
  return {
    kind: 'for',
    names: ofNames.map((one) => one?.text ?? ''),
    over: over ? expressionOf(over) : missing,
    body: body ? expressionOf(body) : missing,
    at,
  };
}
