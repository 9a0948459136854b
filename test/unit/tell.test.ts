import { describe, expect, it } from 'vitest';
import { actOnCase } from '../../src/case-actions.ts';
import { tick } from '../../src/functions/on-schedule.ts';
import { runOrder } from '../../src/functions/on-queue.ts';
import { healthReasons } from '../../src/functions/health-report.ts';
import { planRun } from '../../src/hunt/run.ts';
import { chatOrder } from '../../src/order-run.ts';
import { runHunt } from '../../src/run-hunt.ts';
import type { SubscriptionRule } from '../../src/hunt/subscription.ts';
import { ServiceError } from '../../src/errors.ts';
import type { Target } from '../../src/services.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import { aHunt, anAnswer, aRunOrder } from '../support/builders.ts';
import { until } from '../support/until.ts';
import { aWorld, CHANNEL, failure, type World } from '../support/services.ts';

const hunt = aHunt();
const SECOND_CHANNEL: Target = { ...CHANNEL, id: 'second' };
const ana = { id: 'ana', name: 'Ana' };

const run = (world: World) => runHunt(hunt, aRunOrder({ asOf: world.services.now() }), false, world.services);
const told = (world: World, target = 'channel'): string[] =>
  world.told.flatMap(({ target: id, notice }) =>
    id === target && notice.kind === 'devices-found' ? notice.findings.map((finding) => finding.id) : [],
  );

/** A baseline with one device, a day ago, and these conversations. */
async function aWatchedWorld(...targets: readonly [target: Target, ...rules: SubscriptionRule[]][]): Promise<World> {
  const world = aWorld();
  for (const [target, ...rules] of targets.length > 0 ? targets : [[CHANNEL] as const]) {
    await world.services.conversations.put(target);
    await world.services.conversations.setRules(target.id, rules);
  }
  world.answer = anAnswer(['old']);
  await run(world);
  world.pass(DAY);
  world.told.length = 0;
  world.answer = anAnswer(['old', 'new']);
  return world;
}
const caseOf = (world: World): string => world.told.at(-1)?.case.id ?? '';
const expectHere = (world: World, days: number, device = '') =>
  actOnCase(
    caseOf(world),
    {
      verb: 'expect',
      device,
      shown: 10,
      until: new Date(world.services.now().getTime() + days * DAY).toISOString().slice(0, 10),
      reason: 'the help desk',
    },
    ana,
    world.services,
  );

describe('a message whose case could not be told of it', () => {
  it('is not sent again, and the case knows it at the next tick: a click changes it like any other', async () => {
    const world = await aWatchedWorld();
    const { cases } = world.services;
    world.services.cases = { ...cases, posted: () => Promise.reject(failure('unavailable', 'table-storage')) };
    await expect(run(world)).rejects.toThrow('unavailable');

    world.services.cases = cases;
    world.pass(HOUR);
    await tick(world.services);

    expect(told(world)).toEqual(['new']);
    await actOnCase(world.told[0]?.case.id ?? '', { verb: 'acknowledge' }, ana, world.services);
    await tick(world.services);
    expect(world.updated.map(({ activityId }) => activityId)).toEqual(['1']);
  });
});

describe('a conversation', () => {
  it('that does not want a hunt is not told of it; the others are', async () => {
    const world = await aWatchedWorld([CHANNEL], [SECOND_CHANNEL, { topic: 'tactic:CommandAndControl', on: false }]);

    await run(world);

    expect(told(world)).toEqual(['new']);
    expect(told(world, 'second')).toEqual([]);
    expect((await world.services.runs.scopes())[0]?.unsettledSince).toBeUndefined();
  });

  it('that nobody has subscribed leaves the findings waiting, and health says so', async () => {
    const world = await aWatchedWorld([CHANNEL, { topic: 'everything', on: false }]);
    await run(world);
    expect(told(world)).toEqual([]);

    const { hunts, policy, runs, conversations } = world.services;
    const reasons = healthReasons({
      hunts: hunts.all(),
      workspaces: ['corp'],
      problems: [],
      states: await runs.scopes(),
      targets: await conversations.list(),
      mutes: [],
      canaries: [],
      lastTick: world.services.now(),
      policy,
      now: world.services.now(),
    });
    expect(reasons.map(({ code }) => code)).toContain('no-subscriber');

    await conversations.setRules(CHANNEL.id, []);
    await tick(world.services);
    expect(told(world)).toEqual(['new']);
  });

  it('that Teams asks to leave alone is told when the pause is over, and the others at once', async () => {
    const world = await aWatchedWorld([CHANNEL], [SECOND_CHANNEL]);
    world.teams = ({ id }) => {
      if (id === 'channel') throw new ServiceError('teams', 'throttled', 'Slow down.', { retryAfter: 10 * MINUTE });
    };
    await run(world);
    expect(told(world, 'second')).toEqual(['new']);
    world.teams = () => undefined;

    world.pass(5 * MINUTE);
    await tick(world.services);
    expect(told(world)).toEqual([]);
    world.pass(6 * MINUTE);
    await tick(world.services);

    expect(told(world)).toEqual(['new']);
    expect(told(world, 'second')).toEqual(['new']);
  });

  it('is left alone for an hour at most, whatever Teams asks for', async () => {
    const world = await aWatchedWorld();
    world.teams = () => {
      throw new ServiceError('teams', 'throttled', 'Slow down.', { retryAfter: 90 * DAY });
    };
    await run(world);

    const [target] = await world.services.conversations.list();
    expect(target?.pausedUntil).toEqual(new Date(world.services.now().getTime() + HOUR));
  });
});

