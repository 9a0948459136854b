/** Modules: the file is there, gets every parameter it needs and none it does not know, and gives what is read of it. */
import { decoratorOf, report, type BicepFile } from './file.ts';
import { allowedOf } from './symbols.ts';
import type { Expression, Statement } from './syntax.ts';
import { basicOf, basicOfType } from './types.ts';
import { bodyOf, propertyOf, walk } from './walk.ts';

const OWN = ['name', 'scope', 'params', 'dependsOn'];

export function checkModules(file: BicepFile): void {
  for (const module of file.modules.values()) checkModule(module, file);
  for (const { value } of file.statements)
    for (const expression of value ? walk(value) : [])
      if (expression.kind === 'member' && expression.of.kind === 'member') checkOutput(expression, expression.of, file);
  for (const output of file.outputs.values()) checkOwnOutput(output, file);
}

function checkModule({ name, of = '', value, at }: Statement, file: BicepFile): void {
  const target = file.imports.get(name);
  const body = bodyOf(value);
  if (!target) report(file, at, `There is no file "${of}".`);
  if (!target || body?.kind !== 'object') return;
  for (const { key = '', at: place } of body.entries)
    if (!OWN.includes(key)) report(file, place, `A module has no "${key}".`, key, OWN);
  if (!propertyOf(body, 'name')) report(file, at, `The module "${name}" has no name.`);
  if (target.targetScope !== file.targetScope && !propertyOf(body, 'scope'))
    report(file, at, `"${of}" is deployed to a ${target.targetScope}: say which as "scope".`);
  const params = propertyOf(body, 'params');
  const given = params?.kind === 'object' ? params.entries : [];
  for (const { key = '', value: worth, at: place } of given) {
    const param = target.params.get(key);
    if (param) checkInput(param, worth, file);
    else report(file, place, `"${of}" has no parameter "${key}".`, key, target.params.keys());
  }
  for (const [key, param] of target.params)
    if (!param.value && !param.type?.endsWith('?') && !given.some((one) => one.key === key))
      report(file, params?.at ?? at, `"${of}" needs the parameter "${key}".`);
}

function checkInput(param: Statement, value: Expression, file: BicepFile): void {
  const given = basicOf(value, file);
  const needed = basicOfType(param.type ?? '');
  if (given !== 'any' && given !== needed) report(file, value.at, `"${param.name}" is ${needed}, not ${given}.`);
  const allowed = allowedOf(param);
  if (allowed && value.kind === 'text' && value.value !== undefined && !allowed.includes(value.value))
    report(file, value.at, `"${param.name}" cannot be "${value.value}".`, value.value, allowed);
  const source = value.kind === 'name' ? file.params.get(value.name) : undefined;
  if (source && isSecret(source) && !isSecret(param))
    report(file, value.at, `"${source.name}" is secret; "${param.name}" would show it.`);
}

const isSecret = (param: Statement): boolean => decoratorOf(param, 'secure') !== undefined;

/** `module.outputs.name` */
function checkOutput(
  { name, at }: Expression & { readonly kind: 'member' },
  outputs: Expression & { readonly kind: 'member' },
  file: BicepFile,
): void {
  const symbol = outputs.of.kind === 'index' ? outputs.of.of : outputs.of;
  if (outputs.name !== 'outputs' || symbol.kind !== 'name') return;
  const target = file.imports.get(symbol.name);
  if (target && !target.outputs.has(name))
    report(file, at, `"${symbol.name}" has no output "${name}".`, name, target.outputs.keys());
}

function checkOwnOutput({ name, type = '', value, at }: Statement, file: BicepFile): void {
  if (!value) return;
  const given = basicOf(value, file);
  const said = basicOfType(type);
  if (given !== 'any' && said !== 'any' && given !== said)
    report(file, at, `The output "${name}" is ${given}, not ${said}.`);
  for (const part of walk(value)) {
    const source = part.kind === 'name' ? file.params.get(part.name) : undefined;
    if (source && isSecret(source)) report(file, part.at, `"${source.name}" is secret; an output would show it.`);
  }
}
