/** Whether a value is what a resource type allows there. The facts are those of test/infra/schemas. */
import { report, type BicepFile } from './file.ts';
import type { Expression } from './syntax.ts';
import type { Basic } from './functions.ts';
import { basicOf } from './types.ts';

export interface Shape {
  /** Name → `required 'F0' | 'S1' | string`. */
  readonly properties: Readonly<Record<string, string>>;
  /** Type of all properties that are not named. */
  readonly others?: string;
  /** The property that tells which variant it is. */
  readonly by?: string;
  readonly variants?: Readonly<Record<string, Shape>>;
}
export interface ResourceSchema {
  /** `Microsoft.Web/sites@2024-11-01` */
  readonly resource: string;
  readonly scopes: string;
  readonly body: string;
  readonly types: Readonly<Record<string, Shape>>;
}

interface Wanted {
  readonly isRequired: boolean;
  readonly isReadOnly: boolean;
  readonly alternatives: readonly string[];
}

export function wanted(type: string): Wanted {
  const [, flag, rest = ''] = /^(required |readonly )?(.*)$/.exec(type) ?? [];
  return { isRequired: flag === 'required ', isReadOnly: flag === 'readonly ', alternatives: rest.split(' | ') };
}

export function checkValue(
  value: Expression,
  type: string,
  where: string,
  schema: ResourceSchema,
  file: BicepFile,
): void {
  const { alternatives } = wanted(type);
  if (alternatives.includes('any')) return;
  if (value.kind === 'choice') {
    checkValue(value.yes, type, where, schema, file);
    checkValue(value.no, type, where, schema, file);
    return;
  }
  const meant = value.kind === 'name' ? (file.vars.get(value.name)?.value ?? value) : value;
  const basics = alternatives.map((one) => basicOfAlternative(one));
  const given = basicOf(meant, file);
  if (given !== 'any' && given !== 'null' && !basics.includes(given)) {
    report(file, value.at, `${where} is ${alternatives.join(' or ')}, not ${given}.`);
    return;
  }
  // A list that is open for more values is taken as complete: a misspelt value is likelier than an undocumented one.
  const literals = alternatives.flatMap((one) => (one.startsWith("'") ? [one.slice(1, -1)] : []));
  if (meant.kind === 'text' && meant.value !== undefined && literals.length > 0 && !literals.includes(meant.value))
    report(file, value.at, `${where} is one of ${literals.join(', ')}, not "${meant.value}".`, meant.value, literals);
  const element = alternatives.find((one) => one.endsWith('[]'))?.slice(0, -2);
  if (meant.kind === 'for' && element !== undefined) checkValue(meant.body, element, where, schema, file);
  if (meant.kind === 'array' && element !== undefined)
    for (const item of meant.items) checkValue(item, element, where, schema, file);
  const shape = alternatives.map((one) => schema.types[one]).find((one) => one !== undefined);
  if (shape) checkObject(meant, shape, where, schema, file);
}

function basicOfAlternative(alternative: string): Basic {
  if (alternative.endsWith('[]')) return 'array';
  if (alternative.startsWith("'")) return 'string';
  return ['string', 'int', 'bool', 'object', 'any'].includes(alternative) ? (alternative as Basic) : 'object';
}

/** `skip`: properties of Bicep's own. */
export function checkObject(
  value: Expression,
  shape: Shape,
  where: string,
  schema: ResourceSchema,
  file: BicepFile,
  skip: ReadonlySet<string> = new Set(),
): void {
  if (value.kind === 'call' && value.name === 'union') {
    for (const part of value.inputs.filter(({ kind }) => kind === 'object'))
      checkObject(part, { ...shape, properties: optional(shape.properties) }, where, schema, file, skip);
    return;
  }
  if (value.kind !== 'object') return;
  const { properties, others } = variantOf(value, shape, where, file);
  for (const { key, value: worth, at } of value.entries) {
    if (key === undefined || skip.has(key)) continue;
    const type = properties[key] ?? others;
    if (type === undefined) report(file, at, `${where} has no property "${key}".`, key, Object.keys(properties));
    else if (wanted(type).isReadOnly) report(file, at, `${where}.${key} is read-only: Azure sets it.`);
    else checkValue(worth, type, `${where}.${key}`, schema, file);
  }
  for (const [name, type] of Object.entries(properties)) {
    const given = value.entries.find(({ key }) => key === name);
    if (wanted(type).isRequired && !given) report(file, value.at, `${where} lacks "${name}", which is required.`);
  }
}

const optional = (properties: Shape['properties']): Shape['properties'] =>
  Object.fromEntries(Object.entries(properties).map(([name, type]) => [name, type.replace(/^required /, '')]));

function variantOf(
  value: Expression & { readonly kind: 'object' },
  shape: Shape,
  where: string,
  file: BicepFile,
): Shape {
  const { by, variants } = shape;
  if (by === undefined || !variants) return shape;
  const chosen = value.entries.find(({ key }) => key === by)?.value;
  if (chosen?.kind !== 'text' || chosen.value === undefined) return { properties: {}, others: 'any' };
  const variant = variants[chosen.value];
  if (!variant) {
    report(file, chosen.at, `${where}.${by} cannot be "${chosen.value}".`, chosen.value, Object.keys(variants));
    return { properties: {}, others: 'any' };
  }
  return { properties: { ...shape.properties, ...variant.properties } };
}

/** The type at the end of a path into a resource; undefined where there is no such property, `any` where nobody knows. */
export function typeAt(path: readonly string[], schema: ResourceSchema): string | undefined {
  let type = schema.body;
  for (const name of path) {
    const shape = wanted(type)
      .alternatives.map((one) => schema.types[one])
      .find((one) => one !== undefined);
    if (!shape || shape.variants) return 'any';
    const next = shape.properties[name] ?? shape.others;
    if (next === undefined) return undefined;
    type = next;
  }
  return type;
}
