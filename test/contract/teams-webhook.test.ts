import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tableConversations } from '../../src/azure/conversations.ts';
import { noticeContext } from '../../src/hunt/notice.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { readSettings } from '../../src/settings.ts';
import { teamsServices } from '../../src/teams-services.ts';
import { webhookNotifier, webhookTarget } from '../../src/teams/webhook.ts';
import { DAY } from '../../src/time.ts';
import { aCase, aFinding, aHunt, anAnswer, aReport, aRun, aRunOrder, NOON } from '../support/builders.ts';
import { nodesOf } from '../support/cards.ts';
import { memoryTable } from '../support/memory-table.ts';
import { aWorld, CHANNEL } from '../support/services.ts';

const SECRET = 'sig=c2VjcmV0LXNpZ25hdHVyZQ';
let server: Server;
let taken: string[] = [];
let reply: { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> } | 'never';
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      taken.push(body);
      if (reply === 'never') return;
      response.writeHead(reply.status, reply.headers);
      response.end(reply.body);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  taken = [];
  reply = { status: 202 };
});

const address = (): URL =>
  new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/powerautomate/x?${SECRET}`);
const finding = aFinding('a');
const context = noticeContext(aHunt(), aRun(), aReport({ findings: [finding] }));
const about = aCase({ kind: 'devices-found', context, findings: [finding] });
const linksOf = () => Promise.resolve({ page: 'https://app.example/api/cases/x?sig=y' });
const send = (deadline = 5_000) =>
  webhookNotifier(address(), { now: () => NOON, linksOf, deadline }).send(about, webhookTarget(address()));

describe('a Workflows webhook', () => {
  it('takes the card as a message with one attachment, without a button it could not answer', async () => {
    expect(await send()).toEqual({ activityId: '', at: NOON });

    const message = JSON.parse(taken[0] ?? '') as { readonly attachments: readonly { readonly content: unknown }[] };
    expect(message).toMatchObject({
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null }],
    });
    const types = nodesOf(message.attachments[0]?.content).map(({ type }) => type);
    expect(types).not.toContain('Action.Execute');
    expect(types).not.toContain('Action.Submit');
  });

  it.each([
    [{ status: 400 }, 'rejected'],
    [{ status: 401 }, 'denied'],
    [{ status: 403 }, 'denied'],
    [{ status: 404 }, 'not-found'],
    [{ status: 410 }, 'not-found'],
    [{ status: 413 }, 'rejected'],
    [{ status: 500 }, 'unavailable'],
    [{ status: 302, headers: { location: 'https://evil.example' } }, 'unavailable'],
    [
      {
        status: 200,
        body: 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429',
      },
      'throttled',
    ],
    [{ status: 200, body: 'Microsoft Teams endpoint returned HTTP error 413 with ContextId' }, 'rejected'],
  ] as const)('that answers %j fails as %s', async (answer, reason) => {
    reply = answer;

    await expect(send()).rejects.toMatchObject({ service: 'teams', reason });
  });

  it('that answers 200 with a 1, as the connectors did, has taken the card', async () => {
    reply = { status: 200, body: '1' };

    await expect(send()).resolves.toBeDefined();
  });

  it('that asks to wait is left alone for so long', async () => {
    reply = { status: 429, headers: { 'retry-after': '17' } };

    await expect(send()).rejects.toMatchObject({ reason: 'throttled', retryAfter: 17_000 });
  });

  it('that never answers may have posted', async () => {
    reply = 'never';

    await expect(send(50)).rejects.toMatchObject({ reason: 'unknown-outcome', transient: true });
  });

  it('never shows its address: not in errors, logs, targets or settings problems', async () => {
    const world = aWorld();
    const settings = readSettings({
      WORKSPACES: 'corp=99999999-8888-7777-6666-555555555555',
      AzureWebJobsStorage: 'UseDevelopmentStorage=true',
      TEAMS_AUTH: 'off',
      TEAMS_WEBHOOK_URL: address().href,
    });
    const { services, loadBot } = teamsServices(settings.teams, world.services, tableConversations(memoryTable()));
    expect(loadBot).toBeUndefined();
    world.answer = anAnswer(['old']);
    for (const status of [202, 500, 404]) {
      reply = { status };
      await runHunt(aHunt(), aRunOrder({ asOf: services.now() }), false, services);
      world.pass(DAY);
      world.answer = anAnswer(['old', `new-${String(status)}`]);
    }

    const seen = JSON.stringify([world.logged, await services.conversations.list()]);
    expect(seen).toContain('target.broken');
    expect(seen).not.toContain('c2VjcmV0');
    const error: unknown = await send().catch((thrown: unknown) => thrown);
    expect(JSON.stringify([error, String(error), (error as Error).cause])).not.toContain('c2VjcmV0');
    for (const wrong of ['http://evil.example/?sig=c2VjcmV0', 'https://evil.example/?sig=c2VjcmV0', 'c2VjcmV0'])
      expect(() => readSettings({ TEAMS_WEBHOOK_URL: wrong })).toThrow(/^(?![\s\S]*c2VjcmV0)[\s\S]*TEAMS_WEBHOOK_URL/);
  });

  it('is whole again under a new address, and told nothing when the setting has gone', async () => {
    const world = aWorld();
    const stored = tableConversations(memoryTable());
    await stored.put(CHANNEL);
    const settings = (url?: string) =>
      readSettings({
        WORKSPACES: 'corp=99999999-8888-7777-6666-555555555555',
        AzureWebJobsStorage: 'UseDevelopmentStorage=true',
        TEAMS_AUTH: 'anonymous',
        ...(url !== undefined && { TEAMS_WEBHOOK_URL: url }),
      }).teams;
    const listed = async (url?: string) =>
      (await teamsServices(settings(url), world.services, stored).services.conversations.list()).map(
        ({ kind, broken }) => `${kind}${broken ? ' broken' : ''}`,
      );
    await listed(address().href);
    await stored.markBroken(webhookTarget(address()).id, 'gone', NOON);
    expect((await listed(address().href)).sort()).toEqual(['channel', 'webhook broken']);

    expect((await listed(`${address().href}2`)).sort()).toEqual(['channel', 'webhook']);
    expect(await listed()).toEqual(['channel']);
  });
});