describe('a muted hunt', () => {
  it('keeps what it finds, and tells it when the mute is over', async () => {
    const world = await aWatchedWorld();
    const { promises, now } = world.services;
    await promises.mute({ hunt: hunt.id, until: new Date(now().getTime() + 2 * DAY), by: ana, at: now() });
    await run(world);
    world.pass(DAY);
    await tick(world.services);
    expect(told(world)).toEqual([]);

    world.pass(DAY);
    await tick(world.services);

    expect(told(world)).toEqual(['new']);
  });
});

describe('a device that is expected', () => {
  it('is not told again until that day, and is news once if it is still there', async () => {
    const world = await aWatchedWorld();
    await run(world);
    expect(told(world)).toEqual(['new']);
    expect(await expectHere(world, 3)).toMatchObject({ result: 'done' });
    world.told.length = 0;

    for (let day = 1; day <= 6; day += 1) {
      world.pass(DAY);
      await run(world);
      await tick(world.services);
      if (day === 2) expect(told(world)).toEqual([]);
    }

    expect(told(world)).toEqual(['new']);
    expect(world.told[0]?.notice).toMatchObject({
      findings: [{ novelty: 'expectation-ended', expected: { reason: 'the help desk', by: 'Ana' } }],
    });
  });

  it('and is gone by that day is not told', async () => {
    const world = await aWatchedWorld();
    await run(world);
    await expectHere(world, 3);
    world.told.length = 0;
    world.answer = anAnswer(['old']);

    for (let day = 1; day <= 6; day += 1) {
      world.pass(DAY);
      await run(world);
    }

    expect(told(world)).toEqual([]);
  });

  it('and comes back after long is not told either while the promise lasts', async () => {
    const world = await aWatchedWorld();
    await run(world);
    await expectHere(world, 100);
    world.told.length = 0;
    world.answer = anAnswer(['old']);
    for (let day = 0; day < 40; day += 1) {
      world.pass(DAY);
      await run(world);
    }
    world.answer = anAnswer(['old', 'new']);

    world.pass(DAY);
    const { ended } = await run(world);

    expect(told(world)).toEqual([]);
    expect(ended?.report?.totals).toMatchObject({ returning: 0, expected: 1, known: 1 });
  });

  it('is news at the next run when somebody takes the promise back', async () => {
    const world = await aWatchedWorld();
    await run(world);
    await expectHere(world, 30);
    await actOnCase(caseOf(world), { verb: 'unexpect' }, ana, world.services);
    world.told.length = 0;

    world.pass(DAY);
    await run(world);

    expect(told(world)).toEqual(['new']);
  });

  it('is told once whatever dies between the promise running out and the card', async () => {
    for (const dies of ['lapse', 'open', 'claim'] as const) {
      const world = await aWatchedWorld();
      await run(world);
      await expectHere(world, 1);
      world.told.length = 0;
      world.pass(2 * DAY);
      const { promises, outbox } = world.services;
      const dead = (): never => {
        throw failure('unavailable', 'table-storage');
      };
      if (dies === 'lapse') world.services.promises = { ...promises, lapse: dead };
      else world.services.outbox = { ...outbox, [dies]: dead };
      await run(world).catch(() => undefined);
      world.services.promises = promises;
      world.services.outbox = outbox;

      world.pass(DAY);
      await run(world);
      await tick(world.services);

      expect(told(world)).toEqual(['new']);
    }
  });
});

