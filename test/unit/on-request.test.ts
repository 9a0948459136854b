import { beforeEach, describe, expect, it } from 'vitest';
import { RUNS_PER_MINUTE } from '../../src/functions/caller.ts';
import { startRun } from '../../src/functions/on-request.ts';
import { RUN_PARAMETERS } from '../../src/functions/run-request.ts';
import { planRun } from '../../src/hunt/run.ts';
import { MINUTE } from '../../src/time.ts';
import { askEndpoint } from '../support/ask-endpoint.ts';
import { aHunt, aRunOrder } from '../support/builders.ts';
import { aWorld, failure, type World } from '../support/services.ts';

let world: World;
beforeEach(() => {
  world = aWorld({ workspaces: ['corp', 'emea'] });
});

const hunt = aHunt();
async function start(query: Record<string, string>, headers: Record<string, string> = {}) {
  const address = `/?${new URLSearchParams(query).toString()}`;
  const asked = { method: 'POST', headers, params: { hunt: hunt.slug } } as const;
  const {
    status,
    headers: answered,
    body,
  } = await askEndpoint(world.services, startRun, RUN_PARAMETERS, address, asked);
  return {
    status,
    location: (answered as Record<string, string>)['location'],
    retryAfter: (answered as Record<string, string>)['retry-after'],
    body: JSON.parse(body as string) as { readonly detail?: string },
  };
}

describe('starting a run', () => {
  it('needs a workspace when there are several', async () => {
    expect(await start({})).toMatchObject({
      status: 400,
      body: { detail: 'Name one workspace with ?workspace=; known: corp, emea.' },
    });
  });

  it('queues it under the id it answers', async () => {
    const { status, location } = await start({ workspace: 'emea' });

    expect(status).toBe(202);
    expect(world.queued).toMatchObject([{ scope: { hunt: hunt.id, workspace: 'emea' }, trigger: 'request' }]);
    expect(location).toBe(`/api/runs/${world.queued[0]?.id ?? ''}`);
  });

  it('while another is in progress answers with that one, unless it asks for a time of its own', async () => {
    const { runs, policy, now } = world.services;
    const holder = aRunOrder({ asOf: now() });
    await runs.begin(planRun(holder, hunt, policy.lateness), policy.runTimeout, now());

    expect((await start({ workspace: 'corp' })).location).toBe(`/api/runs/${holder.id}`);
    expect(world.queued).toEqual([]);
    await start({ workspace: 'corp', asOf: '2026-11-20T06:00:00Z' });
    expect(world.queued).toMatchObject([{ asOf: new Date('2026-11-20T06:00:00Z') }]);
  });

  it('twice with one key is one run; with another clock it is another', async () => {
    const key = { 'idempotency-key': 'k' };
    const first = await start({ workspace: 'corp' }, key);
    world.pass(MINUTE);
    const second = await start({ workspace: 'corp' }, key);
    const other = await start({ workspace: 'corp', asOf: '2026-11-20T06:00:00Z' }, key);

    expect(second.location).toBe(first.location);
    expect(other.location).not.toBe(first.location);
  });

  it('is limited for each caller, who is known by the key wherever it is used from', async () => {
    const stolen = (n: number) => ({ 'x-functions-key': 'k', 'x-forwarded-for': `203.0.113.${String(n)}:4711` });
    const statuses = [];
    for (let n = 0; n <= RUNS_PER_MINUTE; n += 1)
      statuses.push((await start({ workspace: 'corp', dryRun: 'true' }, stolen(n))).status);

    expect(statuses.filter((status) => status === 200)).toHaveLength(RUNS_PER_MINUTE);
    expect(statuses.at(-1)).toBe(429);
    const refused = await start({ workspace: 'corp' }, stolen(0));
    expect(refused.body.detail).toMatch(/the next in \d+ s\.$/);
    expect(Number(refused.retryAfter)).toBeGreaterThan(0);
    expect(await start({ workspace: 'corp' }, { 'x-functions-key': 'another' })).toMatchObject({ status: 202 });
    world.pass(MINUTE);
    expect(await start({ workspace: 'corp' }, stolen(0))).toMatchObject({ status: 202 });
  });

  it('that cannot be queued is refused, and does not look queued', async () => {
    world.services.queue.send = () => Promise.reject(failure('unavailable', 'queue-storage'));

    expect(await start({ workspace: 'corp' })).toMatchObject({ status: 503 });

    const [refused] = await world.services.runs.recent({ hunt: hunt.id, workspace: 'corp' }, 1);
    expect(refused).toMatchObject({ status: 'failed', failure: { code: 'queue-storage-unavailable' } });
  });
});
