import type { Environment, Row, Scope, Source } from '../compile.ts';
import type { Column, Tree } from '../language.ts';

/** Compiles what stands behind a `|`, over the table piped into it; `scope` has that table's columns. */
export type PipeOperator = (tree: Tree, source: Source, scope: Scope) => Source;

/** A table made of another's rows. */
export const step = (
  source: Source,
  columns: readonly Column[],
  act: (rows: readonly Row[], env: Environment) => readonly Row[],
): Source => ({ columns, run: (env) => ({ columns, rows: act(source.run(env).rows, env) }) });
