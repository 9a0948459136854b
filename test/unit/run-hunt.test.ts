import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_DELIVERIES, runOrder, runPoisoned } from '../../src/functions/on-queue.ts';
import { planRun, requestedRunId, type RunOrder } from '../../src/hunt/run.ts';
import { runHunt } from '../../src/run-hunt.ts';
import type { RunRecord } from '../../src/services.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import { aHunt, anAnswer, aRunOrder, aScope } from '../support/builders.ts';
import { aWorld, CHANNEL, failure, type World } from '../support/services.ts';

let world: World;
const hunt = aHunt();

/** The run of the slot at the world's clock. */
const order = (): RunOrder => aRunOrder({ asOf: world.services.now() });
const run = async (...devices: string[]): Promise<RunRecord | undefined> => {
  world.answer = anAnswer(devices);
  const { ended } = await runHunt(hunt, order(), false, world.services);
  world.pass(5 * MINUTE);
  return ended;
};
const scopeState = async () => (await world.services.runs.scopes())[0];
const kinds = (): string[] => world.told.map(({ notice }) => notice.kind);
const toldDevices = (): string[] =>
  world.told.flatMap(({ notice }) =>
    notice.kind === 'devices-found' ? notice.findings.map(({ id, novelty }) => `${id} ${novelty}`) : [],
  );

beforeEach(async () => {
  world = aWorld();
  await world.services.conversations.put(CHANNEL);
});

describe('a run', () => {
  it('founds the baseline at first, and then tells what it has not seen', async () => {
    await run('a', 'b');
    await run('a', 'b', 'c');

    expect(kinds()).toEqual(['baseline-founded', 'devices-found']);
    expect(toldDevices()).toEqual(['c newly-seen']);
  });

  it('tells nothing in 200 runs with the same answer', async () => {
    for (let i = 0; i < 200; i += 1) await run('a', 'b', 'c');

    expect(kinds()).toEqual(['baseline-founded']);
  });

  it('tells a device exactly once, and again as returning when it comes back after being forgotten', async () => {
    await run('a');
    await run('a', 'guest');
    for (let day = 0; day < 32; day += 1) {
      world.pass(DAY);
      await run('a');
    }
    await run('a', 'guest');
    await run('a', 'guest');

    expect(toldDevices()).toEqual(['guest newly-seen', 'guest returning']);
  });

  it('asks with its clock pinned, and for rows that arrived late', async () => {
    await run();

    expect(world.asked).toEqual([
      {
        kql: 'DeviceFileCertificateInfo | where Timestamp > (datetime(2026-11-23T12:00:00.000Z) - (5d))',
        window: { start: new Date('2026-11-16T12:00:00Z'), end: new Date('2026-11-23T12:00:00Z') },
      },
    ]);
  });

  it('is done once, however often its message comes', async () => {
    await run('a');
    const again = order();
    world.answer = anAnswer(['a', 'new']);
    await runHunt(hunt, again, false, world.services);
    await runHunt(hunt, again, false, world.services);

    expect(world.asked).toHaveLength(2);
    expect(toldDevices()).toEqual(['new newly-seen']);
  });

  it('keeps workspaces apart', async () => {
    world = aWorld({ workspaces: ['corp', 'emea'] });
    await world.services.conversations.put(CHANNEL);
    world.answer = anAnswer(['a']);
    for (const workspace of ['corp', 'emea']) {
      await runHunt(
        hunt,
        aRunOrder({ asOf: world.services.now(), scope: aScope({ workspace }) }),
        false,
        world.services,
      );
    }

    expect(world.told.map(({ notice }) => `${notice.context.workspace} ${notice.kind}`)).toEqual([
      'corp baseline-founded',
      'emea baseline-founded',
    ]);
  });

  it('leaves its report where its status is asked for', async () => {
    const done = order();
    await run('a');

    expect(await world.services.runs.find(done.id)).toMatchObject({
      status: 'completed',
      report: { outcome: 'baseline-founded', totals: { devices: 1 } },
      asOf: done.asOf,
    });
    expect(await scopeState()).toMatchObject({ lastSlot: done.slot, lastComplete: done.asOf });
    expect(await scopeState()).not.toHaveProperty('lease');
  });
});

