import {
  child,
  columnsOf,
  listed,
  missing,
  onlyParameters,
  textOf,
  unsupported,
  type Row,
  type Scope,
  type Source,
} from '../compile.ts';
import type { Column, Tree } from '../language.ts';
import type { Value } from '../values.ts';

/** Tables below each other, columns matched by name and type. */
export function union(tree: Tree, scope: Scope, first?: Source): Source {
  const parameters = onlyParameters(tree, ['kind', 'withsource', 'isfuzzy'], scope);
  const bound = columnsOf(tree, scope);
  const named = { ...scope, columns: [] };
  const isFuzzy = parameters.has('isfuzzy') && textOf(parameters.get('isfuzzy') ?? tree).toLowerCase() === 'true';
  // A table that there is none of is left out when the author says so; the binder then knows no columns of it.
  const trees = listed(tree).filter((part) => !isFuzzy || !isMissing(part, scope));
  const wildcard = trees.find((part) => /WildcardedNameReference/.test(part.kind));
  if (wildcard) throw unsupported(wildcard, 'a wildcard for tables', scope);
  const parts = [...(first ? [first] : []), ...trees.map((part) => scope.compile.table(part, named))];
  if (parts.some(({ open }) => open === true))
    throw unsupported(tree, 'a union of columns that only the rows tell', scope);
  const isPartial = trees.length < listed(tree).length;
  const columns = isPartial ? columnsOfAll(parts, parameters.get('withsource')) : bound;
  const kind = parameters.get('kind');
  // The binder gives the columns of an outer union for an inner one too.
  if (kind && textOf(kind) === 'inner' && parts.some((part) => part.columns.length !== columns.length))
    throw unsupported(kind, 'an inner union of different columns', scope);
  const withSource = parameters.get('withsource');
  const sourceName = withSource && textOf(withSource);
  const names = sourceName === undefined ? [] : parts.map((part, i) => part.table ?? `union_arg${String(i)}`);
  const own = sourceName === undefined ? columns : columns.filter(({ name }) => name !== sourceName);
  const places = parts.map((part) => own.map((column) => placeOf(column, part, parts, own)));
  if (parts.some((part, i) => part.columns.some((_column, at) => places[i]?.includes(at) !== true)))
    throw unsupported(tree, 'this union of columns with one name and several types', scope);
  const nothing = own.map(({ type }) => missing(type));
  const sourceAt = columns.findIndex(({ name }) => name === sourceName);
  return {
    columns,
    run: (env) => ({
      columns,
      rows: parts.flatMap((part, i) => {
        const at = places[i] ?? [];
        return part.run(env).rows.map((row): Row => {
          const values = at.map((place, column): Value => row[place] ?? nothing[column] ?? null);
          if (sourceAt >= 0) values.splice(sourceAt, 0, names[i] ?? '');
          return values;
        });
      }),
    }),
  };
}

/** The columns of the tables that there are, in the order in which they first come; the binder counts the others' too. */
function columnsOfAll(parts: readonly Source[], withSource: Tree | undefined): readonly Column[] {
  const columns: Column[] = withSource ? [{ name: textOf(withSource), type: 'string' }] : [];
  for (const column of parts.flatMap((part) => part.columns))
    if (!columns.some(({ name }) => name === column.name)) columns.push(column);
  return columns;
}

/** Whether it starts from a table that there is none of; the binder then knows no columns of it. */
function isMissing(tree: Tree, scope: Scope): boolean {
  if (tree.kind === 'ParenthesizedExpression') return isMissing(child(tree, 1), scope);
  if (tree.kind === 'PipeExpression') return isMissing(child(tree, 0), scope);
  return tree.kind === 'NameReference' && tree.refersTo === undefined && !scope.tables.has(textOf(tree));
}

/** A name that comes with several types becomes a column for each: `x_long`, `x_int`. */
function placeOf(column: Column, part: Source, parts: readonly Source[], all: readonly Column[]): number {
  const direct = part.columns.findIndex(({ name, type }) => name === column.name && type === column.type);
  if (direct >= 0) return direct;
  return part.columns.findIndex(
    ({ name, type }) =>
      type === column.type &&
      column.name === `${name}_${type}` &&
      !all.some((other) => other.name === name) &&
      !parts.some((other) => other.columns.some((its) => its.name === column.name)),
  );
}
