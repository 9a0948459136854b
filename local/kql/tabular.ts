import { child, columnsOf, operatorName, textOf, unsupported, type Scope, type Source } from './compile.ts';
import type { Tree } from './language.ts';
import { calledTable } from './lets.ts';
import { PIPE_OPERATORS } from './operators/pipe.ts';
import { dataTable, print, range } from './operators/sources.ts';
import { union } from './operators/union.ts';

/** Compiles an expression that gives a table: a source, or a source and what it is piped through. */
export function tabular(tree: Tree, scope: Scope, piped?: Source): Source {
  switch (tree.kind) {
    case 'PipeExpression': {
      const source = tabular(child(tree, 0), scope, piped);
      return pipe(child(tree, 2), source, scope);
    }
    case 'ParenthesizedExpression':
      return tabular(child(tree, 1), scope, piped);
    case 'NameReference':
      return named(tree, scope);
    case 'MaterializeExpression':
      // It only says that a table should be computed once; here every `let` is.
      return tabular(child(tree, 2), scope);
    case 'FunctionCallExpression':
      if (scope.functions.has(tree.refersTo ?? '')) return calledTable(tree, scope);
      throw unsupported(tree, `the function ${tree.refersTo ?? textOf(child(tree, 0))}() as a table`, scope);
    case 'DataTableExpression':
      return dataTable(tree, scope);
    case 'PrintOperator':
      return print(tree, scope);
    case 'RangeOperator':
      return range(tree, scope);
    case 'UnionOperator':
      return union(tree, scope, piped);
    default:
      if (piped) return pipe(tree, piped, scope);
      throw unsupported(tree, operatorName(tree), scope);
  }
}

/** The operators that give their rows an order that counts, and those that keep it (language reference, "Window functions"). */
const ORDERING = new Set(['SerializeOperator', 'SortOperator', 'TopOperator']);
const KEEPING_ORDER = new Set([
  'AsOperator',
  'ExtendOperator',
  'FilterOperator',
  'MvExpandOperator',
  'ParseOperator',
  'ParseWhereOperator',
  'ProjectAwayOperator',
  'ProjectKeepOperator',
  'ProjectOperator',
  'ProjectRenameOperator',
  'ProjectReorderOperator',
  'TakeOperator',
]);

/** What stands behind a `|`, over the table piped into it. */
function pipe(operator: Tree, source: Source, scope: Scope): Source {
  const compile = Object.hasOwn(PIPE_OPERATORS, operator.kind) ? PIPE_OPERATORS[operator.kind] : undefined;
  if (!compile) throw unsupported(operator, operatorName(operator), scope);
  if (source.open === true && operator.kind !== 'RenderOperator')
    throw unsupported(operator, 'an operator over columns that only the rows tell', scope);
  const tables = source.named ? new Map([...scope.tables, ...source.named]) : scope.tables;
  const result = compile(operator, source, {
    ...scope,
    tables,
    columns: source.columns,
    serialized: source.serialized === true || operator.kind === 'SerializeOperator',
  });
  const names = [...(source.named ?? []), ...(result.named ?? [])];
  const serialized = ORDERING.has(operator.kind) || (KEEPING_ORDER.has(operator.kind) && source.serialized === true);
  return { ...result, serialized, ...(names.length > 0 && { named: new Map(names) }) };
}

function named(tree: Tree, scope: Scope): Source {
  const name = tree.refersTo ?? textOf(tree);
  const known = scope.tables.get(name);
  if (known) return known;
  if (scope.functions.has(name)) return calledTable(tree, scope);
  const columns = columnsOf(tree, scope);
  return { columns, table: name, run: (env) => ({ columns, rows: env.rows(name) }) };
}
