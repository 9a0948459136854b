import {
  child,
  childOf,
  columnsOf,
  listed,
  parametersOf,
  textOf,
  unsupported,
  type Row,
  type Scope,
  type Source,
} from '../compile.ts';
import type { Column, Tree } from '../language.ts';
import { keyOf } from '../values.ts';
import { expansion } from './expansion.ts';
import { step, type PipeOperator } from './operator.ts';

/** Runs a sub-query over the rows that each row expands to. */
export const mvApply: PipeOperator = (tree, source, scope) => {
  const columns = columnsOf(tree, scope);
  const subquery = childOf(tree, 'MvApplySubqueryExpression');
  if (!subquery) throw unsupported(tree, 'this form of mv-apply', scope);
  const body = child(subquery, 1);
  const within = expandedColumns(tree, scope);
  const expand = expansion(tree, within, scope);
  let current: readonly Row[] = [];
  const piped: Source = { columns: within, run: () => ({ columns: within, rows: current }) };
  const names = hasAs(body);
  const result = scope.compile.table(body, { ...scope, columns: [] }, piped);
  if (result.open === true) throw unsupported(body, 'columns that only the rows tell', scope);
  const places = columns.map(({ name }) => ({
    inner: result.columns.findIndex((column) => column.name === name),
    outer: scope.columns.findIndex((column, at) => column.name === name && !expand.replaced.has(at)),
  }));
  if (places.some(({ inner, outer }) => inner < 0 && outer < 0))
    throw unsupported(tree, 'this form of mv-apply', scope);
  return step(source, columns, (rows, env) =>
    rows.flatMap((row) => {
      current = expand.rows(row, env);
      // A table that "as" names is worked out once a run, and each row is a run of its own.
      const made = result.run(names ? { ...env } : env).rows;
      // A sub-query that gives rows of none, as an aggregation does, is not established for a row without elements.
      if (current.length === 0 && made.length > 0) throw unsupported(body, 'this sub-query over no elements', scope);
      return made.map((inner) =>
        places.map((place) => {
          const value = inner[place.inner] ?? null;
          if (place.inner < 0) return row[place.outer] ?? null;
          // Which of two values a column of one name keeps is not established.
          if (place.outer >= 0 && keyOf(value) !== keyOf(row[place.outer] ?? null))
            throw unsupported(body, 'a column of the sub-query with the name of another outside', scope);
          return value;
        }),
      );
    }),
  );
};

const hasAs = (tree: Tree): boolean => tree.kind === 'AsOperator' || tree.children.some(hasAs);

/** The columns that the sub-query starts from: the source's, those expanded with the types of their elements, and the index. */
function expandedColumns(tree: Tree, scope: Scope): readonly Column[] {
  const columns: Column[] = [...scope.columns];
  const put = (column: Column): void => {
    const at = columns.findIndex(({ name }) => name === column.name);
    if (at >= 0) columns[at] = column;
    else columns.push(column);
  };
  for (const item of listed(tree)) put(expandedColumn(item, scope));
  const index = parametersOf(tree).get('with_itemindex');
  if (index) put({ name: textOf(index), type: 'long' });
  return columns;
}

function expandedColumn(item: Tree, scope: Scope): Column {
  const first = child(item, 0);
  const type = childOf(item, 'ToTypeOfClause');
  const declared = childOf(first, 'NameDeclaration');
  const name = declared ? textOf(declared) : first.resultName;
  if (name === '') throw unsupported(item, 'an expansion without a name', scope);
  return { name, type: type ? (childOf(type, 'TypeOfLiteralExpression')?.refersTo ?? '') : 'dynamic' };
}
