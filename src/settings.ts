import { readBoard, type BoardSettings } from './board-settings.ts';
import { SettingsError } from './errors.ts';
import { DEFAULT_HUNTS, parseHuntPatterns, patternProblem } from './hunt-files/selection.ts';
import type { RunPolicy } from './services.ts';
import {
  GUID,
  quoted,
  readCanary,
  readOrigin,
  readSchedule,
  readDays,
  readNumber,
  readTimespan,
  text,
  type Environment,
} from './setting-readers.ts';
import { readTeams, type TeamsSettings } from './teams-settings.ts';
import { DAY, HOUR, MINUTE, SECOND } from './time.ts';

/** Where tables and queues are: a connection string (Azurite) or an account reached with an identity. */
export type StorageSettings =
  | { readonly kind: 'connection-string'; readonly connectionString: string }
  | { readonly kind: 'identity'; readonly tablesUrl: string; readonly queuesUrl: string };

/** Where the platform hands out tokens of the app's identity; absent on a developer's machine. */
export interface IdentitySettings {
  readonly url: string;
  readonly secret: string;
  readonly clientId?: string;
}

export interface Settings {
  /** Alias → workspace id. */
  readonly workspaces: ReadonlyMap<string, string>;
  readonly policy: RunPolicy;
  readonly storage: StorageSettings;
  readonly identity?: IdentitySettings;
  readonly teams: TeamsSettings;
  readonly board: BoardSettings;
  readonly logAnalyticsEndpoint: string;
  /** Queries at once in each workspace, of all instances. */
  readonly queryConcurrency: number;
  readonly huntsFolder: string;
  /** Which hunts of the folder run: globs, with commas. */
  readonly hunts: string;
}

/** Reads every setting; throws one {@link SettingsError} with all problems. An empty value counts as absent. */
export function readSettings(env: Environment): Settings {
  const problems: string[] = [];
  const workspaces = readWorkspaces(env, problems);
  const identity = readIdentity(env);
  const settings: Settings = {
    workspaces,
    policy: readPolicy(env, problems),
    storage: readStorage(env, problems),
    ...(identity && { identity }),
    teams: readTeams(env, workspaces, problems),
    board: readBoard(env, problems),
    logAnalyticsEndpoint: readOrigin(env, 'LOG_ANALYTICS_ENDPOINT', 'https://api.loganalytics.io', problems),
    queryConcurrency: readNumber(env, 'QUERY_CONCURRENCY', 5, { least: 1, most: 100 }, problems),
    huntsFolder: text(env, 'HUNTS_FOLDER') ?? 'hunts',
    hunts: readHunts(env, problems),
  };
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

/** How hunts run, and how often. */
function readPolicy(env: Environment, problems: string[]): RunPolicy {
  const policy: RunPolicy = {
    schedule: readSchedule(env, 'HUNT_SCHEDULE', '0 0 6 * * *', problems),
    tick: readSchedule(env, 'HUNT_TICK', '0 */5 * * * *', problems),
    digest: readSchedule(env, 'DIGEST_SCHEDULE', '0 0 7 * * 1', problems),
    lateness: readTimespan(env, 'LATENESS', 2 * DAY, { least: 0, most: 90 * DAY }, problems),
    runTimeout: readTimespan(env, 'RUN_TIMEOUT', 12 * MINUTE, { least: 5_000, most: 25 * MINUTE }, problems),
    evidenceTimeout: readTimespan(env, 'EVIDENCE_TIMEOUT', 2 * MINUTE, { least: SECOND, most: 10 * MINUTE }, problems),
    blindAfter: readTimespan(env, 'BLIND_AFTER', 45 * MINUTE, { least: 5 * MINUTE, most: 2 * DAY }, problems),
    remindAfter: readTimespan(env, 'REMIND_AFTER', DAY, { least: MINUTE, most: 30 * DAY }, problems),
    escalateAfter: readTimespan(env, 'ESCALATE_AFTER', 4 * HOUR, { least: 0, most: 30 * DAY }, problems),
    retain: readDays(env, 'RETAIN_DAYS', 400, { least: 30, most: 3_650 }, problems),
  };
  const canary = readCanary(env, 'CANARY', '0 30 7 * * 1', policy, problems);
  return canary === undefined ? policy : { ...policy, canary };
}

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

function readStorage(env: Environment, problems: string[]): StorageSettings {
  const connectionString = text(env, 'AzureWebJobsStorage');
  if (connectionString !== undefined) {
    // Its value never goes into a message.
    if (!/^UseDevelopmentStorage=true;?$|\bAccountName=[^;]+.*\bAccountKey=[^;]+/is.test(connectionString))
      problems.push('AzureWebJobsStorage is no connection string with AccountName and AccountKey.');
    return { kind: 'connection-string', connectionString };
  }
  const account = text(env, 'AzureWebJobsStorage__accountName');
  const suffix = text(env, 'STORAGE_SUFFIX') ?? 'core.windows.net';
  const tablesUrl = text(env, 'AzureWebJobsStorage__tableServiceUri') ?? serviceUrl(account, 'table', suffix);
  const queuesUrl = text(env, 'AzureWebJobsStorage__queueServiceUri') ?? serviceUrl(account, 'queue', suffix);
  if (tablesUrl === undefined || queuesUrl === undefined) {
    problems.push('No storage: set AzureWebJobsStorage__accountName (identity) or AzureWebJobsStorage (Azurite).');
  }
  for (const url of [tablesUrl, queuesUrl]) {
    if (url !== undefined && URL.parse(url)?.protocol !== 'https:')
      problems.push(`${quoted(url)} is no https address of storage: see AzureWebJobsStorage__… and STORAGE_SUFFIX.`);
  }
  return { kind: 'identity', tablesUrl: tablesUrl ?? '', queuesUrl: queuesUrl ?? '' };
}

/** The platform sets the first two itself, for an app that has an identity. */
function readIdentity(env: Environment): IdentitySettings | undefined {
  const url = text(env, 'IDENTITY_ENDPOINT');
  const secret = text(env, 'IDENTITY_HEADER');
  const clientId = text(env, 'AZURE_CLIENT_ID');
  return url === undefined || secret === undefined
    ? undefined
    : { url, secret, ...(clientId !== undefined && { clientId }) };
}

const serviceUrl = (account: string | undefined, service: string, suffix: string): string | undefined =>
  account === undefined ? undefined : `https://${account}.${service}.${suffix}`;
