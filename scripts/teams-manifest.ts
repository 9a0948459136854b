/** The Teams app's manifest: filled in, and checked against the rules of its schema that an upload would otherwise find. */
import { COMMANDS } from '../src/chat/parse-command.ts';

export interface AppIdentity {
  /** The bot's client id; also the Teams app's id. */
  readonly appId: string;
  /** Where the bot is reached, without https. */
  readonly domain: string;
  readonly developer: string;
  readonly website: string;
  /** `1.0.0` */
  readonly version: string;
}

export interface Manifest {
  readonly id: string;
  readonly bots: readonly {
    readonly botId: string;
    readonly scopes: readonly string[];
    readonly commandLists: readonly {
      readonly scopes: readonly string[];
      readonly commands: readonly { readonly title: string; readonly description: string }[];
    }[];
  }[];
  readonly [field: string]: unknown;
}

/** Fills the template in; values go in as JSON text, so that none can change its structure. */
export function fillManifest(template: string, identity: AppIdentity): Manifest {
  const values: Readonly<Record<string, string>> = {
    APP_ID: identity.appId.toLowerCase(),
    DOMAIN: identity.domain,
    DEVELOPER: identity.developer,
    WEBSITE: identity.website,
    VERSION: identity.version,
  };
  const text = template.replace(/\{\{([A-Z_]+)\}\}/g, (_whole, name: string) =>
    JSON.stringify(values[name] ?? '').slice(1, -1),
  );
  const manifest = JSON.parse(text) as Manifest;
  const commands = Object.entries(COMMANDS).map(([title, [usage, meaning]]) => ({
    title,
    description: `${usage}: ${meaning}`.slice(0, 128),
  }));
  return {
    ...manifest,
    bots: manifest.bots.map((bot) => ({
      ...bot,
      commandLists: bot.commandLists.map((list) => ({ ...list, commands })),
    })),
  };
}

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const SCOPES = ['team', 'personal', 'groupChat'];
const PERMISSIONS = ['identity', 'messageTeamMembers'];
const KNOWN = [
  '$schema',
  'manifestVersion',
  'version',
  'id',
  'developer',
  'name',
  'description',
  'icons',
  'accentColor',
  'supportsChannelFeatures',
  'bots',
  'permissions',
  'validDomains',
  'webApplicationInfo',
];
/** Longest texts, as the manifest's schema has them. */
const LONGEST: readonly (readonly [path: string, length: number])[] = [
  ['version', 256],
  ['developer.name', 32],
  ['name.short', 30],
  ['name.full', 100],
  ['description.short', 80],
  ['description.full', 4000],
];

/** Everything that is wrong with a manifest; empty when Teams would take it. */
export function manifestProblems(manifest: Manifest): readonly string[] {
  const problems: string[] = [];
  const expect = (right: boolean, problem: string): void => {
    if (!right) problems.push(problem);
  };
  for (const field of Object.keys(manifest)) expect(KNOWN.includes(field), `"${field}" is no field of the manifest.`);
  for (const field of KNOWN) expect(field in manifest, `"${field}" is missing.`);
  for (const [path, length] of LONGEST) {
    const value = at(manifest, path);
    expect(
      typeof value === 'string' && value !== '' && value.length <= length,
      `${path} must be a text of 1 to ${String(length)} characters.`,
    );
  }
  expect(/^\d+\.\d+\.\d+$/.test(String(manifest['version'])), 'version must look like 1.0.0.');
  expect(/^#[0-9a-f]{6}$/i.test(String(manifest['accentColor'])), 'accentColor must look like #1F3E8C.');
  expect(GUID.test(manifest.id), 'id must be a GUID: the client id of the bot.');
  const schema = `/teams/v${String(manifest['manifestVersion'])}/MicrosoftTeams.schema.json`;
  expect(String(manifest['$schema']).endsWith(schema), '$schema must be that of manifestVersion.');
  for (const name of ['websiteUrl', 'privacyUrl', 'termsOfUseUrl']) {
    const url = URL.parse(String(at(manifest, `developer.${name}`)));
    expect(url?.protocol === 'https:', `developer.${name} must be an https address.`);
  }
  for (const domain of manifest['validDomains'] as readonly string[])
    expect(/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(domain), `validDomains: "${domain}" must be a host name.`);
  for (const permission of manifest['permissions'] as readonly string[])
    expect(PERMISSIONS.includes(permission), `"${permission}" is no permission.`);
  for (const bot of manifest.bots) problems.push(...botProblems(bot));
  return problems;
}

function botProblems({ botId, scopes, commandLists }: Manifest['bots'][number]): string[] {
  const lists = commandLists.flatMap(({ scopes: own, commands }) => [
    ...(commands.length >= 1 && commands.length <= 10 ? [] : ['A list of commands has 1 to 10 of them.']),
    ...own.filter((scope) => !scopes.includes(scope)).map((scope) => `"${scope}" is no scope of the bot.`),
    ...commands.flatMap(({ title, description }) => [
      ...(title.length <= 32 ? [] : [`The command "${title}" has more than 32 characters.`]),
      ...(description.length <= 128 ? [] : [`The description of "${title}" has more than 128 characters.`]),
    ]),
  ]);
  return [
    ...(GUID.test(botId) ? [] : ['botId must be a GUID.']),
    ...scopes.filter((scope) => !SCOPES.includes(scope)).map((scope) => `"${scope}" is no scope.`),
    ...lists,
  ];
}

const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (inner, name) =>
        typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[name] : undefined,
      value,
    );

/** What is wrong with an icon: Teams wants a PNG of exactly this size. */
export function iconProblems(name: string, png: Buffer, size: number): readonly string[] {
  if (png.length < 24 || png.toString('latin1', 1, 4) !== 'PNG') return [`${name} is no PNG.`];
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  return width === size && height === size
    ? []
    : [`${name} must be ${String(size)} x ${String(size)}, not ${String(width)} x ${String(height)}.`];
}
