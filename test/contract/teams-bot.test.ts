import functions from '@azure/functions';
import type { HttpRequest } from '@azure/functions';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tableConversations } from '../../src/azure/conversations.ts';
import { onMessage } from '../../src/functions/on-message.ts';
import { noticeContext, type Notice } from '../../src/hunt/notice.ts';
import type { Log } from '../../src/log.ts';
import type { Conversations, Target } from '../../src/services.ts';
import type { BotOptions } from '../../src/teams/bot.ts';
import { lazyBot, type LoadBot } from '../../src/teams/lazy-bot.ts';
import { botNotifier } from '../../src/teams/bot-notifier.ts';
import { aChat } from '../support/chat.ts';
import { aCase, aFinding, aHunt, aReport, aRun, NOON } from '../support/builders.ts';
import { APP, keyServer, seconds, SERVICE_URL, TENANT, token, unsigned } from '../support/bot-tokens.ts';
import { fakeConnector } from '../support/connector.ts';
import { memoryTable } from '../support/memory-table.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let conversations: Conversations;
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
  conversations = tableConversations(memoryTable());
  connector.posted.length = 0;
  connector.answer({ status: 201 });
});

const bot = (auth: BotOptions['auth']): LoadBot =>
  lazyBot(() => ({ auth, conversations, chat: aChat(), log: silent, framework: keys.framework }));
const anonymous = (): LoadBot =>
  lazyBot(() => ({ auth: { kind: 'anonymous' }, conversations, chat: aChat(), log: silent }));
const linksOf = () => Promise.resolve({});

function post(body: unknown, headers: Record<string, string> = {}): HttpRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new functions.HttpRequest({
    method: 'POST',
    url: 'http://localhost/api/messages',
    body: { string: text },
    headers: { 'content-type': 'application/json', ...headers },
  });
}

const activity = (more: Record<string, unknown> = {}) => ({
  type: 'installationUpdate',
  action: 'add',
  id: '1',
  channelId: 'msteams',
  serviceUrl: connector.url,
  from: { id: 'user' },
  recipient: { id: 'bot' },
  conversation: { id: '19:soc;messageid=7', conversationType: 'channel', tenantId: TENANT },
  channelData: { tenant: { id: TENANT }, team: { id: '19:team' }, channel: { id: '19:soc' } },
  ...more,
});

const notice: Exclude<Notice, { readonly kind: 'unseen' }> = {
  kind: 'devices-found',
  context: noticeContext(aHunt(), aRun(), aReport({ findings: [aFinding('a')] })),
  findings: [aFinding('a')],
};

describe('installing the bot', () => {
  it('makes the conversation a target, without the thread it was installed from', async () => {
    expect(await onMessage(post(activity()), anonymous(), silent)).toMatchObject({ status: 200 });

    expect(await conversations.list()).toMatchObject([
      { id: '19:soc', kind: 'channel', tenantId: TENANT, reference: { conversation: { id: '19:soc' } } },
    ]);
    expect((await conversations.list())[0]?.reference).not.toHaveProperty('activityId');
  });

  it('once is once, however many events Teams sends of it', async () => {
    const load = anonymous();
    await onMessage(post(activity()), load, silent);
    await onMessage(
      post(activity({ type: 'conversationUpdate', action: undefined, membersAdded: [{ id: 'bot' }] })),
      load,
      silent,
    );

    expect(await conversations.list()).toHaveLength(1);
  });

  it.each([
    ['personal', 'personal'],
    ['groupChat', 'group'],
  ])('works in a %s conversation', async (conversationType, kind) => {
    await onMessage(
      post(activity({ conversation: { id: 'chat', conversationType, tenantId: TENANT }, channelData: {} })),
      anonymous(),
      silent,
    );

    expect(await conversations.list()).toMatchObject([{ id: 'chat', kind }]);
  });

  it('undone removes the target', async () => {
    const load = anonymous();
    await onMessage(post(activity()), load, silent);
    await onMessage(post(activity({ action: 'remove' })), load, silent);

    expect(await conversations.list()).toEqual([]);
  });
});

