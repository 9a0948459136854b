import { globals, items, language, treeOf, type Schema, type Tree } from './language.ts';

/** What Microsoft's binder says of a place in a query. Offsets count characters from 0. */
export interface Diagnostic {
  /** `KS142`; the parser's own number. */
  readonly code: string;
  readonly message: string;
  readonly start: number;
  readonly length: number;
  /** Names that may stand there. */
  readonly inScope: NamesInScope;
}

export interface NamesInScope {
  readonly columns: readonly string[];
  /** Variables of `let`: values, tables and functions. */
  readonly variables: readonly string[];
  readonly functions: readonly string[];
}

export interface Diagnosis {
  /** In order of their places; none when the query can be run. */
  readonly errors: readonly Diagnostic[];
  /** As far as the query could be understood. */
  readonly tree: Tree;
}

/** The part of the binder that only a diagnosis needs. */
interface Analysed {
  readonly Syntax: Parameters<typeof treeOf>[0];
  GetDiagnostics(): Parameters<typeof items<Found>>[0];
  GetSymbolsInScope(position: number): Parameters<typeof items<Named>>[0];
}
interface Found {
  readonly Code: string;
  readonly Severity: string;
  readonly Start: number;
  readonly Length: number;
  readonly Message: string;
}
interface Named {
  readonly Name: string;
  readonly Kind: number;
}

/** `Kusto.Language.Symbols.SymbolKind` */
const KINDS = { variable: 2, function: 3, parameter: 4, column: 9 } as const;

/** Parses and binds a query as far as that goes; unlike `bind` it never throws. */
export function diagnose(query: string, schema: Schema): Diagnosis {
  const code = language().kusto.KustoCode.ParseAndAnalyze(query, globals(schema)) as unknown as Analysed;
  const errors = items(code.GetDiagnostics())
    .filter(({ Severity }) => Severity === 'Error')
    .sort((a, b) => a.Start - b.Start)
    .map(({ Code, Message, Start, Length }) => ({
      code: Code,
      message: Message,
      start: Start,
      length: Length,
      inScope: namesAt(code, Start),
    }));
  return { errors, tree: treeOf(code.Syntax) };
}

function namesAt(code: Analysed, position: number): NamesInScope {
  const symbols = items(code.GetSymbolsInScope(position));
  const named = (...kinds: readonly number[]): readonly string[] =>
    symbols.filter(({ Kind }) => kinds.includes(Kind)).map(({ Name }) => Name);
  return {
    columns: named(KINDS.column),
    variables: named(KINDS.variable, KINDS.parameter),
    functions: named(KINDS.function),
  };
}
