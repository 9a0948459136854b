/** What an expression is known to give before anything is deployed. `any` where only Azure knows. */
import { FUNCTIONS, type Basic } from './functions.ts';
import type { BicepFile } from './file.ts';
import type { Expression } from './syntax.ts';

const LOGICAL = new Set(['==', '!=', '=~', '!~', '<', '>', '<=', '>=', '&&', '||', '!']);

export function basicOf(expression: Expression, file: BicepFile): Basic {
  switch (expression.kind) {
    case 'text':
      return 'string';
    case 'number':
      return 'int';
    case 'boolean':
      return 'bool';
    case 'null':
      return 'null';
    case 'array':
    case 'for':
      return 'array';
    case 'object':
      return 'object';
    case 'if':
      return basicOf(expression.body, file);
    case 'call':
      return FUNCTIONS[expression.name] ?? 'any';
    case 'name':
      return ofName(expression.name, file);
    case 'member':
      return ofMember(expression.of, expression.name, file);
    case 'choice':
      return both(basicOf(expression.yes, file), basicOf(expression.no, file));
    case 'operation':
      return LOGICAL.has(expression.operator) ? 'bool' : expression.operator === '??' ? 'any' : 'int';
    case 'index':
    case 'lambda':
      return 'any';
  }
}

const both = (a: Basic, b: Basic): Basic => (a === b ? a : a === 'null' ? b : b === 'null' ? a : 'any');

function ofName(name: string, file: BicepFile): Basic {
  const param = file.params.get(name);
  if (param) return basicOfType(param.type ?? 'any');
  const value = file.vars.get(name)?.value;
  return value ? basicOf(value, file) : 'any';
}

/** A member of an object that is written out, or what every resource has. */
function ofMember(of: Expression, name: string, file: BicepFile): Basic {
  if (of.kind === 'member' && of.name === 'outputs') return ofOutput(of.of, name, file);
  if (of.kind !== 'name') return 'any';
  if (file.resources.has(of.name))
    return ['id', 'name', 'type', 'location', 'apiVersion'].includes(name) ? 'string' : 'any';
  const value = file.vars.get(of.name)?.value;
  if (value?.kind !== 'object') return 'any';
  const entry = value.entries.find(({ key }) => key === name);
  return entry ? basicOf(entry.value, file) : 'any';
}

function ofOutput(module: Expression, name: string, file: BicepFile): Basic {
  const symbol = module.kind === 'index' ? module.of : module;
  const output = symbol.kind === 'name' ? file.imports.get(symbol.name)?.outputs.get(name) : undefined;
  return output ? basicOfType(output.type ?? 'any') : 'any';
}

/** `string[]` is an array, `'a' | 'b'` a string, `int?` an int. */
export function basicOfType(type: string): Basic {
  const plain = type.replace(/\?$/, '').trim();
  if (plain.endsWith('[]')) return 'array';
  if (plain.startsWith("'")) return 'string';
  return ['string', 'int', 'bool', 'array', 'object'].includes(plain) ? (plain as Basic) : 'any';
}
