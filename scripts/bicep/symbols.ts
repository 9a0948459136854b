/** Names: every one is declared, once, and used; every function and decorator exists; every parameter says what it is. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { decoratorOf, report, type BicepFile } from './file.ts';
import { ANSWERS, DECORATORS, FUNCTIONS } from './functions.ts';
import type { Expression, Statement } from './syntax.ts';
import { basicOf, basicOfType } from './types.ts';

export function checkSymbols(file: BicepFile): void {
  const declared = new Map<string, Statement>();
  for (const statement of file.statements) {
    checkDecorators(statement, file);
    // Outputs are names of their own.
    if (statement.kind === 'output' || statement.kind === 'targetScope') continue;
    if (declared.has(statement.name)) report(file, statement.at, `"${statement.name}" is declared twice.`);
    declared.set(statement.name, statement);
  }
  const used = new Set<string>();
  for (const { value, decorators } of file.statements)
    for (const expression of [...(value ? [value] : []), ...decorators.flatMap(({ inputs }) => inputs)])
      visit(expression, new Set(), { file, declared, used });
  for (const [name, { kind, isExisting, at }] of declared)
    if (!used.has(name) && (kind === 'param' || kind === 'var' || isExisting))
      report(file, at, `"${name}" is never used.`);
  for (const param of file.params.values()) checkParam(param, file);
}

interface Names {
  readonly file: BicepFile;
  readonly declared: ReadonlyMap<string, Statement>;
  readonly used: Set<string>;
}

/** Looks at every part of an expression; `local` are the names of loops and lambdas around it. */
function visit(expression: Expression, local: ReadonlySet<string>, names: Names): void {
  const inside = (inner: Expression, more: readonly string[] = []): void => {
    visit(inner, more.length === 0 ? local : new Set([...local, ...more]), names);
  };
  switch (expression.kind) {
    case 'name':
      useName(expression, local, names);
      break;
    case 'call':
      checkCall(expression, names.file);
      for (const input of expression.inputs) inside(input);
      break;
    case 'text':
      for (const part of expression.parts) inside(part);
      break;
    case 'array':
      for (const item of expression.items) inside(item);
      break;
    case 'object':
      for (const { keyTree, value } of expression.entries) {
        if (keyTree) inside(keyTree);
        inside(value);
      }
      checkKeys(expression, names.file);
      break;
    case 'for':
      inside(expression.over);
      inside(expression.body, expression.names);
      break;
    case 'lambda':
      inside(expression.body, expression.names);
      break;
    case 'if':
      inside(expression.test);
      inside(expression.body);
      break;
    case 'choice':
      inside(expression.test);
      inside(expression.yes);
      inside(expression.no);
      break;
    case 'member':
      checkAnswer(expression, names.file);
      inside(expression.of);
      break;
    case 'index':
      inside(expression.of);
      inside(expression.by);
      break;
    case 'operation':
      for (const operand of expression.operands) inside(operand);
      break;
    case 'number':
    case 'boolean':
    case 'null':
  }
}

function useName(
  { name, at }: Expression & { readonly kind: 'name' },
  local: ReadonlySet<string>,
  { file, declared, used }: Names,
): void {
  if (local.has(name)) return;
  if (declared.has(name)) used.add(name);
  else report(file, at, `Nothing is called "${name}" here.`, name, [...declared.keys(), ...local]);
}

function checkCall({ name, inputs, at }: Expression & { readonly kind: 'call' }, file: BicepFile): void {
  if (!(name in FUNCTIONS)) report(file, at, `"${name}" is no function of Bicep.`, name, Object.keys(FUNCTIONS));
  const [first] = inputs;
  if (!/^load(?:Text|Json)Content$/.test(name) || first?.kind !== 'text' || first.value === undefined) return;
  if (!existsSync(path.join(path.dirname(file.path), first.value)))
    report(file, at, `There is no file "${first.value}".`);
}

/** `environment().suffix.storage` is empty only when it is deployed. */
function checkAnswer({ of, name, at }: Expression & { readonly kind: 'member' }, file: BicepFile): void {
  const [call, path_] = of.kind === 'member' ? [of.of, `${of.name}.${name}`] : [of, name];
  const known = call.kind === 'call' ? ANSWERS[call.name] : undefined;
  if (!known || call.kind !== 'call') return;
  const isKnown = known.some((one) => one === path_ || one.startsWith(`${path_}.`));
  if (!isKnown) report(file, at, `${call.name}() has no "${path_}".`, path_, known);
}

function checkKeys({ entries }: Expression & { readonly kind: 'object' }, file: BicepFile): void {
  const seen = new Set<string>();
  for (const { key, at } of entries) {
    if (key !== undefined && seen.has(key)) report(file, at, `"${key}" stands here twice.`);
    if (key !== undefined) seen.add(key);
  }
}

function checkDecorators(statement: Statement, file: BicepFile): void {
  for (const { name, at } of statement.decorators) {
    const kinds = DECORATORS[name];
    if (!kinds) report(file, at, `"@${name}" is unknown.`, name, Object.keys(DECORATORS));
    else if (!kinds.includes(statement.kind))
      report(file, at, `"@${name}" does not belong before a ${statement.kind}.`);
  }
}

function checkParam(param: Statement, file: BicepFile): void {
  const { name, type = '', value, at } = param;
  const description = decoratorOf(param, 'description')?.inputs[0];
  if (description?.kind !== 'text' || (description.value ?? '').length < 5)
    report(file, at, `The parameter "${name}" has no description.`);
  const wanted = basicOfType(type);
  if (wanted === 'any') report(file, at, `"${type}" is no type of a parameter.`);
  if (!value) return;
  const given = basicOf(value, file);
  if (given !== 'any' && given !== wanted) report(file, value.at, `"${name}" is ${wanted}; its default is ${given}.`);
  const allowed = allowedOf(param);
  if (allowed && value.kind === 'text' && value.value !== undefined && !allowed.includes(value.value))
    report(file, value.at, `"${value.value}" is not among the allowed values of "${name}".`, value.value, allowed);
}

/** The texts that a parameter may be. */
export function allowedOf(param: Statement): readonly string[] | undefined {
  const list = decoratorOf(param, 'allowed')?.inputs[0];
  if (list?.kind !== 'array') return undefined;
  const texts = list.items.flatMap((item) => (item.kind === 'text' && item.value !== undefined ? [item.value] : []));
  return texts.length > 0 ? texts : undefined;
}
