import { child, elements, textOf, unsupported, type Environment, type Scope, type TableValue } from './compile.ts';
import { scalar } from './expressions.ts';
import { bind, type Column, type Schema } from './language.ts';
import { withLet } from './lets.ts';
import { tabular } from './tabular.ts';

/** A query whose every part is known to this engine. */
export interface CompiledQuery {
  /** Those that are known before it runs; `bag_unpack` and `pivot` make more. */
  readonly columns: readonly Column[];
  run(env: Environment): TableValue;
}

/** Parses, binds and compiles; throws a {@link KqlError} before anything is evaluated. */
export function compileQuery(query: string, schema: Schema): CompiledQuery {
  const root = bind(query, schema);
  let scope: Scope = {
    query,
    columns: [],
    scalars: new Map(),
    tables: new Map(),
    functions: new Map(),
    compile: { scalar, table: tabular },
  };
  let result: CompiledQuery | undefined;
  for (const statement of elements(root.children.filter(({ kind }) => kind === 'List').at(-1))) {
    if (statement.kind === 'LetStatement') scope = withLet(statement, scope);
    else if (statement.kind === 'ExpressionStatement') {
      if (result) throw unsupported(statement, 'a second result', scope);
      result = tabular(child(statement, 0), scope);
    } else throw unsupported(statement, textOf(statement).slice(0, 40), scope);
  }
  if (!result) throw unsupported(root, 'a query without a result', scope);
  return result;
}
