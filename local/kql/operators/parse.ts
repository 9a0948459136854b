import { child, columnsOf, missing, onlyParameters, textOf, typeOf, unsupported } from '../compile.ts';
import { textual } from '../texts.ts';
import type { Value } from '../values.ts';
import { step, type PipeOperator } from './operator.ts';
import { matcher } from './parse-pattern.ts';

/** `parse` and `parse-where`: takes a text apart at the texts of a pattern, into columns. */
export const parse: PipeOperator = (tree, source, scope) => {
  const parameters = onlyParameters(tree, ['kind', 'flags'], scope);
  const kind = textOf(parameters.get('kind') ?? { ...tree, children: [] }) || 'simple';
  const flags = textOf(parameters.get('flags') ?? { ...tree, children: [] });
  const isWhere = tree.kind === 'ParseWhereOperator';
  if ((kind !== 'simple' && kind !== 'relaxed' && kind !== 'regex') || (isWhere && kind === 'relaxed'))
    throw unsupported(tree, `parse of the kind ${kind}`, scope);
  if (!/^[imsU]*$/.test(flags) || (flags !== '' && kind !== 'regex'))
    throw unsupported(tree, `the flags ${flags}`, scope);
  // A column that is there already is replaced where it stands.
  const bound = columnsOf(tree, scope);
  const columns = bound.flatMap(({ name }, at) => {
    const last = bound.findLast((column) => column.name === name);
    return last && bound.findIndex((column) => column.name === name) === at ? [last] : [];
  });
  const withAt = tree.children.findIndex(({ text }) => text === 'with');
  const expression = child(tree, withAt - 1);
  const pattern = child(tree, withAt + 1);
  const text = textual(scope.compile.scalar(expression, scope), typeOf(expression), expression, scope);
  const match = matcher(pattern.children, kind, flags, scope);
  const names = match.columns.map(({ name }) => name);
  const places = columns.map(({ name }) => ({
    found: names.lastIndexOf(name),
    at: scope.columns.findIndex((column) => column.name === name),
  }));
  if (places.some(({ found, at }) => found < 0 && at < 0) || new Set(names).size < names.length)
    throw unsupported(tree, 'this form of parse', scope);
  const nothing: readonly Value[] = match.columns.map(({ type }) => missing(type));
  return step(source, columns, (rows, env) =>
    rows.flatMap((row) => {
      const found = match.find(text(row, env));
      if (!found && isWhere) return [];
      const values = found ?? nothing;
      return [places.map((place): Value => (place.found >= 0 ? values[place.found] : row[place.at]) ?? null)];
    }),
  );
};