describe('telling a target', () => {
  const installed = async (load: LoadBot): Promise<Target> => {
    await onMessage(post(activity()), load, silent);
    const [target] = await conversations.list();
    if (!target) throw new Error('not installed');
    connector.posted.length = 0;
    return target;
  };

  it('posts the card with its summary as a thread of its own', async () => {
    const load = anonymous();
    const target = await installed(load);

    const receipt = await botNotifier(load, { now: () => NOON, linksOf }).send(aCase(notice), target);

    expect(receipt).toEqual({ activityId: 'activity-1', at: NOON });
    expect(connector.posted).toMatchObject([
      {
        activity: {
          summary: 'New device: a.contoso.com – LiteManager by file signature',
          attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive' }],
        },
      },
    ]);
    expect(connector.posted[0]?.path).toMatch(/^\/v3\/conversations\/19%3Asoc\/activities/);
  });

  it.each([
    [403, {}, 'denied'],
    [404, {}, 'not-found'],
    [412, {}, 'unavailable'],
    [429, {}, 'throttled'],
  ] as const)('that answers %i is a failure named for who must act', async (status, headers, reason) => {
    const load = anonymous();
    const target = await installed(load);
    connector.answer({ status, headers, body: { error: { code: 'SomeCode', message: 'secret detail' } } });

    const failing = botNotifier(load, { now: () => NOON, linksOf }).send(aCase(notice), target);

    await expect(failing).rejects.toMatchObject({ service: 'teams', reason });
    await expect(failing).rejects.not.toThrow(/secret detail/);
    expect(connector.posted).toHaveLength(1);
  });

  it('that never answers is given up, with the outcome unknown', async () => {
    const load = anonymous();
    const target = await installed(load);
    connector.answer('never');

    await expect(
      botNotifier(load, { now: () => NOON, linksOf, deadline: 50 }).send(aCase(notice), target),
    ).rejects.toMatchObject({
      reason: 'unknown-outcome',
      transient: true,
    });
  });
});

describe('the endpoint', () => {
  const guarded = (): LoadBot => bot({ kind: 'secret', appId: APP, tenantId: TENANT, password: 'unused' });
  const event = (more: Record<string, unknown> = {}) =>
    activity({ type: 'event', name: 'x', serviceUrl: SERVICE_URL, ...more });

  it.each([
    ['a token of the channel', () => token(), {}, 200],
    ['no token', () => '', {}, 401],
    ['a token for somebody else', () => token({ aud: 'other' }), {}, 401],
    ['a token of another issuer', () => token({ iss: 'https://evil.example' }), {}, 401],
    [
      'a token of this bot for itself',
      () => token({ iss: `https://sts.windows.net/${TENANT}/`, tid: TENANT, appid: APP, ver: '1.0' }),
      {},
      401,
    ],
    ['an expired token', () => token({ nbf: seconds() - 900, exp: seconds() - 301 }), {}, 401],
    ['an unsigned token', () => unsigned(), {}, 401],
    ['a token signed with an unknown key', () => token({}, { kid: 'other' }), {}, 401],
    ['a tampered token', () => `${token().slice(0, -8)}AAAAAAAA`, {}, 401],
    ['a token for another address', () => token(), { serviceUrl: 'https://evil.example/' }, 401],
    ['another tenant', () => token(), { channelData: { tenant: { id: 'other' } } }, 403],
    ['another channel', () => token(), { channelId: 'slack' }, 400],
  ])('answers %s', async (_who, authorization, more, status) => {
    const answer = await onMessage(post(event(more), { authorization: authorization() }), guarded(), silent);

    expect(answer).toEqual({ status });
  });

  it.each([
    ['text', 'hello', { 'content-type': 'text/plain' }, 415],
    ['no JSON', '{', {}, 400],
    ['no activity', '[]', {}, 400],
    ['a body of a megabyte', `"${'x'.repeat(1_000_000)}"`, {}, 413],
  ])('refuses %s before the Teams SDK is loaded', async (_what, body, headers, status) => {
    const answer = await onMessage(
      post(body, headers),
      status === 400 && body === '[]' ? guarded() : () => Promise.reject(new Error('loaded')),
      silent,
    );

    expect(answer).toEqual({ status });
  });

  it.each([
    ['nobody who speaks', { from: undefined }],
    ['a speaker without an id', { from: { name: 'x' } }],
    ['nobody who is spoken to', { recipient: 7 }],
    ['a conversation without an id', { conversation: {} }],
    ['an address that is none', { serviceUrl: 'somewhere' }],
    ['a text that is none', { type: 'message', text: 5 }],
    ['mentions that are none', { type: 'message', text: 'x', entities: 'all' }],
    ['attachments that are none', { type: 'message', text: 'x', attachments: [3] }],
    ['members that are none', { type: 'conversationUpdate', membersAdded: 'all' }],
    ['a click without content', { type: 'invoke', name: 'adaptiveCard/action' }],
    ['no type', { type: '' }],
  ])('takes an activity with %s for none, whoever sends it', async (_what, odd) => {
    const answer = await onMessage(post({ ...activity(), ...odd }), anonymous(), silent);

    expect(answer).toEqual({ status: 400 });
  });

  it('does not grow with strangers', async () => {
    const load = guarded();
    const { ToBotFromBotOrEmulatorTokenValidationParameters: known } =
      (await import('botframework-connector/lib/auth/tokenValidationParameters.js')) as {
        readonly ToBotFromBotOrEmulatorTokenValidationParameters: { readonly issuer: readonly string[] };
      };
    const before = known.issuer.length;

    for (let i = 0; i < 200; i += 1) {
      const stranger = token({ iss: `https://sts.windows.net/${String(i)}/`, tid: `tenant-${String(i)}`, ver: '1.0' });
      expect(await onMessage(post(event(), { authorization: stranger }), load, silent)).toEqual({ status: 401 });
    }

    expect(known.issuer.length).toBe(before);
  });
});
