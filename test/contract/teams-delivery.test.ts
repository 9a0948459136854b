import functions, { type HttpRequest } from '@azure/functions';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tableConversations } from '../../src/azure/conversations.ts';
import { onMessage } from '../../src/functions/on-message.ts';
import { noticeContext, type Notice } from '../../src/hunt/notice.ts';
import type { Log, LogEvent, LogFields } from '../../src/log.ts';
import type { Conversations, Target } from '../../src/services.ts';
import type { BotOptions } from '../../src/teams/bot.ts';
import { lazyBot, type LoadBot } from '../../src/teams/lazy-bot.ts';
import { botNotifier } from '../../src/teams/bot-notifier.ts';
import { APP, keyServer, SERVICE_URL, TENANT, token } from '../support/bot-tokens.ts';
import { aChat } from '../support/chat.ts';
import { aCase, aFinding, aHunt, aReport, aRun, NOON } from '../support/builders.ts';
import { fakeConnector } from '../support/connector.ts';
import { memoryTable } from '../support/memory-table.ts';
import { until } from '../support/until.ts';

let conversations: Conversations;
let chat: ReturnType<typeof aChat>;
let connector: Awaited<ReturnType<typeof fakeConnector>>;
let logged: { readonly event: LogEvent; readonly fields: LogFields | undefined }[];
const note = (event: LogEvent, fields?: LogFields): void => {
  logged.push({ event, fields });
};
const log: Log = { info: note, warn: note, error: note };

beforeAll(async () => {
  connector = await fakeConnector();
});
afterAll(() => {
  connector.stop();
});
beforeEach(() => {
  conversations = tableConversations(memoryTable());
  chat = aChat();
  logged = [];
  connector.posted.length = 0;
  connector.answer({ status: 201 });
});

const bot = (auth: BotOptions['auth'] = { kind: 'anonymous' }, into = conversations): LoadBot =>
  lazyBot(() => ({ auth, conversations: into, chat: aChat(), log }));

const post = (body: unknown, headers: Record<string, string> = {}): HttpRequest =>
  new functions.HttpRequest({
    method: 'POST',
    url: 'http://localhost/api/messages',
    body: { string: JSON.stringify(body) },
    headers: { 'content-type': 'application/json', ...headers },
  });

const activity = (more: Record<string, unknown> = {}) => ({
  type: 'installationUpdate',
  action: 'add',
  id: '1',
  channelId: 'msteams',
  serviceUrl: connector.url,
  from: { id: 'user' },
  recipient: { id: 'bot', name: 'Bot' },
  conversation: { id: '19:soc', conversationType: 'channel', tenantId: TENANT, name: '{{DATE(x)}}' },
  channelData: { tenant: { id: TENANT }, channel: { id: '19:soc' } },
  ...more,
});
const message = (more: Record<string, unknown> = {}) => activity({ type: 'message', text: 'hello', ...more });

const linksOf = () => Promise.resolve({});
const notice: Exclude<Notice, { readonly kind: 'unseen' }> = {
  kind: 'devices-found',
  context: noticeContext(aHunt(), aRun(), aReport({ findings: [aFinding('a')] })),
  findings: [aFinding('a')],
};

describe('a card', () => {
  const target = (): Target => ({
    id: '19:soc',
    kind: 'channel',
    rules: [],
    reference: {
      channelId: 'msteams',
      serviceUrl: connector.url,
      bot: { id: 'bot' },
      conversation: { id: '19:soc' },
    },
  });
  const send = (deadline = 10_000) =>
    botNotifier(bot(), { now: () => NOON, linksOf, deadline }).send(aCase(notice), target());

  it.each([500, 502, 503, 504])('is sent once only when Teams answers %i: it may have been posted', async (status) => {
    connector.answer({ status });

    await expect(send()).rejects.toMatchObject({ reason: 'unavailable', transient: true });
    expect(connector.posted).toHaveLength(1);
  });

  it('is sent once only when Teams asks to wait, and the wait is passed on', async () => {
    connector.answer({ status: 429, headers: { 'retry-after': '120' } });

    await expect(send()).rejects.toMatchObject({ reason: 'throttled', retryAfter: 120_000 });
    expect(connector.posted).toHaveLength(1);
  });

  it('that is given up is not waited for by the SDK either: its connection ends', async () => {
    connector.answer('never');

    await expect(send(50)).rejects.toMatchObject({ reason: 'unknown-outcome' });
    await until('the connection to end', () => connector.hungUp() === 1);
    expect(connector.posted).toHaveLength(1);
  });
});