describe('when Teams cannot be told', () => {
  it('a finding waits while no target is installed, and is told when there is one', async () => {
    await world.services.conversations.remove(CHANNEL.id);
    await run('a');
    await run('a', 'new');
    expect(world.told).toEqual([]);
    expect(await scopeState()).toHaveProperty('unsettledSince');

    await world.services.conversations.put(CHANNEL);
    await run('a', 'new');

    expect(kinds()).toEqual(['baseline-founded', 'devices-found']);
    expect(await scopeState()).not.toHaveProperty('unsettledSince');
  });

  it('a finding is told by a later run after Teams was down, and the run itself succeeds', async () => {
    await run('a');
    world.teams = () => {
      throw failure('unavailable', 'teams');
    };
    const during = await run('a', 'new');
    world.teams = () => undefined;
    await run('a', 'new');
    await run('a', 'new');

    expect(during?.status).toBe('completed');
    expect(toldDevices()).toEqual(['new newly-seen']);
  });

  it('a target that refuses for good is marked and holds nothing back from the others', async () => {
    await world.services.conversations.put({ ...CHANNEL, id: 'gone' });
    world.teams = ({ id }) => {
      if (id === 'gone') throw failure('not-found', 'teams');
    };
    await run('a');
    await run('a', 'new');

    expect(world.told.map(({ target, notice }) => `${target} ${notice.kind}`)).toEqual([
      'channel baseline-founded',
      'channel devices-found',
    ]);
    const targets = await world.services.conversations.list();
    expect(targets.find(({ id }) => id === 'gone')).toMatchObject({ broken: { reason: 'It is not-found.' } });
    expect(targets.find(({ id }) => id === 'channel')).not.toHaveProperty('broken');
  });

  it('one of two targets that fails is told later, and the other not again', async () => {
    await world.services.conversations.put({ ...CHANNEL, id: 'second' });
    world.teams = ({ id }) => {
      if (id === 'second') throw failure('throttled', 'teams');
    };
    await run('a');
    world.teams = () => undefined;
    await run('a');

    expect(world.told.map(({ target }) => target)).toEqual(['channel', 'second']);
  });
});

