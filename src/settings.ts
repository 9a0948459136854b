import { SettingsError } from './errors.ts';
import { scheduleProblem } from './hunt/schedule.ts';
import { DEFAULT_HUNTS, parseHuntPatterns, patternProblem } from './hunt-files/selection.ts';
import { nearest } from './nearest.ts';
import type { RunPolicy } from './services.ts';
import { DAY, MINUTE, parseTimespan, type Milliseconds } from './time.ts';

/** Where tables and queues are: a connection string (Azurite) or an account reached with an identity. */
export type StorageSettings =
  | { readonly kind: 'connection-string'; readonly connectionString: string }
  | { readonly kind: 'identity'; readonly tablesUrl: string; readonly queuesUrl: string };

export type BotSettings =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'managed-identity'; readonly appId: string; readonly tenantId: string }
  | { readonly kind: 'secret'; readonly appId: string; readonly tenantId: string; readonly password: string };

export interface Settings {
  /** Alias → workspace id. */
  readonly workspaces: ReadonlyMap<string, string>;
  readonly policy: RunPolicy;
  readonly storage: StorageSettings;
  readonly bot: BotSettings;
  readonly logAnalyticsEndpoint: string;
  readonly huntsFolder: string;
  /** Which hunts of the folder run: globs, with commas. */
  readonly hunts: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads every setting; throws one {@link SettingsError} with all problems. An empty value counts as absent. */
export function readSettings(env: Environment): Settings {
  const problems: string[] = [];
  const settings: Settings = {
    workspaces: readWorkspaces(env, problems),
    policy: {
      schedule: readSchedule(env, 'HUNT_SCHEDULE', '0 0 6 * * *', problems),
      tick: readSchedule(env, 'HUNT_TICK', '0 */5 * * * *', problems),
      lateness: readTimespan(env, 'LATENESS', 2 * DAY, { least: 0, most: 90 * DAY }, problems),
      runTimeout: readTimespan(env, 'RUN_TIMEOUT', 12 * MINUTE, { least: 5_000, most: 25 * MINUTE }, problems),
      remindAfter: readTimespan(env, 'REMIND_AFTER', DAY, { least: MINUTE, most: 30 * DAY }, problems),
    },
    storage: readStorage(env, problems),
    bot: readBot(env, problems),
    logAnalyticsEndpoint: readEndpoint(env, problems),
    huntsFolder: text(env, 'HUNTS_FOLDER') ?? 'hunts',
    hunts: readHunts(env, problems),
  };
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

const text = (env: Environment, name: string): string | undefined => {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
};

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** `corp=<guid>,emea=<guid>`; an alias is short and plain, since it stands in URLs, keys and cards. */
function readWorkspaces(env: Environment, problems: string[]): ReadonlyMap<string, string> {
  const value = text(env, 'WORKSPACES');
  const workspaces = new Map<string, string>();
  if (value === undefined) {
    problems.push('WORKSPACES is missing: name at least one workspace, for example "corp=<workspace id>".');
    return workspaces;
  }
  for (const entry of value.split(',').map((part) => part.trim())) {
    const [alias = '', id = ''] = entry.split('=').map((part) => part.trim());
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(alias)) {
      problems.push(`WORKSPACES: ${quoted(alias)} is not an alias: a lower-case letter, then up to 31 of a-z 0-9 -.`);
    } else if (!GUID.test(id)) {
      problems.push(`WORKSPACES: "${alias}" needs a workspace id (a GUID), not ${quoted(id)}.`);
    } else if (workspaces.has(alias)) {
      problems.push(`WORKSPACES names "${alias}" twice.`);
    } else workspaces.set(alias, id.toLowerCase());
  }
  return workspaces;
}

function readHunts(env: Environment, problems: string[]): string {
  const value = text(env, 'HUNTS') ?? DEFAULT_HUNTS;
  for (const pattern of parseHuntPatterns(value)) {
    const problem = patternProblem(pattern);
    if (problem !== undefined) problems.push(`HUNTS: ${quoted(pattern.text)} ${problem}.`);
  }
  return value;
}

function readSchedule(env: Environment, name: string, fallback: string, problems: string[]): string {
  const value = text(env, name) ?? fallback;
  const problem = scheduleProblem(value);
  if (problem !== undefined) problems.push(`${name} ${quoted(value)} ${problem}.`);
  return value;
}

function readTimespan(
  env: Environment,
  name: string,
  fallback: Milliseconds,
  { least, most }: { readonly least: Milliseconds; readonly most: Milliseconds },
  problems: string[],
): Milliseconds {
  const value = text(env, name);
  if (value === undefined) return fallback;
  const length = value === '0' ? 0 : parseTimespan(value);
  if (length === undefined)
    problems.push(`${name} ${quoted(value)} is not a length of time such as "2d", "36h" or "90s".`);
  else if (length < least || length > most) {
    problems.push(`${name} ${quoted(value)} is out of range: ${String(least / 1000)} s to ${String(most / 1000)} s.`);
  }
  return length ?? fallback;
}

function readStorage(env: Environment, problems: string[]): StorageSettings {
  const connectionString = text(env, 'AzureWebJobsStorage');
  if (connectionString !== undefined) return { kind: 'connection-string', connectionString };
  const account = text(env, 'AzureWebJobsStorage__accountName');
  const suffix = text(env, 'STORAGE_SUFFIX') ?? 'core.windows.net';
  const tablesUrl = text(env, 'AzureWebJobsStorage__tableServiceUri') ?? serviceUrl(account, 'table', suffix);
  const queuesUrl = text(env, 'AzureWebJobsStorage__queueServiceUri') ?? serviceUrl(account, 'queue', suffix);
  if (tablesUrl === undefined || queuesUrl === undefined) {
    problems.push('No storage: set AzureWebJobsStorage__accountName (identity) or AzureWebJobsStorage (Azurite).');
  }
  return { kind: 'identity', tablesUrl: tablesUrl ?? '', queuesUrl: queuesUrl ?? '' };
}

const serviceUrl = (account: string | undefined, service: string, suffix: string): string | undefined =>
  account === undefined ? undefined : `https://${account}.${service}.${suffix}`;

const BOT_KINDS = ['managed-identity', 'secret', 'anonymous'];

/** An empty app id would turn the bot's authentication off without a word, so `anonymous` must be asked for, and never in Azure. */
function readBot(env: Environment, problems: string[]): BotSettings {
  const kind = text(env, 'TEAMS_AUTH') ?? 'managed-identity';
  const appId = text(env, 'TEAMS_APP_ID') ?? '';
  const tenantId = text(env, 'TEAMS_TENANT_ID') ?? '';
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
  if (kind === 'managed-identity') return { kind, appId, tenantId };
  const password = text(env, 'TEAMS_APP_PASSWORD');
  if (password === undefined) problems.push('TEAMS_APP_PASSWORD is missing; TEAMS_AUTH "secret" needs it.');
  return { kind, appId, tenantId, password: password ?? '' };
}

function readEndpoint(env: Environment, problems: string[]): string {
  const value = text(env, 'LOG_ANALYTICS_ENDPOINT') ?? 'https://api.loganalytics.io';
  if (!/^https:\/\/[a-z0-9.-]+$/i.test(value)) {
    problems.push(
      `LOG_ANALYTICS_ENDPOINT ${quoted(value)} must be an https address without a path, for example "https://api.loganalytics.us".`,
    );
  }
  return value;
}

const quoted = (value: string): string => JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
