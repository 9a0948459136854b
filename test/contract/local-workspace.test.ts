import { createPipelineRequest } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { DEVICE_TABLES } from '../../local/schemas/device-tables.ts';
import { syntheticTelemetry } from '../../local/telemetry/synthetic.ts';
import { localWorkspace } from '../../local/workspace.ts';
import { makeLogsQueryClient } from '../../src/azure/log-analytics-client.ts';
import { logAnalyticsWorkspace } from '../../src/azure/log-analytics.ts';
import { querySlots } from '../../src/azure/query-slots.ts';
import { loadHunts } from '../../src/hunt-files/hunt-folder.ts';
import { pinClock } from '../../src/kql/pin-clock.ts';
import { collectRows } from '../../src/hunt/answer.ts';
import { DAY } from '../../src/time.ts';

const epoch = new Date('2026-11-23T06:00:00Z');
const data = syntheticTelemetry({ epoch, newcomerAfter: 40_000 });
const query = loadHunts('hunts').find('litemanager-file-signature')?.query ?? '';

const raw = (now = epoch) => localWorkspace({ schema: DEVICE_TABLES, data, now: () => now });

function at(now: Date) {
  const httpClient = raw(now);
  const client = makeLogsQueryClient(
    { getToken: () => Promise.resolve({ token: 'offline', expiresOnTimestamp: Date.now() + 3_600_000 }) },
    { endpoint: 'https://api.loganalytics.io', httpClient },
  );
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const workspace = logAnalyticsWorkspace(client, '00000000-0000-0000-0000-000000000000', {
    limit: querySlots(5),
    sleep: () => Promise.resolve(),
    log,
  });
  return (kql: string, days = 7) =>
    workspace.query(
      kql,
      { start: new Date(now.getTime() - days * DAY), end: now },
      AbortSignal.timeout(30_000),
      collectRows,
    );
}
const later = new Date(epoch.getTime() + 40_000);
const names = (rows: readonly (readonly unknown[])[]): unknown[] => rows.map((row) => row[1]).sort();

describe('the local workspace, behind the real SDK', () => {
  it('finds LiteManager on three of 400 devices, and on a fourth once it has come into sight', async () => {
    const before = await at(epoch)(pinClock(query, epoch));
    const after = await at(later)(pinClock(query, later));

    expect(names(before.rows)).toEqual(['srv-0288.contoso.com', 'wks-0037.contoso.com', 'wks-0142.contoso.com']);
    expect(names(after.rows)).toEqual([data.newcomer.name, ...names(before.rows)].sort());
    expect(after.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'DeviceId string',
      'DeviceName string',
      'FirstSeen datetime',
      'LastSeen datetime',
      'Report dynamic',
      'Count long',
    ]);
  });

  it('holds a fleet large enough to hide in', async () => {
    const { rows } = await at(epoch)('DeviceFileCertificateInfo | summarize count(), dcount(DeviceId), dcount(Signer)');
    const [checks = 0, devices = 0, signers = 0] = (rows[0] ?? []).map(Number);

    expect(checks).toBeGreaterThan(20_000);
    expect(devices).toBe(400);
    expect(signers).toBeGreaterThan(36);
  });

  it('applies the time span of the request beside what the query filters', async () => {
    const [week, day] = await Promise.all([
      at(epoch)('DeviceFileCertificateInfo | count', 7),
      at(epoch)('DeviceFileCertificateInfo | count', 1),
    ]);

    expect(Number(day.rows[0]?.[0])).toBeLessThan(Number(week.rows[0]?.[0]) / 3);
  });

  it('refuses what it does not know by name and place, and never answers zero rows instead', async () => {
    await expect(at(epoch)('DeviceInfo\n| reduce by DeviceName')).rejects.toMatchObject({
      reason: 'rejected',
      message:
        'The workspace refuses the query (UnsupportedOffline): line 2, column 3: the operator reduce is not supported offline',
    });
  });

  it('passes on what Microsoft says of a wrong name', async () => {
    await expect(at(epoch)('DeviceInfo | where DeviceNam == 1')).rejects.toMatchObject({
      reason: 'rejected',
      message: /SemanticError.*line 1, column 20: The name 'DeviceNam' does not refer/,
    });
  });

  it('answers nothing once the request was given up', async () => {
    const request = createPipelineRequest({
      url: 'https://api.loganalytics.io/v1/workspaces/00000000-0000-0000-0000-000000000000/query',
      method: 'POST',
      body: JSON.stringify({ query: 'DeviceInfo' }),
      abortSignal: AbortSignal.abort(),
    });

    await expect(raw().sendRequest(request)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it.each([
    ['a time span it does not understand', JSON.stringify({ query: 'DeviceInfo', timespan: 'P1D' })],
    ['a body that is not JSON', '{"query":'],
    ['a body without a query', '{}'],
  ])('refuses %s', async (_what, body) => {
    const request = createPipelineRequest({
      url: 'https://api.loganalytics.io/v1/workspaces/00000000-0000-0000-0000-000000000000/query',
      method: 'POST',
      body,
    });

    await expect(raw().sendRequest(request)).resolves.toMatchObject({ status: 400 });
  });

  it('writes numbers that JSON has not as the service does', async () => {
    const { rows } = await at(epoch)('DeviceInfo | where false | summarize avg(strlen(DeviceName))');

    expect(rows).toEqual([['NaN']]);
  });

  it('has another newcomer at every start', () => {
    expect(syntheticTelemetry({ epoch: later, newcomerAfter: 1 }).newcomer).not.toEqual(data.newcomer);
  });
});
