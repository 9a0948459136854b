/**
 * Writes test/infra/schemas: what Azure's resource types allow, as far as infra/ uses them.
 *
 *   npm pack @azure/mcp-linux-x64@2.0.5 && tar xzf azure-mcp-linux-x64-2.0.5.tgz
 *   node scripts/azure-schemas.ts package/dist/azmcp
 *
 * That package carries Microsoft's resource types for Bicep and needs no network. It lacks four of ours, which are
 * written by hand from the same source: see test/infra/schemas/README.md.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const SOURCE = '@azure/mcp-linux-x64 2.0.5, azmcp bicepschema get';
const FOLDER = 'test/infra/schemas';
const PLAIN = new Set(['string', 'int', 'bool', 'any', 'object', 'null']);
const TYPES = [
  'Microsoft.Authorization/roleAssignments',
  'Microsoft.BotService/botServices',
  'Microsoft.BotService/botServices/channels',
  'Microsoft.Insights/components',
  'Microsoft.KeyVault/vaults',
  'Microsoft.KeyVault/vaults/secrets',
  'Microsoft.ManagedIdentity/userAssignedIdentities',
  'Microsoft.Network/privateEndpoints',
  'Microsoft.Network/privateEndpoints/privateDnsZoneGroups',
  'Microsoft.Network/virtualNetworks',
  'Microsoft.Network/virtualNetworks/subnets',
  'Microsoft.OperationalInsights/workspaces',
  'Microsoft.Resources/resourceGroups',
  'Microsoft.Storage/storageAccounts',
  'Microsoft.Storage/storageAccounts/blobServices',
  'Microsoft.Storage/storageAccounts/blobServices/containers',
  'Microsoft.Storage/storageAccounts/queueServices',
  'Microsoft.Storage/storageAccounts/queueServices/queues',
  'Microsoft.Storage/storageAccounts/tableServices',
  'Microsoft.Storage/storageAccounts/tableServices/tables',
  'Microsoft.Web/serverfarms',
  'Microsoft.Web/sites',
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies',
  'Microsoft.Web/sites/config',
];

interface Property {
  readonly name: string;
  readonly type: string;
  readonly flags?: string;
}
interface Shape {
  readonly $type: string;
  readonly name: string;
  readonly properties?: readonly Property[];
  readonly baseProperties?: readonly Property[];
  readonly additionalPropertiesType?: string;
  readonly discriminator?: string;
  readonly elements?: readonly Shape[];
}
interface Resource {
  readonly $type: 'Resource';
  readonly name: string;
  /** `ResourceGroup`, or several with commas. */
  readonly writableScopes: string;
  readonly bodyType: Shape;
}
interface Written {
  readonly properties: Record<string, string>;
  readonly others?: string;
  readonly by?: string;
  readonly variants?: Record<string, Written>;
}

const azmcp = process.argv[2];
if (azmcp === undefined) throw new Error('Name the program azmcp; see the top of this file.');
for (const type of TYPES) {
  const schema = schemaOf(ask(azmcp, type));
  const file = `${FOLDER}/${schema.resource.replaceAll('/', '_')}.json`;
  writeFileSync(file, `${JSON.stringify(schema, null, 1)}\n`);
  console.log(`${file} ${String(readFileSync(file).length)} bytes`);
}

function ask(program: string, type: string): readonly (Shape | Resource)[] {
  const env = { ...process.env, AZURE_MCP_COLLECT_TELEMETRY: 'false' };
  const text = execFileSync(program, ['bicepschema', 'get', '--resource-type', type], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return (JSON.parse(text) as { readonly results: { readonly BicepSchemaResult: (Shape | Resource)[] } }).results
    .BicepSchemaResult;
}

/** Only what can be reached by properties that can be written, and what Azure answers as `properties`. */
function schemaOf(answer: readonly (Shape | Resource)[]) {
  const resource = answer.find((one): one is Resource => one.$type === 'Resource');
  if (!resource) throw new Error('The answer names no resource.');
  const known = new Map(answer.flatMap((one) => ('bodyType' in one ? [] : [[one.name, one] as const])));
  const types: Record<string, Written> = {};
  const reach = (shape: Shape): void => {
    if (shape.name in types) return;
    types[shape.name] = write(shape, known);
    for (const name of namesIn(shape)) {
      const next = known.get(name);
      if (next) reach(next);
    }
  };
  reach(resource.bodyType);
  return {
    resource: resource.name,
    source: SOURCE,
    scopes: resource.writableScopes,
    body: resource.bodyType.name,
    types,
  };
}

function* namesIn(shape: Shape): Generator<string> {
  for (const { name, type, flags } of [...(shape.properties ?? []), ...(shape.baseProperties ?? [])])
    if (name === 'properties' || !/ReadOnly/.test(flags ?? ''))
      yield* type.split(' | ').map((one) => one.replace(/(?:\[\])+$/, ''));
  if (shape.additionalPropertiesType !== undefined) yield shape.additionalPropertiesType.replace(/(?:\[\])+$/, '');
  for (const element of shape.elements ?? []) yield* namesIn(element);
}

function write(shape: Shape, known: ReadonlyMap<string, Shape>): Written {
  const { discriminator: by, elements } = shape;
  const properties = Object.fromEntries(
    [...(shape.properties ?? []), ...(shape.baseProperties ?? [])].map((property) => [
      property.name,
      typeText(property, known),
    ]),
  );
  const others = shape.additionalPropertiesType;
  const variants = elements?.map((element) => {
    const literal = element.properties?.find(({ name }) => name === by)?.type ?? element.name;
    const { properties: own } = write(element, known);
    return [literal, { properties: { ...own, [by ?? '']: `required '${literal}'` } }] as const;
  });
  return {
    properties,
    ...(others !== undefined && { others }),
    ...(by !== undefined && { by }),
    ...(variants && { variants: Object.fromEntries(variants) }),
  };
}

/** `required 'F0' | 'S1' | string`: texts in quotation marks, everything else is the name of a type. */
function typeText({ type, flags = '' }: Property, known: ReadonlyMap<string, Shape>): string {
  const all = type.split(' | ');
  const alternatives = all.map((one) => {
    const element = one.replace(/(?:\[\])+$/, '');
    // A text may be spelt like a type; types never stand in a list of alternatives.
    return PLAIN.has(element) || (all.length === 1 && known.has(element)) ? one : `'${one}'`;
  });
  const prefix = flags.includes('ReadOnly') ? 'readonly ' : flags.includes('Required') ? 'required ' : '';
  return prefix + alternatives.join(' | ');
}
