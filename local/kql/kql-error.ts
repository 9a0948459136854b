export interface KqlProblem {
  readonly offset: number;
  readonly message: string;
}

/** Why a query is not run: `semantic` as Microsoft's binder says, `unsupported` by this engine. Nothing has been evaluated. */
export class KqlError extends Error {
  override readonly name = 'KqlError';
  readonly kind: 'semantic' | 'unsupported';
  /** Lines and columns count from 1. */
  readonly problems: readonly { readonly line: number; readonly column: number; readonly message: string }[];

  constructor(kind: KqlError['kind'], query: string, problems: readonly KqlProblem[]) {
    const placed = problems.map(({ offset, message }) => ({ ...placeOf(query, offset), message }));
    super(
      placed
        .map(({ line, column, message }) => `line ${String(line)}, column ${String(column)}: ${message}`)
        .join('\n'),
    );
    this.kind = kind;
    this.problems = placed;
  }
}

function placeOf(query: string, offset: number): { readonly line: number; readonly column: number } {
  const before = query.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