describe('a failure', () => {
  it.each(['throttled', 'timed-out', 'unavailable', 'denied', 'rejected', 'not-found'] as const)(
    'of the workspace that is %s is recorded and told, not taken for "nothing new"',
    async (reason) => {
      await run('a');
      world.answer = failure(reason);
      const failed = order();

      await expect(runHunt(hunt, failed, false, world.services)).rejects.toMatchObject({ reason });

      expect(await world.services.runs.find(failed.id)).toMatchObject({
        status: 'failed',
        failure: { code: `workspace-${reason}`, willRetry: false },
      });
      expect(world.told.at(-1)?.notice).toMatchObject({
        kind: 'trouble',
        trouble: { code: `workspace-${reason}` },
        reminder: false,
      });
      expect(await scopeState()).toMatchObject({ trouble: { code: `workspace-${reason}` } });
      expect(await scopeState()).not.toHaveProperty('lease');
    },
  );

  it('is told once while it lasts, once a day again, and when it is over', async () => {
    await run('a');
    world.answer = failure('denied');
    for (let hour = 0; hour < 30; hour += 1) {
      await runHunt(hunt, order(), false, world.services).catch(() => undefined);
      world.pass(HOUR);
    }
    await run('a');
    await run('a');

    expect(
      world.told.map(({ notice }) => (notice.kind === 'trouble' && notice.reminder ? 'reminder' : notice.kind)),
    ).toEqual(['baseline-founded', 'trouble', 'reminder', 'recovered']);
  });

  it('of an answer without the expected columns names them', async () => {
    world.answer = { columns: [{ name: 'Computer', type: 'string' }], rows: [['x']] };

    await expect(runHunt(hunt, order(), false, world.services)).rejects.toMatchObject({
      code: 'unexpected-columns',
      missing: ['DeviceId'],
    });

    expect(world.told.at(-1)?.notice).toMatchObject({
      kind: 'trouble',
      trouble: { message: 'The answer has no column "DeviceId"; it has Computer.' },
    });
  });

  it('that passes is left to the queue, and told only when the queue gives up', async () => {
    await run('a');
    world.answer = failure('unavailable');
    const trying = order();
    for (let delivery = 1; delivery <= 4; delivery += 1) {
      await expect(runOrder(trying, delivery, world.services)).rejects.toMatchObject({ reason: 'unavailable' });
      expect(kinds()).toEqual(['baseline-founded']);
    }

    await runOrder(trying, 5, world.services);

    expect(kinds()).toEqual(['baseline-founded', 'trouble']);
    expect(await world.services.runs.find(trying.id)).toMatchObject({
      status: 'failed',
      failure: { willRetry: false },
    });
  });

  it('of storage between remembering and telling loses nothing: the next delivery tells', async () => {
    await run('a');
    const { outbox } = world.services;
    world.services.outbox = { ...outbox, open: () => Promise.reject(failure('throttled', 'table-storage')) };
    world.answer = anAnswer(['a', 'new']);
    const trying = order();
    await expect(runOrder(trying, 1, world.services)).rejects.toThrow();
    world.services.outbox = outbox;

    await runOrder(trying, 2, world.services);

    expect(toldDevices()).toEqual(['new newly-seen']);
  });

  it('that passes is over with the next delivery', async () => {
    world.answer = failure('throttled');
    const trying = order();
    await expect(runOrder(trying, 1, world.services)).rejects.toThrow();
    world.answer = anAnswer(['a']);

    await runOrder(trying, 2, world.services);

    expect(kinds()).toEqual(['baseline-founded']);
    expect(await world.services.runs.find(trying.id)).toMatchObject({ status: 'completed' });
    expect((await world.services.runs.find(trying.id))?.failure).toBeUndefined();
  });

  it('of storage that lets no attempt begin is never taken for the end of the run: the platform gets it back', async () => {
    const { runs } = world.services;
    const asked = order();
    await runs.order(asked);
    world.answer = failure('throttled');
    await expect(runOrder(asked, MAX_DELIVERIES - 1, world.services)).rejects.toThrow();
    world.services.runs = { ...runs, begin: () => Promise.reject(failure('unavailable', 'table-storage')) };

    await expect(runOrder(asked, MAX_DELIVERIES, world.services)).rejects.toThrow('unavailable');

    world.services.runs = runs;
    await runPoisoned(asked, world.services);
    expect(await runs.find(asked.id)).toMatchObject({ status: 'failed', failure: { willRetry: false } });
  });

  it('that kills the process every time is told when the message is poison', async () => {
    await runPoisoned(order(), world.services);

    expect(world.told.at(-1)?.notice).toMatchObject({ kind: 'trouble', trouble: { code: 'run-crashed' } });
  });
});