describe('what Teams says about a conversation', () => {
  it('that it was upgraded adds and removes as installing does', async () => {
    const load = bot();
    await onMessage(post(activity({ action: 'add-upgrade' })), load, log);
    expect(await conversations.list()).toHaveLength(1);

    await onMessage(post(activity({ action: 'remove-upgrade' })), load, log);
    expect(await conversations.list()).toEqual([]);
  });

  it.each([undefined, 'renamed'])('with the unknown action %j changes nothing', async (action) => {
    const load = bot();
    await onMessage(post(activity()), load, log);

    await onMessage(post(activity({ action })), load, log);

    expect(await conversations.list()).toHaveLength(1);
  });

  it('that the bot left it removes it; that somebody else left does not', async () => {
    const load = bot();
    const left = (id: string) => activity({ type: 'conversationUpdate', action: undefined, membersRemoved: [{ id }] });
    await onMessage(post(activity()), load, log);

    await onMessage(post(left('user')), load, log);
    expect(await conversations.list()).toHaveLength(1);

    await onMessage(post(left('bot')), load, log);
    expect(await conversations.list()).toEqual([]);
  });

  it('is kept without names, which people choose', async () => {
    await onMessage(post(activity()), bot(), log);

    expect(JSON.stringify(await conversations.list())).not.toMatch(/DATE|"name"/);
  });
});

describe('a message', () => {
  it('is answered by a card, in the conversation in which it was written', async () => {
    const load = lazyBot(() => ({ auth: { kind: 'anonymous' }, conversations, chat, log }));
    await onMessage(post(message({ text: '<at>Firstsight</at>  hunts &nbsp;' })), load, log);

    expect(chat.said).toEqual([{ text: 'hunts', speaker: { name: '' }, conversation: '19:soc' }]);
    expect(JSON.stringify(connector.posted.map(({ activity: { attachments } }) => attachments))).toContain('Heard.');
  });

  it('shows where the conversation has moved to, and that a broken one works', async () => {
    const load = bot();
    await onMessage(post(activity()), load, log);
    await conversations.markBroken('19:soc', 'refused', NOON);

    await onMessage(post(message({ serviceUrl: `${connector.url}moved/` })), load, log);

    const [target] = await conversations.list();
    expect(target).toMatchObject({ id: '19:soc', reference: { serviceUrl: `${connector.url}moved/` } });
    expect(target?.broken).toBeUndefined();
  });

  it('does not make a conversation a target where the bot was never installed', async () => {
    await onMessage(post(message()), bot(), log);

    expect(await conversations.list()).toEqual([]);
  });
});

describe('what goes wrong', () => {
  it('while an installation is stored is logged, and Teams hears no detail', async () => {
    const full: Conversations = { ...conversations, put: () => Promise.reject(new Error('table is full')) };

    expect(await onMessage(post(activity()), bot({ kind: 'anonymous' }, full), log)).toEqual({ status: 503 });
    expect(logged).toMatchObject([{ event: 'bot.failed', fields: { error: 'table is full' } }]);
  });

  it('while the bot is made is not kept for the next activity', async () => {
    const load = bot({ kind: 'secret', appId: '', tenantId: TENANT, password: 'unused' });
    const first: unknown = await load().catch((error: unknown) => error);
    const second: unknown = await load().catch((error: unknown) => error);

    expect(first).toBeInstanceOf(Error);
    expect(second).not.toBe(first);
  });
});

describe('the tenant', () => {
  it('is the same in upper and lower case', async () => {
    const keys = await keyServer();
    try {
      const auth = { kind: 'secret', appId: APP, tenantId: TENANT.toUpperCase(), password: 'unused' } as const;
      const load = lazyBot(() => ({ auth, conversations, chat: aChat(), log, framework: keys.framework }));
      const event = activity({ type: 'event', name: 'x', serviceUrl: SERVICE_URL });

      expect(await onMessage(post(event, { authorization: token() }), load, log)).toEqual({ status: 200 });
    } finally {
      keys.stop();
    }
  });
});
