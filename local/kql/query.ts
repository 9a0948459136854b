import {
  child,
  childOf,
  elements,
  textOf,
  unsupported,
  type Environment,
  type Scalar,
  type Scope,
  type Tabular,
  type TableValue,
} from './compile.ts';
import { scalar } from './expressions.ts';
import { bind, type Column, type Schema, type Tree } from './language.ts';
import { tabular } from './tabular.ts';

/** A query whose every part is known to this engine. */
export interface CompiledQuery {
  readonly columns: readonly Column[];
  run(env: Environment): TableValue;
}

/** Parses, binds and compiles; throws a {@link KqlError} before anything is evaluated. */
export function compileQuery(query: string, schema: Schema): CompiledQuery {
  const root = bind(query, schema);
  const scalars = new Map<string, Scalar>();
  const tables = new Map<string, Tabular>();
  const scope: Scope = { query, columns: [], scalars, tables };
  let result: CompiledQuery | undefined;
  for (const statement of elements(root.children.filter(({ kind }) => kind === 'List').at(-1))) {
    if (statement.kind === 'LetStatement') readLet(statement, scope, scalars, tables);
    else if (statement.kind === 'ExpressionStatement') {
      if (result) throw unsupported(statement, 'a second result', scope);
      result = tabular(child(statement, 0), scope);
    } else throw unsupported(statement, textOf(statement).slice(0, 40), scope);
  }
  if (!result) throw unsupported(root, 'a query without a result', scope);
  return result;
}

function readLet(statement: Tree, scope: Scope, scalars: Map<string, Scalar>, tables: Map<string, Tabular>): void {
  const name = childOf(statement, 'NameDeclaration')?.refersTo ?? '';
  const value = child(statement, statement.children.length - 1);
  if (value.kind === 'FunctionDeclaration') throw unsupported(value, 'a function', scope);
  // Whatever stood under this name before is hidden by it.
  scalars.delete(name);
  tables.delete(name);
  if (value.columns !== undefined || value.kind === 'MaterializeExpression')
    tables.set(name, once(tabular(value, { ...scope, scalars: new Map(scalars), tables: new Map(tables) }).run));
  else scalars.set(name, scalarLet(scalar(value, { ...scope, scalars: new Map(scalars), tables: new Map(tables) })));
}

/** Evaluated once a run: a `let` is a value, not a macro. */
function once(run: Tabular): Tabular {
  const made = new WeakMap<Environment, TableValue>();
  return (env) => {
    const known = made.get(env) ?? run(env);
    made.set(env, known);
    return known;
  };
}

function scalarLet(value: Scalar): Scalar {
  const made = new WeakMap<Environment, { readonly value: ReturnType<Scalar> }>();
  return (_row, env) => {
    const known = made.get(env) ?? { value: value([], env) };
    made.set(env, known);
    return known.value;
  };
}
