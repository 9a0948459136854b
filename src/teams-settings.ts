import { nearest } from './nearest.ts';
import { GUID, quoted, readOrigin, readTimespan, text, type Environment } from './setting-readers.ts';
import { DAY, HOUR, type Milliseconds } from './time.ts';

/** A cloud with a Bot Framework of its own. */
export type BotCloud = 'us-government';

/** `off`: no bot; a webhook tells. */
export type BotSettings =
  | { readonly kind: 'off' }
  | { readonly kind: 'anonymous' }
  | (BotIdentity & { readonly kind: 'managed-identity' })
  | (BotIdentity & { readonly kind: 'secret'; readonly password: string });
interface BotIdentity {
  readonly appId: string;
  readonly tenantId: string;
  /** Absent: the public cloud. */
  readonly cloud?: BotCloud;
}

/** How the SOC is told, and who may act. */
export interface TeamsSettings {
  readonly bot: BotSettings;
  /** A Workflows webhook. The address is a secret: whoever has it can post. */
  readonly webhookUrl?: URL;
  /** Entra object ids of those who may act on cards; absent: everybody in the tenant who can see them. */
  readonly operators?: ReadonlySet<string>;
  /** Where our own pages are reached; absent: cards have no link to them. */
  readonly publicUrl?: string;
  /** How long a link on a card opens the page of its case. */
  readonly linkLifetime: Milliseconds;
  readonly defenderPortal: string;
  readonly azurePortal: string;
  /** Workspace alias → Azure resource id, for links into Log Analytics. */
  readonly workspaceIds: ReadonlyMap<string, string>;
}

export function readTeams(
  env: Environment,
  workspaces: ReadonlyMap<string, string>,
  problems: string[],
): TeamsSettings {
  const bot = readBot(env, problems);
  const webhookUrl = readWebhook(env, problems);
  const operators = readOperators(env, problems);
  const publicUrl = readPublicUrl(env, problems);
  if (bot.kind === 'off' && !webhookUrl)
    problems.push('TEAMS_AUTH is "off" and TEAMS_WEBHOOK_URL is empty: nobody would be told anything.');
  return {
    bot,
    ...(webhookUrl && { webhookUrl }),
    ...(operators && { operators }),
    ...(publicUrl !== undefined && { publicUrl }),
    linkLifetime: readTimespan(env, 'LINK_LIFETIME', 3 * DAY, { least: HOUR, most: 30 * DAY }, problems),
    defenderPortal: readOrigin(env, 'DEFENDER_PORTAL', 'https://security.microsoft.com', problems),
    azurePortal: readOrigin(env, 'AZURE_PORTAL', 'https://portal.azure.com', problems),
    workspaceIds: readWorkspaceIds(env, workspaces, problems),
  };
}

const BOT_KINDS = ['managed-identity', 'secret', 'anonymous', 'off'];

/** An empty app id would turn the bot's authentication off without a word, so `anonymous` must be asked for, and never in Azure. */
function readBot(env: Environment, problems: string[]): BotSettings {
  const kind = text(env, 'TEAMS_AUTH') ?? 'managed-identity';
  const appId = text(env, 'TEAMS_APP_ID') ?? '';
  const tenantId = text(env, 'TEAMS_TENANT_ID') ?? '';
  if (kind === 'off') return { kind };
  if (kind === 'anonymous') {
    if (env['WEBSITE_INSTANCE_ID'] !== undefined)
      problems.push('TEAMS_AUTH "anonymous" is refused in Azure: anybody could speak as Teams.');
    return { kind };
  }
  if (kind !== 'managed-identity' && kind !== 'secret') {
    const hint = nearest(kind, BOT_KINDS);
    problems.push(
      `TEAMS_AUTH ${quoted(kind)} is unknown; it is one of ${BOT_KINDS.join(', ')}${hint === undefined ? '' : ` (did you mean "${hint}"?)`}.`,
    );
    return { kind: 'managed-identity', appId, tenantId };
  }
  if (!GUID.test(appId)) problems.push('TEAMS_APP_ID must be the client id (a GUID) of the bot.');
  if (!GUID.test(tenantId))
    problems.push('TEAMS_TENANT_ID must be the tenant (a GUID) whose Teams may talk to the bot.');
  const identity = { appId, tenantId, ...readCloud(env, problems) };
  if (kind === 'managed-identity') return { kind, ...identity };
  const password = text(env, 'TEAMS_APP_PASSWORD');
  if (password === undefined) problems.push('TEAMS_APP_PASSWORD is missing; TEAMS_AUTH "secret" needs it.');
  return { kind, ...identity, password: password ?? '' };
}

