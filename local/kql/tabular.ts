import { child, childOf, elements, textOf, unsupported, type Scope, type Tabular } from './compile.ts';
import { scalar } from './expressions.ts';
import type { Column, Tree } from './language.ts';
import { join } from './join.ts';
import { literal } from './literals.ts';
import { pipeOperator } from './operators.ts';
import { long, type Value } from './values.ts';

export interface Source {
  readonly run: Tabular;
  readonly columns: readonly Column[];
}

/** Compiles an expression that gives a table: a source, or a source and what it is piped through. */
export function tabular(tree: Tree, scope: Scope): Source {
  switch (tree.kind) {
    case 'PipeExpression': {
      const source = tabular(child(tree, 0), scope);
      const operator = child(tree, 2);
      // These two take a second table besides the one piped into them.
      if (operator.kind === 'UnionOperator') return union(operator, scope, [source]);
      if (operator.kind === 'JoinOperator') return join(operator, source, (right) => tabular(right, scope), scope);
      const step = pipeOperator(operator, columnsOf(tree, scope), { ...scope, columns: source.columns });
      return { columns: columnsOf(tree, scope), run: (env) => step(source.run(env), env) };
    }
    case 'ParenthesizedExpression':
      return tabular(child(tree, 1), scope);
    case 'NameReference':
      return { columns: columnsOf(tree, scope), run: named(tree, scope) };
    case 'MaterializeExpression':
      // It only says that a table should be computed once; here every `let` is.
      return tabular(child(tree, 2), scope);
    case 'FunctionCallExpression':
      throw unsupported(tree, `the function ${tree.refersTo ?? textOf(child(tree, 0))}() as a table`, scope);
    case 'DataTableExpression':
      return dataTable(tree, scope);
    case 'PrintOperator':
      return print(tree, scope);
    case 'UnionOperator':
      return union(tree, scope);
    default:
      throw unsupported(tree, operatorName(tree), scope);
  }
}

/** `JoinOperator` → `the operator join`, as the author wrote it. */
export const operatorName = (tree: Tree): string =>
  `the operator ${tree.children.find(({ text }) => text !== '')?.text ?? tree.kind}`;

export function columnsOf(tree: Tree, scope: Scope): readonly Column[] {
  if (tree.columns) return tree.columns;
  throw unsupported(tree, 'a table whose columns are not known', scope);
}

function named(tree: Tree, scope: Scope): Tabular {
  const name = tree.refersTo ?? textOf(tree);
  const columns = columnsOf(tree, scope);
  return scope.tables.get(name) ?? ((env) => ({ columns, rows: env.rows(name) }));
}

function dataTable(tree: Tree, scope: Scope): Source {
  const columns = columnsOf(tree, scope);
  const lists = tree.children.filter(({ kind }) => kind === 'List');
  const values = elements(lists.at(-1)).map((item) => constant(item, scope));
  const rows: Value[][] = [];
  for (let at = 0; at < values.length; at += columns.length) rows.push(values.slice(at, at + columns.length));
  return { columns, run: () => ({ columns, rows }) };
}

function constant(tree: Tree, scope: Scope): Value {
  if (tree.kind === 'UnaryMinusExpression') {
    const value = constant(child(tree, 1), scope);
    if (typeof value === 'number') return -value;
    if (typeof value === 'bigint') return tree.type === 'timespan' ? -value : long(-value);
  }
  const found = literal(tree, scope);
  if (!found) throw unsupported(tree, 'a value in a datatable that is no literal', scope);
  return found.value;
}

function print(tree: Tree, scope: Scope): Source {
  const columns = columnsOf(tree, scope);
  const values = elements(childOf(tree, 'List')).map((item) => scalar(valueOf(item), { ...scope, columns: [] }));
  return { columns, run: (env) => ({ columns, rows: [values.map((value) => value([], env))] }) };
}

/** The expression of `name = expression`, or the expression itself. */
export const valueOf = (item: Tree): Tree => (item.kind === 'SimpleNamedExpression' ? child(item, 2) : item);

/** Tables below each other, columns matched by name and type. */
function union(tree: Tree, scope: Scope, first: readonly Source[] = []): Source {
  if (
    childOf(tree, 'NamedParameter') ??
    tree.children.some((part) => part.kind === 'List' && part.children.some(({ kind }) => kind === 'NamedParameter'))
  ) {
    throw unsupported(tree, 'a parameter of union', scope);
  }
  const columns = columnsOf(tree, scope);
  const others = elements(tree.children.filter(({ kind }) => kind === 'List').at(-1));
  const parts = [...first, ...others.map((part) => tabular(part, scope))];
  const places = parts.map((part) =>
    columns.map((column) => part.columns.findIndex(({ name, type }) => name === column.name && type === column.type)),
  );
  // The same name with two types makes columns of other names, by a rule of its own.
  if (parts.some((part, i) => part.columns.some((_column, at) => places[i]?.includes(at) !== true))) {
    throw unsupported(tree, 'a union of columns with one name and several types', scope);
  }
  const run: Tabular = (env) => ({
    columns,
    rows: parts.flatMap((part, i) =>
      part
        .run(env)
        .rows.map((row) =>
          columns.map(({ type }, at): Value => row[places[i]?.[at] ?? -1] ?? (type === 'string' ? '' : null)),
        ),
    ),
  });
  return { columns, run };
}
