/** Resources: known types, bodies as Azure wants them, parents that fit, and properties that exist where they are read. */
import { report, type BicepFile } from './file.ts';
import { checkObject, typeAt, type ResourceSchema } from './schema.ts';
import type { Expression, Statement } from './syntax.ts';
import { bodyOf, propertyOf, walk } from './walk.ts';

export type Schemas = ReadonlyMap<string, ResourceSchema>;

const OWN = new Set(['parent', 'scope', 'dependsOn']);

export function checkResources(file: BicepFile, schemas: Schemas): void {
  for (const resource of file.resources.values()) checkResource(resource, file, schemas);
  for (const { value } of file.statements)
    for (const expression of value ? walk(value) : [])
      if (expression.kind === 'member') checkRead(expression, file, schemas);
}

function checkResource(resource: Statement, file: BicepFile, schemas: Schemas): void {
  const { of: type = '', at, value, isExisting, name } = resource;
  const schema = schemas.get(type);
  if (!schema) {
    report(file, at, `Nothing is known of "${type}" in test/infra/schemas.`, type, schemas.keys());
    return;
  }
  const body = bodyOf(value);
  if (body?.kind !== 'object') return;
  if (!propertyOf(body, 'name')) report(file, at, `"${name}" has no name.`);
  checkPlace(resource, body, file, schema);
  if (isExisting) {
    for (const { key = '', at: place } of body.entries)
      if (key !== 'name' && !OWN.has(key))
        report(file, place, `"${name}" exists already; "${key}" cannot be set here.`);
    return;
  }
  const shape = schema.types[schema.body];
  if (shape) checkObject(body, shape, type.replace(/@.*/, ''), schema, file, OWN);
}

/** A child names its parent, which is what the type says; what stands alone belongs where the file is deployed. */
function checkPlace(
  { of: type = '', at, name }: Statement,
  body: Expression,
  file: BicepFile,
  schema: ResourceSchema,
): void {
  const plain = type.replace(/@.*/, '');
  const parent = propertyOf(body, 'parent');
  const isChild = plain.split('/').length > 2;
  if (isChild && !parent) report(file, at, `"${name}" is part of another resource; name it as "parent".`);
  if (!isChild && parent) report(file, at, `"${name}" stands alone; it has no "parent".`);
  if (parent?.kind === 'name') {
    const above = file.resources.get(parent.name)?.of?.replace(/@.*/, '');
    if (above !== undefined && plain.slice(0, plain.lastIndexOf('/')) !== above)
      report(file, parent.at, `The parent of a ${plain} is no ${above}.`);
  }
  const own = propertyOf(body, 'name');
  if (parent && own?.kind === 'text' && own.value?.includes('/') === true)
    report(file, own.at, 'Beside a "parent" a name has no "/".');
  const scopes = schema.scopes.toLowerCase();
  if (!isChild && !propertyOf(body, 'scope') && !scopes.includes(file.targetScope.toLowerCase()) && scopes !== '')
    report(file, at, `A ${plain} cannot be deployed to a ${file.targetScope}.`);
}

/** `identity.properties.clientID` would fail only when it is deployed. */
function checkRead(expression: Expression & { readonly kind: 'member' }, file: BicepFile, schemas: Schemas): void {
  const path: string[] = [];
  let inner: Expression = expression;
  while (inner.kind === 'member') {
    path.unshift(inner.name);
    inner = inner.of;
  }
  if (inner.kind === 'index') inner = inner.of;
  if (inner.kind !== 'name') return;
  const literal = file.vars.get(inner.name)?.value;
  if (literal?.kind === 'object' && propertyOf(literal, path[0] ?? '') === undefined)
    report(
      file,
      expression.at,
      `"${inner.name}" has no "${path[0] ?? ''}".`,
      path[0],
      literal.entries.flatMap(({ key }) => key ?? []),
    );
  const schema = schemas.get(file.resources.get(inner.name)?.of ?? '');
  if (schema && typeAt(path, schema) === undefined)
    report(
      file,
      expression.at,
      `${schema.resource} has no "${path.join('.')}".`,
      path.at(-1),
      namesBeside(path, schema),
    );
}

function namesBeside(path: readonly string[], schema: ResourceSchema): readonly string[] {
  const above = path.length === 1 ? schema.body : typeAt(path.slice(0, -1), schema);
  return Object.keys(schema.types[above?.replace(/^(?:required|readonly) /, '') ?? '']?.properties ?? {});
}