describe('an answer that is not the whole truth', () => {
  const partial = { code: 'E_QUERY_RESULT_SET_TOO_LARGE', message: 'truncated' };

  it('founds no baseline when it is the first, and says so', async () => {
    world.answer = anAnswer(['a'], { partial });
    await runHunt(hunt, order(), false, world.services);
    world.pass(HOUR);
    await run('a', 'b');

    expect(kinds()).toEqual(['trouble', 'baseline-founded', 'recovered']);
    expect(world.told[1]?.notice).toMatchObject({ total: 2 });
  });

  it('tells its new devices at once, marked as partial, and does not count as a complete run', async () => {
    await run('a');
    const before = (await scopeState())?.lastComplete;
    world.answer = anAnswer(['new'], { partial });
    await runHunt(hunt, order(), false, world.services);

    expect(
      world.told
        .map(({ notice }) => notice.kind)
        .slice(1)
        .sort(),
    ).toEqual(['devices-found', 'trouble']);
    expect(world.told.find(({ notice }) => notice.kind === 'devices-found')?.notice.context).toMatchObject({ partial });
    expect((await scopeState())?.lastComplete).toEqual(before);
  });

  it('counts rows without a device and tells of them', async () => {
    await run('a');
    world.answer = anAnswer(['a', [null, null, null, null, null, null]]);
    await runHunt(hunt, order(), false, world.services);

    expect(world.told.at(-1)?.notice).toMatchObject({
      kind: 'trouble',
      trouble: { code: 'rows-without-device', message: '1 of 2 rows name no device and could not be compared.' },
    });
  });

  it('of a workspace without any data is an empty one', async () => {
    world.answer = { columns: [], rows: [] };
    const { ended } = await runHunt(hunt, order(), false, world.services);

    expect(ended).toMatchObject({
      status: 'completed',
      report: { outcome: 'baseline-founded', totals: { devices: 0 } },
    });
  });
});

describe('two runs at once', () => {
  const rival = (): RunOrder => ({
    id: requestedRunId(aScope(), world.services.now(), 'rival'),
    scope: aScope(),
    trigger: 'request',
    asOf: world.services.now(),
  });
  /** A run at work, and a later one that somebody has asked for. */
  const runAndRival = async (): Promise<{ readonly holder: RunOrder; readonly asked: RunOrder }> => {
    const { runs, policy, now } = world.services;
    const holder = order();
    await runs.begin(planRun(holder, hunt, policy.lateness), policy.runTimeout, now());
    world.pass(1);
    const asked = rival();
    await runs.order(asked);
    return { holder, asked };
  };

  it('exclude each other, and the requested one is answered by the one in progress', async () => {
    const { runs } = world.services;
    const { holder, asked } = await runAndRival();

    await runOrder(asked, 1, world.services);

    expect(world.asked).toEqual([]);
    expect(await runs.find(asked.id)).toMatchObject({ status: 'joined', joinedTo: holder.id });
  });

  it('leave no request open whose message the host gave up on while another run is at work', async () => {
    const { runs } = world.services;
    const { holder, asked } = await runAndRival();

    await runPoisoned(asked, world.services);

    expect(await runs.find(asked.id)).toMatchObject({ status: 'joined', joinedTo: holder.id });
    expect(await scopeState()).toMatchObject({ lease: { run: holder.id } });
  });

  it('do not answer a look at a past time with another time: it is tried again, and refused at last', async () => {
    const { runs, policy, now } = world.services;
    await runs.begin(planRun(order(), hunt, policy.lateness), policy.runTimeout, now());
    const past = { ...rival(), asOf: new Date(now().getTime() - DAY) };
    await runs.order(past);

    await expect(runOrder(past, 1, world.services)).rejects.toMatchObject({ code: 'run-in-progress' });
    await runOrder(past, 5, world.services);

    expect(await runs.find(past.id)).toMatchObject({ status: 'failed', failure: { code: 'run-in-progress' } });
  });

  it('end the wait for a run that died: its lease runs out and it is marked abandoned', async () => {
    const { runs, policy, now } = world.services;
    const dead = order();
    await runs.begin(planRun(dead, hunt, policy.lateness), policy.runTimeout, now());
    world.pass(policy.runTimeout + 1);
    world.answer = anAnswer(['a']);

    await runOrder(rival(), 1, world.services);

    expect(kinds()).toEqual(['baseline-founded']);
    expect(await runs.find(dead.id)).toMatchObject({ status: 'abandoned' });
  });
});
