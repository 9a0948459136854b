import { argumentsOf, child, childOf, missing, textOf, unsupported, type Row, type TableValue } from '../compile.ts';
import { cast, isBag, kindOf } from '../dynamics.ts';
import type { Column } from '../language.ts';
import { literal } from '../literals.ts';
import { numberIn } from '../dynamics.ts';
import { parseDatetime, parseTimespan, type Value } from '../values.ts';
import type { PipeOperator } from './operator.ts';

/** A column for each entry of the bags in a column, typed by the values where the author names no types. */
export const bagUnpack: PipeOperator = (tree, source, scope) => {
  const call = childOf(tree, 'FunctionCallExpression');
  if (!call) throw unsupported(tree, 'this form of bag_unpack', scope);
  const [bagTree, prefixTree, ...others] = argumentsOf(call);
  const bagAt = scope.columns.findIndex(({ name }) => name === bagTree?.refersTo);
  const prefix = prefixTree ? literal(prefixTree, scope)?.value : '';
  if (!bagTree || scope.columns[bagAt]?.type !== 'dynamic' || typeof prefix !== 'string' || others.length > 0)
    throw unsupported(call, 'this form of bag_unpack', scope);
  const kept = scope.columns.map((_column, at) => at).filter((at) => at !== bagAt);
  const keptColumns = kept.flatMap((at) => scope.columns[at] ?? []);
  const conflict = (name: string): Error => unsupported(call, `the column ${name} twice`, scope);

  const schema = childOf(tree, 'EvaluateSchemaClause');
  if (schema) {
    const columns = tree.columns ?? [];
    const hasStar = /[(]\s*[*]/.test(textOf(child(schema, 1)).slice(0, 2));
    const declared = hasStar ? columns.slice(keptColumns.length) : columns;
    const clash = declared.find(({ name }) => keptColumns.some((column) => column.name === name));
    if (clash) throw conflict(clash.name);
    const unpack = (row: Row): Row => {
      const bag = row[bagAt];
      const values = declared.map(({ name, type }) => {
        const value =
          isBag(bag) && name.startsWith(prefix) && Object.hasOwn(bag, name.slice(prefix.length))
            ? bag[name.slice(prefix.length)]
            : null;
        const found = cast(value, type);
        if (found === undefined) throw unsupported(call, `a value of ${name} that is no ${type}`, scope);
        return found;
      });
      return [...(hasStar ? kept.map((at) => row[at] ?? null) : []), ...values];
    };
    return { columns, run: (env) => ({ columns, rows: source.run(env).rows.map(unpack) }) };
  }

  const run = (rows: readonly Row[]): TableValue => {
    const kinds = new Map<string, Set<string>>();
    for (const row of rows) {
      const bag = row[bagAt];
      if (!isBag(bag)) {
        if (bag !== null) throw unsupported(call, 'an opened value that is no bag', scope);
        continue;
      }
      for (const [key, value] of Object.entries(bag)) {
        const known = kinds.get(key) ?? new Set();
        const type = typeIn(value);
        if (type === undefined) throw unsupported(call, `an opened text that may be a time, in ${key},`, scope);
        kinds.set(key, type === '' ? known : known.add(type));
      }
    }
    const keys = [...kinds.keys()].sort();
    const added = keys.map((key): Column => {
      const types = [...(kinds.get(key) ?? [])];
      return { name: `${prefix}${key}`, type: types.length === 1 ? (types[0] ?? '') : 'dynamic' };
    });
    const clash = added.find(({ name }) => keptColumns.some((column) => column.name === name));
    if (clash) throw conflict(clash.name);
    return {
      columns: [...keptColumns, ...added],
      rows: rows.map((row) => {
        const bag = row[bagAt];
        return [
          ...kept.map((at) => row[at] ?? null),
          ...keys.map((key, i): Value => {
            const type = added[i]?.type ?? 'dynamic';
            const value = isBag(bag) && Object.hasOwn(bag, key) ? bag[key] : null;
            if (value === null) return missing(type);
            return type === 'real' ? Number(numberIn(value)) : (value as Value);
          }),
        ];
      }),
    };
  };
  return { columns: keptColumns, open: true, run: (env) => run(source.run(env).rows) };
};

/** The type of a column for such values; empty for null, undefined for a text that the service may take for a time. */
function typeIn(value: unknown): string | undefined {
  const kind = kindOf(value);
  if (kind === 'null') return '';
  if (kind === 'array' || kind === 'bag') return 'dynamic';
  if (kind !== 'string') return kind;
  return parseDatetime(value as string) === null && parseTimespan(value as string) === null ? 'string' : undefined;
}