const CLOUDS = ['public', 'us-government'];

function readCloud(env: Environment, problems: string[]): { readonly cloud?: BotCloud } {
  const value = text(env, 'TEAMS_CLOUD') ?? 'public';
  if (value === 'us-government') return { cloud: value };
  const hint = nearest(value, CLOUDS);
  const meant = hint === undefined ? '' : ` (did you mean "${hint}"?)`;
  if (value !== 'public')
    problems.push(`TEAMS_CLOUD ${quoted(value)} is unknown; it is one of ${CLOUDS.join(', ')}${meant}.`);
  return {};
}

/** Hosts of Workflows webhooks and of the Office connectors they replaced. The address itself never goes into a message. */
const WEBHOOK_HOSTS =
  /(?:\.logic\.azure\.(?:com|us|cn)|\.powerplatform\.(?:com|us|cn)|\.powerautomate\.com|\.webhook\.office\.com)$/i;

function readWebhook(env: Environment, problems: string[]): URL | undefined {
  const value = text(env, 'TEAMS_WEBHOOK_URL');
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  // A developer's own machine, never in Azure.
  const local = url?.hostname === '127.0.0.1' && env['WEBSITE_INSTANCE_ID'] === undefined;
  if (url && (local || (url.protocol === 'https:' && WEBHOOK_HOSTS.test(url.hostname)))) return url;
  problems.push(
    'TEAMS_WEBHOOK_URL is not the address of a Workflows webhook: https, at logic.azure.com, powerplatform.com or webhook.office.com.',
  );
  return undefined;
}

function readOperators(env: Environment, problems: string[]): ReadonlySet<string> | undefined {
  const value = text(env, 'OPERATORS');
  if (value === undefined) return undefined;
  const ids = value.split(',').map((id) => id.trim().toLowerCase());
  for (const id of ids.filter((one) => !GUID.test(one)))
    problems.push(`OPERATORS: ${quoted(id)} is no object id (a GUID) of a person in Entra.`);
  return new Set(ids);
}

/** Azure names the app's own host; elsewhere somebody must, or cards have no links to our pages. */
function readPublicUrl(env: Environment, problems: string[]): string | undefined {
  const value = text(env, 'PUBLIC_URL');
  const host = text(env, 'WEBSITE_HOSTNAME');
  if (value === undefined) return host === undefined ? undefined : `https://${host}`;
  const url = URL.parse(value);
  const local = url?.protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(url.hostname);
  if (!url || (url.protocol !== 'https:' && !local) || url.search !== '' || url.hash !== '')
    problems.push(`PUBLIC_URL ${quoted(value)} must be the https address under which people reach this app.`);
  return value.replace(/\/$/, '');
}

const RESOURCE_ID =
  /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[\w.()-]{1,90}\/providers\/Microsoft\.OperationalInsights\/workspaces\/[\w-]{4,63}$/i;

function readWorkspaceIds(
  env: Environment,
  workspaces: ReadonlyMap<string, string>,
  problems: string[],
): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const entry of text(env, 'WORKSPACE_RESOURCE_IDS')?.split(',') ?? []) {
    const [alias = '', id = ''] = entry.split('=').map((part) => part.trim());
    if (!workspaces.has(alias)) {
      const hint = nearest(alias, workspaces.keys());
      const meant = hint === undefined ? '' : `; did you mean "${hint}"?`;
      problems.push(`WORKSPACE_RESOURCE_IDS: ${quoted(alias)} is not an alias in WORKSPACES${meant}`);
    } else if (!RESOURCE_ID.test(id))
      problems.push(
        `WORKSPACE_RESOURCE_IDS: "${alias}" needs "/subscriptions/…/resourceGroups/…/providers/Microsoft.OperationalInsights/workspaces/…".`,
      );
    else ids.set(alias, id);
  }
  return ids;
}
