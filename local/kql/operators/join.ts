import {
  child,
  childOf,
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
import type { Tree } from '../language.ts';
import { keyOfAll, type Value } from '../values.ts';
import type { PipeOperator } from './operator.ts';

/** What becomes of rows that match, and of those on either side that match nothing. */
interface Kind {
  readonly pairs?: true;
  /** One row of the left side stands for all with its key. */
  readonly unique?: true;
  readonly left?: 'matched' | 'unmatched' | 'padded';
  readonly right?: 'matched' | 'unmatched' | 'padded';
}

const LEFT_ANTI: Kind = { left: 'unmatched' };
const RIGHT_ANTI: Kind = { right: 'unmatched' };
/** innerunique is what a join does that names no kind. */
const KINDS: Readonly<Record<string, Kind>> = {
  innerunique: { pairs: true, unique: true },
  inner: { pairs: true },
  leftouter: { pairs: true, left: 'padded' },
  rightouter: { pairs: true, right: 'padded' },
  fullouter: { pairs: true, left: 'padded', right: 'padded' },
  leftsemi: { left: 'matched' },
  rightsemi: { right: 'matched' },
  leftanti: LEFT_ANTI,
  leftantisemi: LEFT_ANTI,
  anti: LEFT_ANTI,
  rightanti: RIGHT_ANTI,
  rightantisemi: RIGHT_ANTI,
};
const LOOKUPS: Readonly<Record<string, Kind>> = { leftouter: { pairs: true, left: 'padded' }, inner: { pairs: true } };

/** `left | join kind=… (right) on Name, $left.A == $right.B`. */
export const join: PipeOperator = (tree, left, scope) => {
  const { kind, right, places } = read(tree, left, scope, KINDS, 'innerunique');
  const columns = columnsOf(tree, scope);
  const wide = kind.pairs === true;
  const sides = [...(wide || kind.left ? left.columns : []), ...(wide || kind.right ? right.columns : [])];
  if (columns.length !== sides.length) throw unsupported(tree, 'this form of join', scope);
  return { columns, run: (env) => ({ columns, rows: matched(kind, places, left, right)(env) }) };
};

/** As a join, but the columns that were compared come once. */
export const lookup: PipeOperator = (tree, left, scope) => {
  const { kind, right, places } = read(tree, left, scope, LOOKUPS, 'leftouter');
  const columns = columnsOf(tree, scope);
  const compared = new Set(places.map(([, at]) => at));
  const kept = right.columns.flatMap((_column, at) => (compared.has(at) ? [] : [left.columns.length + at]));
  const picked = [...left.columns.keys(), ...kept];
  if (columns.length !== picked.length) throw unsupported(tree, 'this form of lookup', scope);
  const rows = matched(kind, places, left, right);
  return {
    columns,
    run: (env) => ({ columns, rows: rows(env).map((row) => picked.map((at) => row[at] ?? null)) }),
  };
};

type Places = readonly (readonly [number, number])[];

function read(
  tree: Tree,
  left: Source,
  scope: Scope,
  kinds: Readonly<Record<string, Kind>>,
  otherwise: string,
): { readonly kind: Kind; readonly right: Source; readonly places: Places } {
  const parameter = onlyParameters(tree, ['kind'], scope).get('kind');
  const name = parameter ? textOf(parameter) : otherwise;
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  const clause = childOf(tree, 'JoinOnClause');
  if (!kind || !clause) throw unsupported(tree, kind ? 'this form of join' : `the join kind ${name}`, scope);
  const right = scope.compile.table(child(tree, tree.children.indexOf(clause) - 1), { ...scope, columns: [] });
  if (right.open === true) throw unsupported(tree, 'a join with columns that only the rows tell', scope);
  const conditions = listed(clause).flatMap(separate);
  return { kind, right, places: conditions.map((condition) => placesOf(condition, left, right, scope)) };
}

/** Conditions may be parted by `and` as by commas. */
const separate = (condition: Tree): readonly Tree[] =>
  condition.kind === 'AndExpression' ? [0, 2].flatMap((at) => separate(child(condition, at))) : [condition];

const NUMBERS = new Set(['long', 'int']);

/** Where the columns of a condition stand on the left and on the right. */
function placesOf(condition: Tree, left: Source, right: Source, scope: Scope): readonly [number, number] {
  const names = namesOf(condition, scope);
  const at = [left, right].map(({ columns }, side) => columns.findIndex(({ name }) => name === names[side]));
  const [leftAt = -1, rightAt = -1] = at;
  const types = [left.columns[leftAt]?.type, right.columns[rightAt]?.type];
  if (types.includes(undefined)) throw unsupported(condition, 'this condition of a join', scope);
  if ((types[0] !== types[1] && !types.every((type) => NUMBERS.has(type ?? ''))) || types.includes('dynamic'))
    throw unsupported(condition, `a join of ${types.join(' and ')}`, scope);
  return [leftAt, rightAt];
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

function matched(
  kind: Kind,
  places: Places,
  left: Source,
  right: Source,
): (env: Parameters<Source['run']>[0]) => readonly Row[] {
  // A null matches a null.
  const keyOn = (row: Row, side: 0 | 1): string => keyOfAll(places.map((at) => row[at[side]] ?? null));
  const nothing = (columns: Source['columns']): Row => columns.map(({ type }): Value => missing(type));
  const [noLeft, noRight] = [nothing(left.columns), nothing(right.columns)];
  return (env) => {
    const index = new Map<string, Row[]>();
    const rights = right.run(env).rows;
    for (const row of rights) {
      const key = keyOn(row, 1);
      const known = index.get(key);
      if (known) known.push(row);
      else index.set(key, [row]);
    }
    const seen = new Set<string>();
    const rows: Row[] = [];
    for (const row of left.run(env).rows) {
      const key = keyOn(row, 0);
      const matches = index.get(key) ?? [];
      const isSeen = seen.has(key);
      if (matches.length > 0) seen.add(key);
      if (kind.unique && isSeen) continue;
      if (kind.pairs) for (const match of matches) rows.push([...row, ...match]);
      if (matches.length === 0 && kind.left === 'padded') rows.push([...row, ...noRight]);
      if (kind.left === (matches.length > 0 ? 'matched' : 'unmatched')) rows.push(row);
    }
    if (!kind.right) return rows;
    for (const row of rights) {
      const key = keyOn(row, 1);
      const isMatched = seen.has(key);
      if (kind.right === (isMatched ? 'matched' : 'unmatched')) rows.push(row);
      if (!isMatched && kind.right === 'padded') rows.push([...noLeft, ...row]);
    }
    return rows;
  };
}