describe('an urgent finding', () => {
  it('that nobody has looked at is told once more, to whoever asked for escalations', async () => {
    const world = await aWatchedWorld(
      [CHANNEL],
      [SECOND_CHANNEL, { topic: 'everything', on: false }, { topic: 'escalations', on: true }],
    );
    await run(world);
    expect(world.told.map(({ target }) => target)).toEqual(['channel']);

    world.pass(4 * HOUR);
    for (let n = 0; n < 5; n += 1) {
      await tick(world.services);
      world.pass(5 * MINUTE);
    }

    expect(told(world, 'second')).toEqual(['new']);
    expect(told(world)).toEqual(['new']);
    expect(world.told.at(-1)?.case.state.escalatedAt).toBeDefined();
  });

  it('is told once more to everybody where nobody asked for escalations', async () => {
    const world = await aWatchedWorld();
    await run(world);
    world.pass(4 * HOUR);
    await tick(world.services);
    await tick(world.services);

    expect(told(world)).toEqual(['new', 'new']);
  });

  it.each(['acknowledge', 'seen'] as const)('is not told again once somebody did "%s"', async (verb) => {
    const world = await aWatchedWorld();
    await run(world);
    await actOnCase(caseOf(world), { verb }, ana, world.services);
    world.pass(DAY - HOUR);

    await tick(world.services);

    expect(told(world)).toEqual(['new']);
  });

  it('is told again once, whatever dies in between', async () => {
    const world = await aWatchedWorld();
    await run(world);
    world.pass(4 * HOUR);
    const { cases, outbox } = world.services;
    world.services.cases = { ...cases, change: () => Promise.reject(failure('unavailable', 'table-storage')) };
    await tick(world.services);
    world.services.cases = cases;
    world.services.outbox = { ...outbox, claim: () => Promise.reject(failure('unavailable', 'table-storage')) };
    await tick(world.services);
    world.services.outbox = outbox;
    world.pass(HOUR);
    await tick(world.services);
    await tick(world.services);

    expect(told(world)).toEqual(['new', 'new']);
  });
});

describe('the copies of a card', () => {
  it('all show what somebody did in one of them', async () => {
    const world = await aWatchedWorld([CHANNEL], [SECOND_CHANNEL]);
    await run(world);
    await actOnCase(caseOf(world), { verb: 'acknowledge' }, ana, world.services);

    await tick(world.services);

    expect(world.updated.map(({ target, case: { state } }) => [target, state.acknowledged?.by.name]).sort()).toEqual([
      ['channel', 'Ana'],
      ['second', 'Ana'],
    ]);
    await tick(world.services);
    expect(world.updated).toHaveLength(2);
  });

  it('that could not be changed are tried again, and one that was deleted is not', async () => {
    const world = await aWatchedWorld([CHANNEL], [SECOND_CHANNEL]);
    await run(world);
    await actOnCase(caseOf(world), { verb: 'acknowledge' }, ana, world.services);
    world.teams = ({ id }) => {
      throw failure(id === 'second' ? 'not-found' : 'unavailable', 'teams');
    };
    await tick(world.services);
    world.teams = ({ id }) => {
      if (id === 'second') throw failure('not-found', 'teams');
    };

    await tick(world.services);
    await tick(world.services);

    expect(world.updated.map(({ target }) => target)).toEqual(['channel']);
  });
});

describe('a run that somebody asked for in a chat', () => {
  const order = (world: World) => aRunOrder({ asOf: world.services.now(), trigger: 'chat', replyTo: CHANNEL.id });

  it('says there that it has found nothing new', async () => {
    const world = await aWatchedWorld();
    world.answer = anAnswer(['old']);

    await runOrder(order(world), 1, world.services);

    expect(world.said).toEqual([
      {
        target: 'channel',
        text: 'litemanager-file-signature in corp: nothing new; 1 device(s), all known or expected.',
      },
    ]);
  });

  it('says there that it failed, once it is not tried again', async () => {
    const world = await aWatchedWorld();
    world.answer = failure('unavailable');

    await runOrder(order(world), 1, world.services).catch(() => undefined);
    expect(world.said).toEqual([]);
    await runOrder(order(world), 5, world.services);

    expect(world.said).toMatchObject([{ text: expect.stringContaining('the run failed') as string }]);
  });

  it('says there how the run went that was in progress already', async () => {
    const world = await aWatchedWorld();
    const { runs, now } = world.services;
    const holder = await runs.begin(planRun(aRunOrder({ asOf: now() }), hunt, 0), MINUTE, now());
    const asked = chatOrder(holder.run.scope, now(), CHANNEL.id);
    const answered = runOrder(asked, 1, world.services);
    await until('the order to be joined', async () => (await runs.find(asked.id))?.status === 'joined');

    const totals = { rows: 1, devices: 1, newlySeen: 0, returning: 0, known: 1, expected: 0, withoutDevice: 0 };
    const report = { outcome: 'nothing-new', totals, findings: [] } as const;
    await runs.finish(holder, { at: now(), status: 'completed', report, settled: true });
    await answered;

    expect(world.said).toMatchObject([{ text: expect.stringContaining('nothing new; 1 device(s)') as string }]);
  });

  it('is no failure when the answer cannot be posted', async () => {
    const world = await aWatchedWorld();
    world.answer = anAnswer(['old']);
    world.teams = () => {
      throw failure('denied', 'teams');
    };

    await runOrder(order(world), 1, world.services);

    expect(world.logged.map(({ event }) => event)).toContain('notice.failed');
  });
});
