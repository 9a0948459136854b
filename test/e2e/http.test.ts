import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProgram, type Program } from '../support/program.ts';
import { until } from '../support/until.ts';

const HUNT = 'litemanager-file-signature';
let program: Program;

/** Ticks once, to found the baseline, and then sleeps for the length of the test. */
beforeAll(async () => {
  program = await startProgram({
    HUNT_TICK: '0 0 0 1 1 *',
    HUNT_SCHEDULE: '0 0 0 1 1 *',
    CANARY: 'off',
    DEMO_NEWCOMER_AFTER: '1d',
  });
}, 120_000);
afterAll(() => program.interrupt());

interface Problem {
  readonly status: number;
  readonly type: string;
  readonly detail: string;
}
const ask = (method: string, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${program.api}${path}`, { method, ...init });
const runs = (query = '', init: RequestInit = {}): Promise<Response> =>
  ask('POST', `/api/hunts/${HUNT}/runs${query}`, init);
const jsonOf = async <T>(response: Response): Promise<T> => (await response.json()) as T;

describe('bad input', () => {
  it.each([
    [
      'an unknown hunt',
      'POST',
      '/api/hunts/litemanager-file-signatur/runs',
      404,
      'Did you mean "litemanager-file-signature"?',
    ],
    ['a path in the name of a hunt', 'POST', '/api/hunts/..%2f..%2fhost.json/runs', 404, 'There is no such hunt.'],
    ['a null byte in the name of a hunt', 'POST', '/api/hunts/x%00y/runs', 404, 'There is no such hunt.'],
    ['a name of 4,000 characters', 'POST', `/api/hunts/${'x'.repeat(4_000)}/runs`, 404, 'There is no such hunt.'],
    ['a malformed asOf', 'POST', `/api/hunts/${HUNT}/runs?asOf=yesterday`, 400, 'for example 2026-11-20T06:00:00Z'],
    [
      'a day that does not exist',
      'POST',
      `/api/hunts/${HUNT}/runs?asOf=2026-02-30T06:00:00Z`,
      400,
      'for example 2026-11-20T06:00:00Z',
    ],
    ['an asOf without an offset', 'POST', `/api/hunts/${HUNT}/runs?asOf=2026-11-20T06:00:00`, 400, 'with its offset'],
    [
      'a future asOf',
      'POST',
      `/api/hunts/${HUNT}/runs?asOf=2999-01-01T00:00:00Z`,
      400,
      'asOf lies in the future; it is now',
    ],
    ['an unknown workspace', 'POST', `/api/hunts/${HUNT}/runs?workspace=contos`, 404, 'Did you mean "contoso"?'],
    ['a misspelt parameter', 'POST', `/api/hunts/${HUNT}/runs?dryrun=true`, 400, 'Did you mean "dryRun"?'],
    ['a dryRun that is neither', 'POST', `/api/hunts/${HUNT}/runs?dryRun=yes`, 400, 'either "true" or "false"'],
    ['the wrong method', 'GET', `/api/hunts/${HUNT}/runs`, 405, 'This address takes POST.'],
    ['the wrong method for a list', 'DELETE', '/api/hunts', 405, 'This address takes GET, HEAD.'],
    ['a run id that is none', 'GET', '/api/runs/..%2fx', 404, 'That is no run id'],
    ['a run that never was', 'GET', '/api/runs/20261123T060000000Z-000000000000-slot', 404, 'There is no such run.'],
    ['a limit of a million', 'GET', `/api/hunts/${HUNT}/devices?limit=1000000`, 400, 'from 1 to 5000'],
  ])('%s gets an answer that says what to do', async (_what, method, path, status, detail) => {
    const response = await ask(method, path);

    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const problem = await jsonOf<Problem>(response);
    expect(problem).toMatchObject({ status });
    expect(problem.detail).toContain(detail);
    expect(problem.type).toMatch(/^urn:firstsight:problem:/);
    expect(response.status).toBe(status);
  });

  it('such as a body of a megabyte is refused', async () => {
    const response = await runs('', { body: 'x'.repeat(1_000_000) });

    expect(response.status).toBe(413);
    expect((await jsonOf<Problem>(response)).detail).toContain('takes no body');
  });

  it('such as a body, or a key that is none, is refused', async () => {
    expect((await runs('', { body: '{"asOf":"x"}' })).status).toBe(400);
    expect((await runs('', { headers: { 'idempotency-key': 'x'.repeat(200) } })).status).toBe(400);
  });

  it('queues nothing', async () => {
    const { hunts } = await jsonOf<{
      readonly hunts: readonly { readonly workspaces: readonly { readonly state: string }[] }[];
    }>(await ask('GET', '/api/hunts'));

    expect(hunts).toMatchObject([{ workspaces: [{ state: 'never-run' }] }]);
    expect(program.output()).not.toContain('run.queued');
  });
});

describe('a run on demand', () => {
  it('is free when it is dry: it answers its report and leaves nothing behind', async () => {
    const response = await runs('?dryRun=true');

    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ dryRun: true, outcome: 'baseline-founded', totals: { devices: 3 } });
    const devices = await jsonOf<{ readonly devices: readonly unknown[] }>(
      await ask('GET', `/api/hunts/${HUNT}/devices`),
    );
    expect(devices.devices).toEqual([]);
  });

  it('is accepted at once, and its status can be followed to its report', async () => {
    const response = await runs();

    expect(response.status).toBe(202);
    expect(response.headers.get('retry-after')).toBe('2');
    const location = response.headers.get('location') ?? '';
    const report = await until('the run to end', async () => {
      const run = await jsonOf<{ readonly status: string; readonly outcome?: string }>(await ask('GET', location));
      return run.status === 'completed' && run;
    });
    expect(report).toMatchObject({ outcome: 'baseline-founded', trigger: 'request', workspace: 'contoso' });
  });

  it('is waited for when the caller prefers to', async () => {
    const response = await runs('', { headers: { prefer: 'wait=20' } });

    expect(response.status).toBe(200);
    expect(response.headers.get('preference-applied')).toBe('wait=20');
    expect(await response.json()).toMatchObject({ status: 'completed', outcome: 'nothing-new', totals: { known: 3 } });
  });

  it('asked for twice with one key is one run', async () => {
    const headers = { 'idempotency-key': 'ticket-4711', prefer: 'wait=20' };
    const first = await runs('', { headers });
    const second = await runs('', { headers });

    expect(second.headers.get('location')).toBe(first.headers.get('location'));
  });

  it('can look at a past day', async () => {
    const asOf = new Date(Date.now() - 4 * 86_400_000).toISOString();
    const response = await runs(`?dryRun=true&asOf=${asOf}`);

    expect(await response.json()).toMatchObject({ asOf, totals: { devices: 1 } });
  });
});

describe('the devices', () => {
  it('come in pages', async () => {
    const first = await ask('GET', `/api/hunts/${HUNT}/devices?limit=2`);
    const { devices, next } = await jsonOf<{
      readonly devices: readonly { readonly device: string }[];
      readonly next: string;
    }>(first);
    const second = await jsonOf<{ readonly devices: readonly { readonly device: string }[] }>(
      await ask('GET', `/api/hunts/${HUNT}/devices?limit=2&after=${next}`),
    );

    expect(devices).toHaveLength(2);
    expect(first.headers.get('link')).toContain(`after=${next}`);
    expect(second.devices).toHaveLength(1);
    expect(devices.map(({ device }) => device)).not.toContain(second.devices[0]?.device);
  });

  it('come as CSV to who prefers that', async () => {
    const response = await ask('GET', `/api/hunts/${HUNT}/devices`, { headers: { accept: 'text/csv' } });

    expect(response.headers.get('content-type')).toContain('text/csv');
    expect((await response.text()).split('\r\n')).toHaveLength(5);
  });
});

it('the status says that the timer is silent, and health only that something is', async () => {
  const response = await ask('GET', '/api/status');
  const forStrangers = await ask('GET', '/api/health');

  expect(response.status).toBe(503);
  expect(forStrangers.status).toBe(503);
  expect(await forStrangers.json()).toEqual({ status: 'unhealthy' });
  expect(await response.json()).toMatchObject({ status: 'unhealthy', reasons: [{ code: 'timer-silent' }] });
});

it('a second start in the same folder says who is there', async () => {
  await expect(startProgram({ LOCAL_FOLDER: program.folder })).rejects.toThrow(
    /Firstsight is running already \(process \d+/,
  );
});
