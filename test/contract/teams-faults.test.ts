import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tick } from '../../src/functions/on-schedule.ts';
import { runHunt } from '../../src/run-hunt.ts';
import type { Target } from '../../src/services.ts';
import { botNotifier } from '../../src/teams/bot-notifier.ts';
import { lazyBot } from '../../src/teams/lazy-bot.ts';
import { DAY, MINUTE } from '../../src/time.ts';
import { aHunt, anAnswer, aRunOrder } from '../support/builders.ts';
import { aChat } from '../support/chat.ts';
import { fakeConnector, type Behaviour } from '../support/connector.ts';
import { aWorld, type World } from '../support/services.ts';

let connector: Awaited<ReturnType<typeof fakeConnector>>;
beforeAll(async () => {
  connector = await fakeConnector();
});
afterAll(() => {
  connector.stop();
});
beforeEach(() => {
  connector.posted.length = connector.delivered.length = 0;
  connector.answer({ status: 201 });
});

const DEADLINE = 200;
const targetOf = (id: string): Target => ({
  id,
  kind: 'channel',
  rules: [],
  reference: {
    channelId: 'msteams',
    serviceUrl: connector.url,
    bot: { id: 'bot' },
    conversation: { id },
  },
});

/** A world with a baseline, two channels, and the real bot in front of a Teams that does as a test says. */
async function aTeamsWorld(): Promise<World> {
  const world = aWorld();
  const { services } = world;
  const load = lazyBot(() => ({
    auth: { kind: 'anonymous' },
    conversations: services.conversations,
    chat: aChat(),
    log: services.log,
  }));
  services.notifier = botNotifier(load, {
    now: services.now,
    linksOf: () => Promise.resolve({}),
    deadline: DEADLINE,
  });
  for (const id of ['19:one', '19:two']) await services.conversations.put(targetOf(id));
  world.answer = anAnswer(['old']);
  await run(world);
  connector.posted.length = connector.delivered.length = 0;
  world.pass(DAY);
  world.answer = anAnswer(['old', 'new']);
  return world;
}
const run = (world: World) =>
  runHunt(aHunt(), aRunOrder({ asOf: world.services.now() }), false, world.services).catch(() => undefined);

/** Cards of the new device that are in the conversation. */
const cards = (id: string): number =>
  connector.delivered.filter(
    ({ method, path, activity }) =>
      method === 'POST' && path.includes(encodeURIComponent(id)) && activity.summary?.includes('New device') === true,
  ).length;

async function ticks(world: World, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    world.pass(5 * MINUTE);
    await tick(world.services);
  }
}

describe('when Teams fails once for one channel', () => {
  const refused: readonly [string, Behaviour][] = [
    ['asks to wait', { status: 429, headers: { 'retry-after': '60' } }],
    ['asks to wait without saying how long', { status: 429 }],
    ['asks to try again', { status: 412 }],
    ['is broken', { status: 500 }],
    ['is behind a broken gateway', { status: 502 }],
    ['is overloaded', { status: 503 }],
    ['breaks the connection', 'reset'],
    ['never answers', 'never'],
    ['answers something that is no JSON', { status: 500, body: '<html>' }],
  ];
  const accepted: readonly [string, Behaviour][] = [
    ['answers 500', { accepted: { status: 500 } }],
    ['answers 504', { accepted: { status: 504 } }],
    ['breaks the connection', { accepted: 'reset' }],
    ['never answers', { accepted: 'never' }],
  ];
  const failingOnce = (behaviour: Behaviour): void => {
    let failed = false;
    connector.answer(({ path }) => {
      if (failed || !path.includes(encodeURIComponent('19:one'))) return { status: 201 };
      failed = true;
      return behaviour;
    });
  };

  it.each(refused)('because it %s, nothing is lost and nothing told twice', async (_how, behaviour) => {
    const world = await aTeamsWorld();
    failingOnce(behaviour);

    await run(world);
    expect([cards('19:one'), cards('19:two')]).toEqual([0, 1]);
    await ticks(world, 3);

    expect([cards('19:one'), cards('19:two')]).toEqual([1, 1]);
    expect((await world.services.runs.scopes())[0]?.unsettledSince).toBeUndefined();
  });

  it.each(accepted)(
    'and took the card but %s, the card is there twice: the only way not to lose it',
    async (_how, behaviour) => {
      const world = await aTeamsWorld();
      failingOnce(behaviour);

      await run(world);
      await ticks(world, 3);

      expect([cards('19:one'), cards('19:two')]).toEqual([2, 1]);
    },
  );
});

describe('when Teams refuses', () => {
  it.each([403, 404])('a channel with %i, it is broken, the other is told, and health can say so', async (status) => {
    const world = await aTeamsWorld();
    connector.answer(({ path }) => ({ status: path.includes(encodeURIComponent('19:one')) ? status : 201 }));

    await run(world);
    await ticks(world, 3);

    expect([cards('19:one'), cards('19:two')]).toEqual([0, 1]);
    const targets = await world.services.conversations.list();
    expect(targets.filter(({ broken }) => broken).map(({ id }) => id)).toEqual(['19:one']);
    expect(connector.posted.filter(({ path }) => path.includes(encodeURIComponent('19:one')))).toHaveLength(1);
  });

  it.each([400, 413])('a card with %i, the news is told in one line instead', async (status) => {
    const world = await aTeamsWorld();
    connector.answer(({ activity }) => ({ status: JSON.stringify(activity).length > 2_000 ? status : 201 }));

    await run(world);

    expect([cards('19:one'), cards('19:two')]).toEqual([1, 1]);
    expect((await world.services.runs.scopes())[0]?.unsettledSince).toBeUndefined();
  });
});

describe('5,000 new devices at once', () => {
  it('are one card in each channel, within the budget of a webhook', async () => {
    const world = await aTeamsWorld();
    world.answer = anAnswer(Array.from({ length: 5_000 }, (_, n) => `device-${String(n)}`));

    await run(world);
    await ticks(world, 3);

    const sizes = connector.delivered.map(({ activity: { attachments } }) =>
      Buffer.byteLength(JSON.stringify(attachments?.[0]?.content)),
    );
    expect(sizes).toHaveLength(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(20_000);
    expect(connector.delivered[0]?.activity.summary).toBe('5,000 new devices – LiteManager by file signature');
  });
});
