import { describe, expect, it } from 'vitest';
import { SettingsError } from '../../src/errors.ts';
import type { Environment } from '../../src/setting-readers.ts';
import { readSettings } from '../../src/settings.ts';

const APP = '11111111-2222-3333-4444-555555555555';
const TENANT = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const CORP = '99999999-8888-7777-6666-555555555555';

const env = (overrides: Environment = {}): Environment => ({
  WORKSPACES: `corp=${CORP}`,
  AzureWebJobsStorage__accountName: 'firstsight',
  TEAMS_APP_ID: APP,
  TEAMS_TENANT_ID: TENANT,
  ...overrides,
});

const problemsOf = (environment: Environment): readonly string[] => {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
};

describe('settings', () => {
  it('need only a workspace, storage and the bot; everything else has a default', () => {
    const settings = readSettings(env());

    expect([...settings.workspaces]).toEqual([['corp', CORP]]);
    expect(settings.storage).toEqual({
      kind: 'identity',
      tablesUrl: 'https://firstsight.table.core.windows.net',
      queuesUrl: 'https://firstsight.queue.core.windows.net',
    });
    expect(settings.teams.bot).toEqual({ kind: 'managed-identity', appId: APP, tenantId: TENANT });
    expect(settings.hunts).toBe('*');
    expect(settings.queryConcurrency).toBe(5);
    expect(settings.policy).toMatchObject({ schedule: '0 0 6 * * *', tick: '0 */5 * * * *', lateness: 172_800_000 });
  });

  it('name several workspaces by alias', () => {
    const { workspaces } = readSettings(env({ WORKSPACES: ` corp=${CORP} , emea=${APP.toUpperCase()} ` }));

    expect([...workspaces]).toEqual([
      ['corp', CORP],
      ['emea', APP],
    ]);
  });

  it('report every problem at once', () => {
    const problems = problemsOf({
      WORKSPACES: 'Corp=abc,emea=,x=1',
      HUNT_SCHEDULE: '0 6 * * *',
      LATENESS: 'soon',
      RUN_TIMEOUT: '2h',
      TEAMS_AUTH: 'secrt',
      LOG_ANALYTICS_ENDPOINT: 'http://api.loganalytics.io',
      QUERY_CONCURRENCY: '0',
      HUNTS: 'litemanager-*,../rmm/*',
    });

    expect(problems).toEqual([
      'WORKSPACES: "Corp" is not an alias: a lower-case letter, then up to 31 of a-z 0-9 -.',
      'WORKSPACES: "emea" needs a workspace id (a GUID), not "".',
      'WORKSPACES: "x" needs a workspace id (a GUID), not "1".',
      'HUNT_SCHEDULE "0 6 * * *" needs six fields (second minute hour day month weekday), for example "0 0 6 * * *"; it has 5.',
      'LATENESS "soon" is not a length of time such as "2d", "36h" or "90s".',
      'RUN_TIMEOUT "2h" is out of range: 5 s to 1500 s.',
      'No storage: set AzureWebJobsStorage__accountName (identity) or AzureWebJobsStorage (Azurite).',
      'TEAMS_AUTH "secrt" is unknown; it is one of managed-identity, secret, anonymous, off (did you mean "secret"?).',
      'LOG_ANALYTICS_ENDPOINT "http://api.loganalytics.io" must be an https address without a path, for example "https://api.loganalytics.io".',
      'QUERY_CONCURRENCY "0" must be a whole number from 1 to 100.',
      'HUNTS: "../rmm/*" is no pattern over names below the hunts folder, such as "rmm/*".',
    ]);
  });

  it('refuse a bot that anybody could speak to once the program runs in Azure', () => {
    expect(problemsOf(env({ TEAMS_AUTH: 'anonymous' }))).toEqual([]);
    expect(problemsOf(env({ TEAMS_AUTH: 'anonymous', WEBSITE_INSTANCE_ID: 'x' }))).toEqual([
      'TEAMS_AUTH "anonymous" is refused in Azure: anybody could speak as Teams.',
    ]);
  });

  it('refuse a bot without an app id, which would switch its authentication off', () => {
    expect(problemsOf(env({ TEAMS_APP_ID: '' }))).toEqual(['TEAMS_APP_ID must be the client id (a GUID) of the bot.']);
  });

  it('know the clouds that have a Bot Framework of their own', () => {
    expect(readSettings(env({ TEAMS_CLOUD: 'us-government' })).teams.bot).toEqual({
      kind: 'managed-identity',
      appId: APP,
      tenantId: TENANT,
      cloud: 'us-government',
    });
    expect(problemsOf(env({ TEAMS_CLOUD: 'us-goverment' }))).toEqual([
      'TEAMS_CLOUD "us-goverment" is unknown; it is one of public, us-government (did you mean "us-government"?).',
    ]);
  });

  it('say how many queries may be at work at once in a workspace: a whole number, one at least', () => {
    expect(readSettings(env({ QUERY_CONCURRENCY: '2' })).queryConcurrency).toBe(2);
    for (const wrong of ['0', '-1', '2.5', '101', 'five', '1e1'])
      expect(problemsOf(env({ QUERY_CONCURRENCY: wrong }))).toEqual([
        `QUERY_CONCURRENCY "${wrong}" must be a whole number from 1 to 100.`,
      ]);
  });

  it('take an empty value for an absent one', () => {
    expect(readSettings(env({ LATENESS: '', HUNT_TICK: ' ' })).policy.tick).toBe('0 */5 * * * *');
  });

  it('send a canary every week, as often as it says, or never', () => {
    expect(readSettings(env({})).policy.canary).toBe('0 30 7 * * 1');
    expect(readSettings(env({ CANARY: '0 0 9 * * *' })).policy.canary).toBe('0 0 9 * * *');
    expect(readSettings(env({ CANARY: 'Off' })).policy).not.toHaveProperty('canary');
  });

  it('refuse canaries that come before the one before could be missed', () => {
    expect(problemsOf(env({ CANARY: '0 */20 * * * *' }))).toEqual([
      'CANARY "0 */20 * * * *" comes every 20m, but one that is lost shows only after 22m (two ticks and RUN_TIMEOUT); name a longer time, or "off".',
    ]);
    expect(problemsOf(env({ CANARY: '0 0,10 * * * *' }))).toEqual([expect.stringContaining('comes every 10m')]);
    expect(problemsOf(env({ CANARY: '0 */30 * * * *', HUNT_TICK: '0 0 * * * *' }))).toEqual([
      expect.stringContaining('only after 132m'),
    ]);
    expect(problemsOf(env({ CANARY: 'weekly' }))).toEqual([
      expect.stringContaining('CANARY "weekly" needs six fields'),
    ]);
  });

  it('refuse storage that is none, without repeating what may be a key', () => {
    expect(problemsOf(env({ AzureWebJobsStorage: 'AccountKey=c2VjcmV0' }))).toEqual([
      'AzureWebJobsStorage is no connection string with AccountName and AccountKey.',
    ]);
    expect(problemsOf(env({ AzureWebJobsStorage__tableServiceUri: 'http://x', STORAGE_SUFFIX: 'a b' }))).toEqual([
      '"http://x" is no https address of storage: see AzureWebJobsStorage__… and STORAGE_SUFFIX.',
      '"https://firstsight.queue.a b" is no https address of storage: see AzureWebJobsStorage__… and STORAGE_SUFFIX.',
    ]);
  });
});
