import type { PipeOperator } from './operator.ts';
import { asOperator, extend, picked, project, rename } from './columns.ts';
import { evaluate } from './evaluate.ts';
import { invoke } from './invoke.ts';
import { join, lookup } from './join.ts';
import { mvApply } from './mv-apply.ts';
import { mvExpand } from './mv-expand.ts';
import { parse } from './parse.ts';
import { count, distinct, getSchema, sort, take, top, unchanged, where } from './rows.ts';
import { summarize } from './summarize.ts';
import { union } from './union.ts';

/** What may stand behind a `|`, by the parser's name for it. */
export const PIPE_OPERATORS: Readonly<Record<string, PipeOperator>> = {
  AsOperator: asOperator,
  CountOperator: count,
  DistinctOperator: distinct,
  EvaluateOperator: evaluate,
  ExtendOperator: extend,
  FilterOperator: where,
  GetSchemaOperator: getSchema,
  InvokeOperator: invoke,
  JoinOperator: join,
  LookupOperator: lookup,
  MvApplyOperator: mvApply,
  MvExpandOperator: mvExpand,
  ParseOperator: parse,
  ParseWhereOperator: parse,
  ProjectAwayOperator: picked,
  ProjectKeepOperator: picked,
  ProjectOperator: project,
  ProjectRenameOperator: rename,
  ProjectReorderOperator: picked,
  // It only says how to draw the result.
  RenderOperator: unchanged,
  SerializeOperator: extend,
  SortOperator: sort,
  SummarizeOperator: summarize,
  TakeOperator: take,
  TopOperator: top,
  UnionOperator: (tree, source, scope) => union(tree, scope, source),
};
