import functions from '@azure/functions';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { teamsChat } from '../../src/chat/chat.ts';
import { onMessage } from '../../src/functions/on-message.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { botNotifier } from '../../src/teams/bot-notifier.ts';
import { lazyBot } from '../../src/teams/lazy-bot.ts';
import { paced } from '../../src/teams/paced.ts';
import { DAY, SECOND } from '../../src/time.ts';
import { APP, keyServer, SERVICE_URL, TENANT, token } from '../support/bot-tokens.ts';
import { aCase, aFinding, aHunt, anAnswer, aReport, aRun, aRunOrder } from '../support/builders.ts';
import { textOf } from '../support/cards.ts';
import { fakeConnector } from '../support/connector.ts';
import { aWorld, CHANNEL, type World } from '../support/services.ts';
import { noticeContext } from '../../src/hunt/notice.ts';
import type { AdaptiveCard } from '../../src/teams/card-types.ts';

let connector: Awaited<ReturnType<typeof fakeConnector>>;
let keys: Awaited<ReturnType<typeof keyServer>>;
beforeAll(async () => {
  [connector, keys] = await Promise.all([fakeConnector(), keyServer()]);
});
afterAll(() => {
  connector.stop();
  keys.stop();
});
beforeEach(() => {
  connector.posted.length = 0;
  connector.answer({ status: 201 });
});

const linksOf = () => Promise.resolve({});

/** The whole Teams side but for Teams: bot, chat, notifier, over a world with a device that was just told. */
async function aTeam(world: World = aWorld()) {
  const { services } = world;
  const chat = teamsChat(services, { linksOf });
  const load = lazyBot(() => ({
    auth: { kind: 'anonymous' },
    conversations: services.conversations,
    chat,
    log: services.log,
  }));
  services.notifier = botNotifier(load, { now: services.now, linksOf, deadline: 500 });
  const send = async (activity: Record<string, unknown>) => {
    const request = new functions.HttpRequest({
      method: 'POST',
      url: 'http://localhost/api/messages',
      body: {
        string: JSON.stringify({
          id: '1',
          channelId: 'msteams',
          serviceUrl: connector.url,
          from: { id: '29:ana', name: 'Ana', aadObjectId: 'ana' },
          recipient: { id: 'bot' },
          conversation: { id: '19:one', conversationType: 'channel', tenantId: TENANT },
          channelData: { tenant: { id: TENANT }, channel: { id: '19:one' } },
          ...activity,
        }),
      },
      headers: { 'content-type': 'application/json' },
    });
    return onMessage(request, load, services.log);
  };
  for (const id of ['19:one', '19:two'])
    await send({
      type: 'installationUpdate',
      action: 'add',
      conversation: { id, conversationType: 'channel', tenantId: TENANT },
      channelData: { tenant: { id: TENANT }, channel: { id } },
    });
  const run = () => runHunt(aHunt(), aRunOrder({ asOf: services.now() }), false, services);
  world.answer = anAnswer(['old']);
  await run();
  world.pass(DAY);
  world.answer = anAnswer(['old', 'new']);
  const { run: last } = await run();
  const [about] = await services.cases.ofRun(last.id);
  connector.posted.length = 0;
  const click = (verb: string, data: Record<string, unknown> = {}, more: Record<string, unknown> = {}) =>
    send({
      type: 'invoke',
      name: 'adaptiveCard/action',
      replyToId: 'activity-9',
      conversation: { id: '19:one;messageid=activity-9', conversationType: 'channel', tenantId: TENANT },
      value: { action: { type: 'Action.Execute', verb, data: { case: about?.id, ...data } }, trigger: 'manual' },
      ...more,
    });
  return { world, send, click, about };
}
const cardOf = (answer: { readonly jsonBody?: unknown }) =>
  (answer.jsonBody as { readonly statusCode: number; readonly type: string; readonly value: AdaptiveCard }).value;

