import { argumentsOf, childOf, textOf, unsupported } from '../compile.ts';
import { bagUnpack } from './bag-unpack.ts';
import type { PipeOperator } from './operator.ts';
import { pivot } from './pivot.ts';

const PLUGINS: Readonly<Record<string, PipeOperator>> = { bag_unpack: bagUnpack, pivot };

/** `evaluate bag_unpack(…)` and `evaluate pivot(…)`. */
export const evaluate: PipeOperator = (tree, source, scope) => {
  const call = childOf(tree, 'FunctionCallExpression');
  const name = call?.refersTo ?? '';
  const plugin = Object.hasOwn(PLUGINS, name) ? PLUGINS[name] : undefined;
  if (!call || !plugin) throw unsupported(call ?? tree, `the plugin ${name || textOf(tree).slice(0, 40)}`, scope);
  if (argumentsOf(call).some(({ kind }) => kind === 'SimpleNamedExpression'))
    throw unsupported(call, 'named arguments of a plugin', scope);
  return plugin(tree, source, scope);
};
