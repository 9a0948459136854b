import { child, elements } from '../kql/compile.ts';
import type { Schema, Tree } from '../kql/language.ts';

/** A table that a query reads, and the first bound in time that what is read of it meets. */
export interface Scan {
  readonly table: string;
  /** Where the table is named. */
  readonly at: Tree;
  /** The expression of the earliest instant; `unclear` where a condition on time is of another form. */
  readonly since?: Tree | 'unclear';
  /** Already gathered: a condition that comes later bounds the result, not what is read. */
  readonly gathered?: true;
}

/** Every table that the result of a query comes from, in the order of the text; a `let` counts where it is used. */
export function scansOf(root: Tree, schema: Schema): readonly Scan[] {
  const lets = new Map<string, readonly Scan[]>();
  const result: Scan[] = [];
  for (const statement of statementsOf(root)) {
    if (statement.kind === 'LetStatement') {
      const name = child(statement, 1).refersTo ?? '';
      lets.set(name, below(child(statement, statement.children.length - 1), schema, lets));
    } else result.push(...below(statement, schema, lets));
  }
  return [...new Map(result.map((scan) => [scan.at.start, scan])).values()];
}

export const statementsOf = (root: Tree): readonly Tree[] =>
  elements(root.children.filter(({ kind }) => kind === 'List').at(-1));

type Lets = ReadonlyMap<string, readonly Scan[]>;

function below(tree: Tree, schema: Schema, lets: Lets): readonly Scan[] {
  const inside = (part: Tree): readonly Scan[] => below(part, schema, lets);
  switch (tree.kind) {
    case 'PipeExpression': {
      const source = inside(child(tree, 0));
      const operator = child(tree, 2);
      return [...source.map((scan) => passed(scan, operator)), ...inside(operator)];
    }
    case 'FunctionCallExpression':
      return [...(lets.get(tree.refersTo ?? '') ?? []), ...tree.children.slice(1).flatMap(inside)];
    case 'NameReference': {
      const name = tree.refersTo ?? '';
      if (!tree.columns) return [];
      return lets.get(name) ?? (schema[name] ? [{ table: name, at: tree }] : []);
    }
    default:
      return tree.children.flatMap(inside);
  }
}

const GATHERING: readonly string[] = [
  'SummarizeOperator',
  'DistinctOperator',
  'TopOperator',
  'TakeOperator',
  'CountOperator',
];

function passed(scan: Scan, operator: Tree): Scan {
  if (scan.since || scan.gathered) return scan;
  if (GATHERING.includes(operator.kind)) return { ...scan, gathered: true };
  const since = operator.kind === 'FilterOperator' ? sinceIn(child(operator, operator.children.length - 1)) : undefined;
  return since ? { ...scan, since } : scan;
}

const TIMES: readonly string[] = ['Timestamp', 'TimeGenerated', 'ingestion_time'];
const isTime = (tree: Tree): boolean =>
  ['NameReference', 'FunctionCallExpression'].includes(tree.kind) && TIMES.includes(tree.refersTo ?? '');
const speaksOfTime = (tree: Tree): boolean => isTime(tree) || tree.children.some(speaksOfTime);

/** The earliest instant that a condition lets through. */
function sinceIn(condition: Tree): Scan['since'] {
  const [left, , right] = condition.children;
  switch (condition.kind) {
    case 'ParenthesizedExpression':
      return sinceIn(child(condition, 1));
    case 'AndExpression': {
      const both = [left, right].flatMap((part) => (part ? (sinceIn(part) ?? []) : []));
      return both.find((since) => since !== 'unclear') ?? both[0];
    }
    case 'GreaterThanExpression':
    case 'GreaterThanOrEqualExpression':
      if (left && isTime(left)) return right;
      return right && isTime(right) ? undefined : unclear(condition);
    case 'LessThanExpression':
    case 'LessThanOrEqualExpression':
      if (right && isTime(right)) return left;
      return left && isTime(left) ? undefined : unclear(condition);
    case 'EqualExpression':
      return left && isTime(left) ? right : unclear(condition);
    case 'BetweenExpression':
      return left && isTime(left) && right ? child(right, 1) : unclear(condition);
    default:
      return unclear(condition);
  }
}

const unclear = (condition: Tree): 'unclear' | undefined => (speaksOfTime(condition) ? 'unclear' : undefined);
