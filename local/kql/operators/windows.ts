import { argumentsOf, typeOf, unsupported, type Environment, type Row, type Scope } from '../compile.ts';
import type { Column, Tree } from '../language.ts';
import { literal } from '../literals.ts';
import { keyOf, long, type Value } from '../values.ts';

/** The values of a function that looks at other rows than its own, one for each row. */
type Window = (rows: readonly Row[], env: Environment) => readonly Value[];
type WindowFamily = (call: Tree, args: readonly Tree[], scope: Scope) => Window;

/** A number of rows away. */
const neighbour =
  (direction: number): WindowFamily =>
  (call, [valueTree, offsetTree, otherwiseTree], scope) => {
    if (!valueTree) throw unsupported(call, 'this form of a function of rows', scope);
    const value = scope.compile.scalar(valueTree, scope);
    const offset = offsetTree ? literal(offsetTree, scope)?.value : 1;
    if (typeof offset !== 'number' || offset < 1)
      throw unsupported(offsetTree ?? call, 'this distance between rows', scope);
    if (otherwiseTree && otherwiseTree.type !== valueTree.type)
      throw unsupported(otherwiseTree, 'a default of another type', scope);
    const otherwise = otherwiseTree && scope.compile.scalar(otherwiseTree, { ...scope, columns: [] });
    return (rows, env) =>
      rows.map((_row, at) => {
        const other = rows[at + direction * offset];
        if (other) return value(other, env);
        return otherwise ? otherwise([], env) : typeOf(valueTree) === 'string' ? '' : null;
      });
  };

/** Whether to begin anew at a row. */
function restarts(
  tree: Tree | undefined,
  scope: Scope,
): (rows: readonly Row[], env: Environment) => readonly boolean[] {
  if (!tree) return (rows) => rows.map(() => false);
  // The condition may look at other rows too.
  const test = windowed([tree], scope);
  const condition = test.scope.compile.scalar(test.trees[0] as Tree, test.scope);
  return (rows, env) => test.widen(rows, env).map((row) => condition(row, env) === true);
}

const rowNumber: WindowFamily = (_call, [firstTree, restartTree], scope) => {
  const first = firstTree && scope.compile.scalar(firstTree, { ...scope, columns: [] });
  const anew = restarts(restartTree, scope);
  return (rows, env) => {
    const start = Number(first?.([], env) ?? 1);
    let number = start - 1;
    return anew(rows, env).map((again) => (number = again ? start : number + 1));
  };
};

const cumulativeSum: WindowFamily = (call, [valueTree, restartTree], scope) => {
  if (!valueTree || !['long', 'int', 'real'].includes(typeOf(valueTree)))
    throw unsupported(call, 'a sum of what is no number', scope);
  const value = scope.compile.scalar(valueTree, scope);
  const anew = restarts(restartTree, scope);
  const isReal = typeOf(valueTree) === 'real';
  return (rows, env) => {
    let sum: number | bigint = isReal ? 0 : 0n;
    return anew(rows, env).map((again, at) => {
      if (again) sum = isReal ? 0 : 0n;
      const next = value(rows[at] as Row, env);
      if (next === null) throw unsupported(call, 'a sum over rows without a value', scope);
      sum = isReal ? Number(sum) + Number(next) : BigInt(sum) + BigInt(next as number);
      return isReal ? Number(sum) : long(sum as bigint);
    });
  };
};

/** `dense`: each new value is one more; else it is the number of its row. */
const rank =
  (dense: boolean): WindowFamily =>
  (call, [valueTree, restartTree], scope) => {
    if (!valueTree) throw unsupported(call, 'this form of a rank', scope);
    const value = scope.compile.scalar(valueTree, scope);
    const anew = restarts(restartTree, scope);
    return (rows, env) => {
      let [current, count] = [0, 0];
      let last: string | undefined;
      return anew(rows, env).map((again, at) => {
        if (again) [current, count, last] = [0, 0, undefined];
        count += 1;
        const key = keyOf(value(rows[at] as Row, env));
        if (key !== last) current = dense ? current + 1 : count;
        last = key;
        return current;
      });
    };
  };

/** The first instant of the session that each row belongs to. */
const sessionStart: WindowFamily = (call, [valueTree, wholeTree, gapTree, restartTree], scope) => {
  if (!valueTree || !wholeTree || !gapTree) throw unsupported(call, 'this form of a session', scope);
  const value = scope.compile.scalar(valueTree, scope);
  const [whole, gap] = [wholeTree, gapTree].map((tree) => scope.compile.scalar(tree, { ...scope, columns: [] }));
  const anew = restarts(restartTree, scope);
  return (rows, env) => {
    let start: bigint | null = null;
    let last: bigint | null = null;
    return anew(rows, env).map((again, at) => {
      const now = value(rows[at] as Row, env) as bigint | null;
      const isNew =
        again ||
        start === null ||
        last === null ||
        (now !== null && (now >= start + (whole?.([], env) as bigint) || now >= last + (gap?.([], env) as bigint)));
      if (isNew) start = now;
      last = now;
      return start;
    });
  };
};

const WINDOWS: Readonly<Record<string, WindowFamily>> = {
  next: neighbour(1),
  prev: neighbour(-1),
  row_cumsum: cumulativeSum,
  row_number: rowNumber,
  row_rank_dense: rank(true),
  row_rank_min: rank(false),
  row_window_session: sessionStart,
};

interface Windowed {
  /** The expressions with the calls replaced by columns, which `scope` has and `widen` adds to the rows. */
  readonly trees: readonly Tree[];
  readonly scope: Scope;
  widen(rows: readonly Row[], env: Environment): readonly Row[];
}

const callsIn = (tree: Tree, scope: Scope): readonly Tree[] => {
  const isCall = tree.kind === 'FunctionCallExpression' && Object.hasOwn(WINDOWS, tree.refersTo ?? '');
  return isCall && !scope.functions.has(tree.refersTo ?? '')
    ? [tree]
    : tree.children.flatMap((part) => callsIn(part, scope));
};

/** Works the functions that look at other rows out beforehand, as further columns. */
export function windowed(trees: readonly Tree[], scope: Scope): Windowed {
  const calls = trees.flatMap((tree) => callsIn(tree, scope));
  if (calls.length === 0) return { trees, scope, widen: (rows) => rows };
  const [firstCall] = calls;
  if (firstCall && scope.serialized !== true)
    throw unsupported(
      firstCall,
      `${firstCall.refersTo ?? ''}() over rows without an order (sort or serialize them first)`,
      scope,
    );
  const windows = calls.map((call) => (WINDOWS[call.refersTo ?? ''] as WindowFamily)(call, argumentsOf(call), scope));
  const columns = calls.map((call, i): Column => ({ name: `\u0000w${String(i)}`, type: typeOf(call) }));
  const replaced = (tree: Tree): Tree => {
    const at = calls.indexOf(tree);
    if (at >= 0) return { ...tree, kind: 'NameReference', refersTo: columns[at]?.name, children: [] };
    return { ...tree, children: tree.children.map(replaced) };
  };
  return {
    trees: trees.map(replaced),
    scope: { ...scope, columns: [...scope.columns, ...columns] },
    widen(rows, env) {
      const values = windows.map((window) => window(rows, env));
      return rows.map((row, at) => [...row, ...values.map((each) => each[at] ?? null)]);
    },
  };
}
