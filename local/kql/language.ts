/** Microsoft's parser and binder, behind plain values. It fills globalThis and takes about a second to warm up. */
import { createRequire } from 'node:module';
import { KqlError } from './kql-error.ts';

export interface Column {
  readonly name: string;
  /** KQL's name of the type. */
  readonly type: string;
}
export type Schema = Readonly<Record<string, readonly Column[]>>;

/** A node of the bound tree. Expressions carry their type, tables their columns, names what they refer to. */
export interface Tree {
  readonly kind: string;
  /** The text of a token; empty for anything else. */
  readonly text: string;
  /** Offset of the first character. */
  readonly start: number;
  readonly type: string | undefined;
  readonly columns: readonly Column[] | undefined;
  /** More columns may come of the rows, as of the bags that `bag_unpack` opens. */
  readonly open: boolean;
  readonly refersTo: string | undefined;
  /** What the binder calls the column an expression makes when its author names none; empty when it numbers it. */
  readonly resultName: string;
  readonly children: readonly Tree[];
  /** Of a call of a function that the query declares: its body, bound to these arguments, by where it stands in the query. */
  body(start: number): Tree | undefined;
}

interface KustoSymbol {
  readonly Name: string;
  readonly IsOpen?: boolean;
  readonly Columns?: KustoList<{ readonly Name: string; readonly Type: { readonly Name: string } }>;
}
interface KustoList<T> {
  readonly Count: number;
  getItem(index: number): T;
}
interface KustoNode {
  readonly Kind: number;
  readonly IsToken: boolean;
  readonly Text?: string;
  readonly TextStart: number;
  readonly ResultType?: KustoSymbol | null;
  readonly ReferencedSymbol?: KustoSymbol | null;
  readonly ChildCount: number;
  GetChild(index: number): KustoNode | null;
  GetCalledFunctionBody(): KustoNode | null;
}
interface Diagnostic {
  readonly Severity: string;
  readonly Start: number;
  readonly Message: string;
}
interface Kusto {
  readonly KustoCode: {
    ParseAndAnalyze(
      text: string,
      globals: unknown,
    ): { readonly Syntax: KustoNode; GetDiagnostics(): KustoList<Diagnostic> };
  };
  readonly GlobalState: { readonly Default: { WithDatabase(database: unknown): unknown } };
  readonly Symbols: {
    readonly TableSymbol: { From(schema: string): { WithName(name: string): unknown } };
    readonly DatabaseSymbol: { readonly ctor: new (name: string, tables: readonly unknown[]) => unknown };
  };
  readonly Syntax: { readonly SyntaxKind: Readonly<Record<string, unknown>> };
  readonly Binding: { readonly Binder: { GetExpressionResultName(expression: KustoNode): string | null } };
}

let loaded: { readonly kusto: Kusto; readonly kinds: ReadonlyMap<number, string> } | undefined;

export function language(): NonNullable<typeof loaded> {
  if (loaded) return loaded;
  const require = createRequire(import.meta.url);
  require('@kusto/language-service-next/bridge.min.js');
  require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
  const kusto = (globalThis as unknown as { readonly Kusto: { readonly Language: Kusto } }).Kusto.Language;
  const kinds = Object.entries(kusto.Syntax.SyntaxKind).flatMap(([name, kind]) =>
    typeof kind === 'number' ? [[kind, name] as const] : [],
  );
  loaded = { kusto, kinds: new Map(kinds) };
  return loaded;
}

const globalsOf = new WeakMap<Schema, unknown>();

export function globals(schema: Schema): unknown {
  const known = globalsOf.get(schema);
  if (known !== undefined) return known;
  const { Symbols, GlobalState } = language().kusto;
  const tables = Object.entries(schema).map(([name, columns]) =>
    Symbols.TableSymbol.From(`(${columns.map((column) => `${column.name}: ${column.type}`).join(', ')})`).WithName(
      name,
    ),
  );
  const made = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('logs', tables));
  globalsOf.set(schema, made);
  return made;
}

/** Parses and binds a query; throws a {@link KqlError} with every syntax and name error. */
export function bind(query: string, schema: Schema): Tree {
  const code = language().kusto.KustoCode.ParseAndAnalyze(query, globals(schema));
  const errors = items(code.GetDiagnostics()).filter(({ Severity }) => Severity === 'Error');
  if (errors.length > 0)
    throw new KqlError(
      'semantic',
      query,
      errors.map(({ Start, Message }) => ({ offset: Start, message: Message })),
    );
  return treeOf(code.Syntax);
}

export const items = <T>(list: KustoList<T>): T[] => Array.from({ length: list.Count }, (_, i) => list.getItem(i));

export function treeOf(node: KustoNode, shift = 0): Tree {
  const children: Tree[] = [];
  for (let i = 0; i < node.ChildCount; i += 1) {
    const child = node.GetChild(i);
    if (child) children.push(treeOf(child, shift));
  }
  const columns = node.ResultType?.Columns;
  return {
    kind: language().kinds.get(node.Kind) ?? String(node.Kind),
    text: node.IsToken ? (node.Text ?? '') : '',
    start: node.TextStart + shift,
    type: node.ResultType?.Name,
    columns: columns && items(columns).map(({ Name, Type }) => ({ name: Name, type: Type.Name })),
    open: node.ResultType?.IsOpen === true,
    refersTo: node.ReferencedSymbol?.Name,
    resultName: node.ResultType ? (language().kusto.Binding.Binder.GetExpressionResultName(node) ?? '') : '',
    children,
    body(start) {
      // Microsoft's binder works out a function's body anew for each call, as a text of its own.
      const body = node.GetCalledFunctionBody();
      return body ? treeOf(body, start - body.TextStart) : undefined;
    },
  };
}
