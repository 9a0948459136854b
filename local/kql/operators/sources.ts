import {
  child,
  childOf,
  columnsOf,
  elements,
  missing,
  typeOf,
  unsupported,
  valueOf,
  type Scope,
  type Source,
} from '../compile.ts';
import type { Tree } from '../language.ts';
import { literal } from '../literals.ts';
import { compare, long, type Value } from '../values.ts';

export function dataTable(tree: Tree, scope: Scope): Source {
  const columns = columnsOf(tree, scope);
  const lists = tree.children.filter(({ kind }) => kind === 'List');
  const cells = elements(lists.at(-1));
  const values = cells.map((item, i) => cell(item, columns[i % columns.length]?.type ?? '', scope));
  const rows: Value[][] = [];
  for (let at = 0; at < values.length; at += columns.length) rows.push(values.slice(at, at + columns.length));
  return { columns, run: () => ({ columns, rows }) };
}

/** Types of literals that a column of another type takes as they are. */
const FITS = new Set(['long int', 'int long', 'long real', 'int real']);

function cell(tree: Tree, type: string, scope: Scope): Value {
  const value = constant(tree, scope);
  const given = typeOf(tree);
  if (value === null) return missing(type);
  if (given === type || type === 'dynamic' || FITS.has(`${given} ${type}`)) return value;
  throw unsupported(tree, `a ${given} in a column of ${type}`, scope);
}

function constant(tree: Tree, scope: Scope): Value {
  if (tree.kind === 'UnaryMinusExpression') {
    const value = constant(child(tree, 1), scope);
    if (typeof value === 'number') return 0 - value;
    if (typeof value === 'bigint') return tree.type === 'timespan' ? -value : long(-value);
  }
  const found = literal(tree, scope);
  if (!found) throw unsupported(tree, 'a value in a datatable that is no literal', scope);
  return found.value;
}

export function print(tree: Tree, scope: Scope): Source {
  const columns = columnsOf(tree, scope);
  const values = elements(childOf(tree, 'List')).map((item) =>
    scope.compile.scalar(valueOf(item), { ...scope, columns: [] }),
  );
  if (values.length !== columns.length) throw unsupported(tree, 'this form of print', scope);
  return { columns, run: (env) => ({ columns, rows: [values.map((value) => value([], env))] }) };
}

/** More rows than a test or a hunt has use for; a step by mistake too small should not fill the memory. */
const MAX_RANGE = 10_000_000;

/** `range x from 1 to 10 step 2`, the end included. */
export function range(tree: Tree, scope: Scope): Source {
  const columns = columnsOf(tree, scope);
  const [fromTree, toTree, stepTree] = [3, 5, 7].map((at) => child(tree, at)) as [Tree, Tree, Tree];
  const types = [fromTree, toTree, stepTree].map(typeOf);
  const type = columns[0]?.type ?? '';
  const isTime = type === 'datetime' || type === 'timespan';
  const fits = isTime
    ? types[0] === type && types[1] === type && types[2] === 'timespan'
    : types.every((given) => given === 'long' || given === 'int' || (type === 'real' && given === 'real'));
  if (!fits) throw unsupported(tree, `a range of ${types.join(', ')}`, scope);
  const bounds = [fromTree, toTree, stepTree].map((part) => scope.compile.scalar(part, { ...scope, columns: [] }));
  return {
    columns,
    run(env) {
      const [from = null, to = null, step = null] = bounds.map((bound) => bound([], env));
      const rows: Value[][] = [];
      if (from === null || to === null || step === null) return { columns, rows };
      const direction = Number(step);
      if (direction === 0) throw unsupported(stepTree, 'a range by steps of nothing', scope);
      for (let n = 0; n <= MAX_RANGE; n += 1) {
        const at =
          type === 'real' ? Number(from) + n * direction : BigInt(from as number) + BigInt(n) * BigInt(step as number);
        if (direction > 0 ? compare(at, to) > 0 : compare(at, to) < 0) return { columns, rows };
        rows.push([isTime || typeof at === 'number' ? at : long(at)]);
      }
      throw unsupported(tree, `a range of more than ${String(MAX_RANGE)} rows`, scope);
    },
  };
}
