import { child, unsupported } from '../compile.ts';
import { calledTable } from '../lets.ts';
import type { PipeOperator } from './operator.ts';

/** `T | invoke f(x)` is `f(T, x)`, for functions that the query declares. */
export const invoke: PipeOperator = (tree, source, scope) => {
  const call = tree.children.find(({ kind }) => kind === 'FunctionCallExpression');
  if (!call) throw unsupported(tree, 'this form of invoke', scope);
  if (!scope.functions.has(call.refersTo ?? ''))
    throw unsupported(child(call, 0), `the function ${call.refersTo ?? ''}()`, scope);
  return calledTable(call, scope, source);
};
