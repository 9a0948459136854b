import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readFiles, readSources } from '../../scripts/bicep/check.ts';
import type { BicepFile } from '../../scripts/bicep/file.ts';
import type { Expression } from '../../scripts/bicep/syntax.ts';
import { propertyOf, walk } from '../../scripts/bicep/walk.ts';
import { registerFunctions, type FunctionApp } from '../../src/functions/register.ts';
import type { Environment } from '../../src/setting-readers.ts';
import { silentLog } from '../support/silent-log.ts';
import { frameworkOf } from '../../src/teams/bot-framework.ts';
import { readSettings } from '../../src/settings.ts';

/** Settings that the code can read and that a deployment leaves out, with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  AzureWebJobsStorage: 'a connection string is a key; the account refuses keys',
  AzureWebJobsStorage__accountName: 'the addresses say it for every cloud; beside them it would be a second truth',
  STORAGE_SUFFIX: 'only completes an account name',
  HUNTS_FOLDER: 'the bundle finds its hunts beside itself',
  WEBSITE_HOSTNAME: 'Azure sets it',
  WEBSITE_AUTH_ENABLED: 'Azure sets it',
  IDENTITY_ENDPOINT: 'Azure sets it',
  IDENTITY_HEADER: 'Azure sets it',
  WEBSITE_INSTANCE_ID: 'Azure sets it',
};

/** Settings that a deployment sets and that something else than our code reads. */
const FOR_OTHERS: Readonly<Record<string, string>> = {
  AzureWebJobsStorage__blobServiceUri: 'the host: leases, keys',
  AzureWebJobsStorage__credential: 'the host: with an identity',
  AzureWebJobsStorage__clientId: 'the host: with which one',
  APPLICATIONINSIGHTS_CONNECTION_STRING: 'the host: where logs go',
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'the host: sent with the identity',
};

/** Flex Consumption refuses them, ignores them or breaks by them; runtime, memory and package live in functionAppConfig. */
const NEVER = [
  'FUNCTIONS_WORKER_RUNTIME',
  'FUNCTIONS_EXTENSION_VERSION',
  'WEBSITE_RUN_FROM_PACKAGE',
  'WEBSITE_CONTENTAZUREFILECONNECTIONSTRING',
  'WEBSITE_CONTENTSHARE',
  'SCM_DO_BUILD_DURING_DEPLOYMENT',
  'ENABLE_ORYX_BUILD',
  'WEBSITE_TIME_ZONE',
  'TZ',
];

const sourceFiles = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const sourceOf = (file: string): string => readFileSync(`src/${file}`, 'utf8');

