import { child, childOf, elements, textOf, unsupported, type Row, type Scope, type Tabular } from './compile.ts';
import type { Column, Tree } from './language.ts';
import { keyOfAll, type Value } from './values.ts';

interface Source {
  readonly run: Tabular;
  readonly columns: readonly Column[];
}
/** The rows for one row of the left side, from those of the right that match it. */
type Flavor = (left: Row, matches: readonly Row[], nothing: Row) => readonly Row[];

const pairs: Flavor = (left, matches) => matches.map((right) => [...left, ...right]);
const without: Flavor = (left, matches) => (matches.length === 0 ? [left] : []);

/** innerunique is what a join does that names no kind. */
const FLAVORS: Readonly<Record<string, Flavor>> = {
  innerunique: pairs,
  inner: pairs,
  leftouter: (left, matches, nothing) => pairs(left, matches.length > 0 ? matches : [nothing], nothing),
  leftsemi: (left, matches) => (matches.length > 0 ? [left] : []),
  leftanti: without,
  leftantisemi: without,
  anti: without,
};

/** Compiles `left | join kind=… (right) on Name, $left.A == $right.B`. */
export function join(tree: Tree, left: Source, compile: (right: Tree) => Source, scope: Scope): Source {
  const kind = flavorName(tree, scope);
  const flavor = FLAVORS[kind];
  const clause = childOf(tree, 'JoinOnClause');
  if (!flavor || !clause) throw unsupported(tree, flavor ? 'this form of join' : `the join kind ${kind}`, scope);
  const right = compile(child(tree, tree.children.indexOf(clause) - 1));
  const sides = [left, right].map(({ columns }) => columns.map(({ name }) => name));
  const places = elements(childOf(clause, 'List')).map((condition) => {
    const names = namesOf(condition, scope);
    const at = names.map((name, side) => sides[side]?.indexOf(name) ?? -1);
    if (at.includes(-1)) throw unsupported(condition, 'this condition of a join', scope);
    return at;
  });
  const keyOn = (row: Row, side: number): string | undefined => {
    const key = places.map((at) => row[at[side] ?? -1] ?? null);
    // As with ==, a null equals nothing.
    return key.includes(null) ? undefined : keyOfAll(key);
  };
  const columns = tree.columns ?? [];
  const wide = flavor === pairs || kind === 'leftouter';
  if (columns.length !== left.columns.length + (wide ? right.columns.length : 0))
    throw unsupported(tree, 'this form of join', scope);
  const nothing = right.columns.map(({ type }): Value => (type === 'string' ? '' : null));
  const run: Tabular = (env) => {
    const matches = new Map<string, Row[]>();
    for (const row of right.run(env).rows) {
      const key = keyOn(row, 1);
      const known = key === undefined ? [] : matches.get(key);
      if (known) known.push(row);
      else if (key !== undefined) matches.set(key, [row]);
    }
    const seen = new Set<string | undefined>();
    const rows = left.run(env).rows.flatMap((row) => {
      const key = keyOn(row, 0);
      if (kind === 'innerunique' && seen.has(key)) return [];
      seen.add(key);
      return flavor(row, (key === undefined ? undefined : matches.get(key)) ?? [], nothing);
    });
    return { columns, rows };
  };
  return { columns, run };
}

function flavorName(tree: Tree, scope: Scope): string {
  let kind = 'innerunique';
  for (const parameter of elements(childOf(tree, 'List')).filter((part) => part.kind === 'NamedParameter')) {
    const name = textOf(child(parameter, 0));
    if (name === 'kind') kind = textOf(child(parameter, 2));
    // Hints say how to compute a join, never what it gives.
    else if (!name.startsWith('hint.')) throw unsupported(parameter, `the parameter ${textOf(parameter)}`, scope);
  }
  return kind;
}

/** The left and the right column of a condition. */
function namesOf(condition: Tree, scope: Scope): readonly [string, string] {
  if (condition.kind === 'NameReference') return [condition.refersTo ?? '', condition.refersTo ?? ''];
  const found = new Map(
    condition.kind === 'EqualExpression'
      ? [child(condition, 0), child(condition, 2)].map((side) =>
          side.kind === 'PathExpression' ? [textOf(child(side, 0)), child(side, 2).refersTo ?? ''] : ['', ''],
        )
      : [],
  );
  const [left, right] = [found.get('$left'), found.get('$right')];
  if (left === undefined || right === undefined) throw unsupported(condition, 'this condition of a join', scope);
  return [left, right];
}
