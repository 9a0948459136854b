import {
  child,
  childOf,
  elements,
  textOf,
  unsupported,
  type Environment,
  type Row,
  type Scalar,
  type Scope,
  type Source,
  type Tabular,
  type TableValue,
  type UserFunction,
} from './compile.ts';
import type { Column, Tree } from './language.ts';
import type { Value } from './values.ts';

/** The scope after a `let`. */
export function withLet(statement: Tree, scope: Scope): Scope {
  const name = childOf(statement, 'NameDeclaration')?.refersTo ?? '';
  const value = child(statement, statement.children.length - 1);
  // Whatever stood under this name before is hidden by it.
  const rest = without(scope, name);
  if (value.kind === 'FunctionDeclaration')
    return { ...rest, functions: new Map([...rest.functions, [name, { declaration: value, scope }]]) };
  if (value.columns !== undefined || value.kind === 'MaterializeExpression')
    return { ...rest, tables: new Map([...rest.tables, [name, once(scope.compile.table(value, scope))]]) };
  const compiled = scope.compile.scalar(value, scope);
  // In the body of a function a value may follow from parameters that change from row to row.
  const changes = readsRow(value, scope);
  return {
    ...rest,
    scalars: new Map([...rest.scalars, [name, changes ? compiled : constant(compiled)]]),
    ...(changes && { rowScalars: new Set([...(rest.rowScalars ?? []), name]) }),
  };
}

function without(scope: Scope, name: string): Scope {
  const left = <T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> => {
    const copy = new Map(map);
    copy.delete(name);
    return copy;
  };
  return {
    ...scope,
    scalars: left(scope.scalars),
    tables: left(scope.tables),
    functions: left(scope.functions),
    columns: scope.columns.map((column) => (column.name === name ? { ...column, name: '' } : column)),
    rowScalars: new Set([...(scope.rowScalars ?? [])].filter((known) => known !== name)),
  };
}

/** Evaluated once a run: a `let` is a value, not a macro. */
export function once({ run, ...source }: Source): Source {
  const made = new WeakMap<Environment, TableValue>();
  const single: Tabular = (env) => {
    const known = made.get(env) ?? run(env);
    made.set(env, known);
    return known;
  };
  return { ...source, run: single };
}

/** A value that no row changes, worked out once a run. */
export function constant(value: Scalar): Scalar {
  const made = new WeakMap<Environment, { readonly value: Value }>();
  return (_row, env) => {
    const known = made.get(env) ?? { value: value([], env) };
    made.set(env, known);
    return known.value;
  };
}

/** Whether a row can change the value: it names a column, or what was made of one. */
export function readsRow(tree: Tree, scope: Scope): boolean {
  if (tree.kind === 'NameReference') {
    const name = tree.refersTo ?? textOf(tree);
    return scope.columns.some((column) => column.name === name) || scope.rowScalars?.has(name) === true;
  }
  return tree.children.some((part) => readsRow(part, scope));
}

interface Parameter {
  readonly column: Column;
  readonly isTable: boolean;
  readonly otherwise: Tree | undefined;
}

function parametersOf({ declaration }: UserFunction): readonly Parameter[] {
  const list = declaration.children.find(({ kind }) => kind === 'FunctionParameters');
  return elements(list && childOf(list, 'List')).map((parameter) => {
    const name = childOf(child(parameter, 0), 'NameDeclaration');
    return {
      column: { name: name?.refersTo ?? '', type: name?.type ?? 'unknown' },
      isTable: name?.columns !== undefined,
      otherwise: childOf(parameter, 'DefaultValueDeclaration'),
    };
  });
}

interface Called {
  readonly scope: Scope;
  /** The expression that the body gives. */
  readonly result: Tree;
  /** The values of the parameters that rows can change, in the order of the scope's columns. */
  readonly values: readonly Scalar[];
}

/** Binds the arguments of a call to the parameters of the function, and reads the statements of its body. */
function called(call: Tree, scope: Scope, piped: Source | undefined, perRow: boolean): Called {
  const name = call.refersTo ?? textOf(child(call, 0));
  const found = scope.functions.get(name);
  const place = found && childOf(found.declaration, 'FunctionBody');
  const body = place && call.body(child(place, 0).start);
  if (!body) throw unsupported(call, `the function ${name}()`, scope);
  // A view may be named without parentheses.
  const given = call.kind === 'NameReference' ? [] : elements(childOf(child(call, 1), 'List'));
  const parameters = parametersOf(found);
  let inner: Scope = { ...found.scope, columns: [] };
  const values: Scalar[] = [];
  for (const [i, { column, isTable, otherwise }] of parameters.entries()) {
    const isPiped = i === 0 && piped !== undefined;
    const named = given.find((part) => part.kind === 'SimpleNamedExpression' && textOf(child(part, 0)) === column.name);
    const position = given[piped ? i - 1 : i];
    const argument = named ? child(named, 2) : position?.kind === 'SimpleNamedExpression' ? undefined : position;
    inner = without(inner, column.name);
    if (isTable) {
      const table = isPiped ? piped : argument && scope.compile.table(argument, scope);
      if (!table) throw unsupported(call, `this call of ${name}()`, scope);
      inner = { ...inner, tables: new Map([...inner.tables, [column.name, once(table)]]) };
      continue;
    }
    const value = argument ?? (otherwise && child(otherwise, 1));
    if (!value || isPiped) throw unsupported(call, `this call of ${name}()`, scope);
    if (
      value.type !== column.type &&
      !['int long', 'long real', 'int real'].includes(`${value.type ?? ''} ${column.type}`)
    )
      throw unsupported(value, `${value.type ?? 'this'} for the parameter ${column.name}: ${column.type}`, scope);
    const compiled = scope.compile.scalar(value, argument ? scope : found.scope);
    if (argument && perRow && readsRow(argument, scope)) {
      values.push(compiled);
      inner = { ...inner, columns: [...inner.columns, column] };
    } else inner = { ...inner, scalars: new Map([...inner.scalars, [column.name, constant(compiled)]]) };
  }
  const statements = elements(childOf(body, 'List'));
  for (const statement of statements) {
    if (statement.kind !== 'LetStatement') throw unsupported(statement, textOf(statement).slice(0, 40), scope);
    inner = withLet(statement, inner);
  }
  return { scope: inner, result: child(body, body.children.length - 2), values };
}

/** A call, in an expression, of a function that the query declares. */
export function calledScalar(call: Tree, scope: Scope): Scalar {
  const { scope: inner, result, values } = called(call, scope, undefined, true);
  const compiled = scope.compile.scalar(result, inner);
  if (values.length === 0) return constant(compiled);
  return (row: Row, env) =>
    compiled(
      values.map((value) => value(row, env)),
      env,
    );
}

/** A call of a function that gives a table; `invoke` pipes its first argument into it. */
export function calledTable(call: Tree, scope: Scope, piped?: Source): Source {
  const { scope: inner, result } = called(call, scope, piped, false);
  return scope.compile.table(result, inner);
}