/** Every name that is read of an environment anywhere in src/, and the names that the registrations hand to the host. */
function readByTheCode(): ReadonlySet<string> {
  const source = sourceFiles.map(sourceOf).join('\n');
  const names = [
    ...source.matchAll(/\b(?:text|read[A-Z]\w*)\(\s*env,\s*'(\w+)'/g),
    ...source.matchAll(/\benv\['(\w+)'\]/g),
  ].map(([, name = '']) => name);
  const handed: string[] = [];
  const app: FunctionApp = {
    http: () => undefined,
    timer: (_name, { schedule }) => handed.push(...[...schedule.matchAll(/%(\w+)%/g)].map(([, name = '']) => name)),
    storageQueue: (_name, { connection }) => handed.push(`${connection}__queueServiceUri`),
  };
  registerFunctions(app, () => Promise.reject(new Error('unused')), { log: silentLog, redact: (text) => text });
  return new Set([...names, ...handed]);
}

let main: BicepFile;
let functionApp: BicepFile;
let settings: readonly { readonly key: string; readonly value: Expression }[];

beforeAll(async () => {
  const files = await readFiles(readSources('infra'));
  main = files.get('infra/main.bicep') ?? fail('main.bicep');
  functionApp = files.get('infra/modules/function-app.bicep') ?? fail('function-app.bicep');
  const given = propertyOf(propertyOf(main.modules.get('functionApp')?.value, 'params'), 'settings');
  const own = propertyOf(functionApp.resources.get('appSettings')?.value, 'properties');
  settings = [given, own]
    .flatMap((tree) => (tree ? [...walk(tree)] : []))
    .flatMap((part) => (part.kind === 'object' ? part.entries : []))
    .flatMap(({ key, value }) => (key === undefined ? [] : [{ key, value }]));
});

const fail = (what: string): never => {
  throw new Error(`There is no ${what}.`);
};

describe('the settings of a deployment', () => {
  it('are those that the code reads, and no others', () => {
    const read = [...readByTheCode()].filter((name) => !(name in LEFT_OUT));
    const set = settings.map(({ key }) => key).filter((name) => !(name in FOR_OTHERS));

    expect(read.length).toBeGreaterThan(15);
    expect(set.sort()).toEqual(read.sort());
  });

  it('that are left out are ones the code reads, and those for others are set', () => {
    expect([...readByTheCode()]).toEqual(expect.arrayContaining(Object.keys(LEFT_OUT)));
    expect(settings.map(({ key }) => key)).toEqual(expect.arrayContaining(Object.keys(FOR_OTHERS)));
  });

  it('are found by reading the source, and nothing is read that it does not show', () => {
    const read = new Set<string>();
    const env = (values: Environment): Environment =>
      new Proxy(values, {
        get: (target, name) => {
          if (typeof name === 'string') read.add(name);
          return Reflect.get(target, name) as unknown;
        },
      });
    for (const TEAMS_AUTH of ['managed-identity', 'secret', 'anonymous', 'off'])
      for (const BOARD_AUTH of ['key', 'entra', 'anonymous', 'off'])
        try {
          readSettings(env({ TEAMS_AUTH, BOARD_AUTH, TEAMS_WEBHOOK_URL: 'http://127.0.0.1/x' }));
        } catch {
          // Only what was asked for matters.
          expect(read.size).toBeGreaterThan(0);
        }

    expect([...readByTheCode()]).toEqual(expect.arrayContaining([...read]));
    expect(sourceFiles.filter((file) => sourceOf(file).includes('process.env'))).toEqual(['main.ts']);
  });

  it('have none that Flex Consumption refuses', () => {
    expect(settings.map(({ key }) => key).filter((key) => NEVER.includes(key))).toEqual([]);
  });

  it('have none twice, since the app’s own would silently win', () => {
    const keys = settings.map(({ key }) => key);

    expect(keys).toEqual([...new Set(keys)]);
  });

  it('mean by default what the code means by default', () => {
    const defaults = Object.fromEntries(
      settings.flatMap(({ key, value }) => {
        const preset = value.kind === 'name' ? main.params.get(value.name)?.value : undefined;
        return preset?.kind === 'text' && preset.value !== undefined ? [[key, preset.value]] : [];
      }),
    );
    const needed = {
      WORKSPACES: 'corp=99999999-8888-7777-6666-555555555555',
      AzureWebJobsStorage__queueServiceUri: 'https://a.queue.core.windows.net',
      AzureWebJobsStorage__tableServiceUri: 'https://a.table.core.windows.net',
      TEAMS_APP_ID: '11111111-2222-3333-4444-555555555555',
      TEAMS_TENANT_ID: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    };

    expect(Object.keys(defaults)).toEqual(expect.arrayContaining(['HUNTS', 'HUNT_TICK', 'LATENESS', 'TEAMS_AUTH']));
    expect(readSettings({ ...needed, ...defaults })).toEqual(readSettings(needed));
  });

  it.each(Object.entries(JSON.parse(readFileSync('infra/clouds.json', 'utf8')) as Record<string, Clouds>))(
    'are right in %s',
    (name, { logAnalytics, azurePortal, defenderPortal, teams }) => {
      const read = readSettings({
        WORKSPACES: 'corp=99999999-8888-7777-6666-555555555555',
        AzureWebJobsStorage: 'UseDevelopmentStorage=true',
        TEAMS_APP_ID: '11111111-2222-3333-4444-555555555555',
        TEAMS_TENANT_ID: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
        TEAMS_CLOUD: teams,
        LOG_ANALYTICS_ENDPOINT: logAnalytics,
        AZURE_PORTAL: azurePortal,
        DEFENDER_PORTAL: defenderPortal,
      });

      expect(read.logAnalyticsEndpoint).toMatch(/^https:\/\/api\.loganalytics\./);
      expect(frameworkOf(read.teams.bot).issuer).toBe(
        name === 'AzureUSGovernment' ? 'https://api.botframework.us' : 'https://api.botframework.com',
      );
      expect(read.teams.azurePortal).toMatch(/^https:\/\/portal\.azure\./);
      expect(read.teams.defenderPortal).toMatch(/^https:\/\/security\.microsoft\./);
    },
  );
});

interface Clouds {
  readonly logAnalytics: string;
  readonly azurePortal: string;
  readonly defenderPortal: string;
  readonly teams: string;
}
