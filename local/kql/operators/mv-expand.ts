import { columnsOf } from '../compile.ts';
import { expansion } from './expansion.ts';
import { step, type PipeOperator } from './operator.ts';

/** A row for each element of an array, or entry of a bag. */
export const mvExpand: PipeOperator = (tree, source, scope) => {
  const columns = columnsOf(tree, scope);
  const expand = expansion(tree, columns, scope);
  return step(source, columns, (rows, env) => rows.flatMap((row) => expand.rows(row, env)));
};