describe('a click in Teams', () => {
  it('is answered with the card, and changes the message in every channel', async () => {
    const { click, about } = await aTeam();

    const answer = await click('acknowledge');

    expect(answer.status).toBe(200);
    expect(answer.jsonBody).toMatchObject({ statusCode: 200, type: 'application/vnd.microsoft.card.adaptive' });
    expect(textOf(cardOf(answer))).toContain('Acknowledged by Ana');
    const changed = connector.posted.filter(({ method }) => method === 'PUT');
    expect(changed.map(({ path }) => decodeURIComponent(path)).sort()).toEqual(
      about?.posts.map(({ targetId, activityId }) => `/v3/conversations/${targetId}/activities/${activityId}`).sort(),
    );
    for (const { activity } of changed) expect(JSON.stringify(activity)).toContain('Acknowledged by Ana');
  });

  it('takes what was typed from the data, and whoever clicked from Teams', async () => {
    const { click, world, about } = await aTeam();

    await click('note', { text: 'hello', by: { id: 'forged' }, name: 'forged' });
    await click('expect', { until: '2026-12-24', reason: 'the help desk', shown: '1' });

    const state = (await world.services.cases.find(about?.id ?? ''))?.state;
    expect(state?.notes).toMatchObject([{ text: 'hello', by: { id: 'ana', name: 'Ana' } }]);
    expect(state?.expected).toMatchObject([{ reason: 'the help desk', by: { id: 'ana' } }]);
  });

  it('has the same kind of answer a hundred times: no card changes how the next is answered', async () => {
    const { click } = await aTeam();
    for (let n = 0; n < 100; n += 1) {
      const answer = await click('note', { text: `note ${String(n)}` });
      expect([answer.status, Object.keys(answer.jsonBody as object).sort()]).toEqual([
        200,
        ['statusCode', 'type', 'value'],
      ]);
    }
  });

  it('is answered in time though Teams does not take the changed copies', async () => {
    const { click, world } = await aTeam();
    connector.answer('never');

    expect((await click('acknowledge')).status).toBe(200);

    expect(await world.services.cases.outOfDate()).toHaveLength(1);
  });

  it('of a verb that no card has is 501, and of one without data an answer in words', async () => {
    const { click, send } = await aTeam();

    expect((await click('drop')).status).toBe(501);
    const bare = await send({
      type: 'invoke',
      name: 'adaptiveCard/action',
      value: { action: { type: 'Action.Execute', verb: 'acknowledge' }, trigger: 'manual' },
    });
    expect(bare.status).toBe(200);
    expect(textOf(cardOf(bare))).toContain('nothing has been changed');
  });

  it('of another tenant never reaches anything', async () => {
    const world = aWorld();
    const chat = teamsChat(world.services, { linksOf });
    const load = lazyBot(() => ({
      auth: { kind: 'secret', appId: APP, tenantId: TENANT, password: 'x' },
      conversations: world.services.conversations,
      chat: {
        ...chat,
        click: () => {
          throw new Error('reached');
        },
      },
      log: world.services.log,
      framework: keys.framework,
    }));
    const request = new functions.HttpRequest({
      method: 'POST',
      url: 'http://localhost/api/messages',
      body: {
        string: JSON.stringify({
          type: 'invoke',
          name: 'adaptiveCard/action',
          channelId: 'msteams',
          serviceUrl: SERVICE_URL,
          from: { id: 'x', aadObjectId: 'ana' },
          recipient: { id: 'bot' },
          conversation: { id: '19:one', tenantId: 'other' },
          channelData: { tenant: { id: 'other' } },
          value: { action: { type: 'Action.Execute', verb: 'acknowledge', data: {} } },
        }),
      },
      headers: { 'content-type': 'application/json', authorization: token() },
    });

    expect(await onMessage(request, load, world.services.log)).toEqual({ status: 403 });
  });
});

describe('messages to one conversation', () => {
  it('are a second apart, whatever process sends them; those to another do not wait for them', async () => {
    const world = aWorld();
    const waits: number[] = [];
    const pace = {
      now: world.services.now,
      sleep: (time: number) => Promise.resolve(void waits.push(time)),
      random: () => 0,
    };
    const [one, two] = [0, 1].map(() => paced(world.services.notifier, world.services.conversations, pace));
    const finding = aFinding('a');
    const context = noticeContext(aHunt(), aRun(), aReport({ findings: [finding] }));
    const about = aCase({ kind: 'devices-found', context, findings: [finding] });

    for (let n = 0; n < 3; n += 1) {
      await one?.send(about, CHANNEL);
      await two?.send(about, CHANNEL);
    }
    await one?.send(about, { ...CHANNEL, id: 'other' });

    expect(waits).toEqual([1, 2, 3, 4, 5].map((seconds) => seconds * SECOND));
    for (let n = 0; n < 15; n += 1) await one?.send(about, CHANNEL);
    await expect(one?.send(about, CHANNEL)).rejects.toMatchObject({ reason: 'throttled', transient: true });
  });
});
