import functions from '@azure/functions';
import { AuthenticationConstants, GovernmentConstants } from 'botframework-connector';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableConversations } from '../../src/azure/conversations.ts';
import { onMessage } from '../../src/functions/on-message.ts';
import { frameworkOf } from '../../src/teams/bot-framework.ts';
import { lazyBot } from '../../src/teams/lazy-bot.ts';
import type { BotCloud } from '../../src/teams-settings.ts';
import { APP, keyServer, SERVICE_URL, TENANT, token } from '../support/bot-tokens.ts';
import { aChat } from '../support/chat.ts';
import { memoryTable } from '../support/memory-table.ts';
import { silentLog } from '../support/silent-log.ts';

let keys: Awaited<ReturnType<typeof keyServer>>;
beforeAll(async () => {
  keys = await keyServer();
});
afterAll(() => {
  keys.stop();
});

const authOf = (cloud?: BotCloud) =>
  ({ kind: 'managed-identity', appId: APP, tenantId: TENANT, ...(cloud && { cloud }) }) as const;

/** What a bot of a cloud says to an installation that comes with this token. */
async function statusOf(cloud: BotCloud | undefined, authorization: string): Promise<number | undefined> {
  const auth = authOf(cloud);
  const load = lazyBot(() => ({
    auth,
    conversations: tableConversations(memoryTable()),
    chat: aChat(),
    log: silentLog,
    framework: { ...keys.framework, ToBotFromChannelTokenIssuer: frameworkOf(auth).issuer },
  }));
  const activity = {
    type: 'installationUpdate',
    action: 'add',
    id: '1',
    channelId: 'msteams',
    serviceUrl: SERVICE_URL,
    from: { id: 'user' },
    recipient: { id: 'bot' },
    conversation: { id: '19:soc', conversationType: 'channel', tenantId: TENANT },
    channelData: { tenant: { id: TENANT } },
  };
  const request = new functions.HttpRequest({
    method: 'POST',
    url: 'http://localhost/api/messages',
    body: { string: JSON.stringify(activity) },
    headers: { 'content-type': 'application/json', authorization },
  });
  return (await onMessage(request, load, silentLog)).status;
}

describe('a bot of Azure US Government', () => {
  it('believes the Bot Framework of its cloud, and not that of the public one', async () => {
    expect(await statusOf('us-government', token({ iss: 'https://api.botframework.us' }))).toBe(200);
    expect(await statusOf('us-government', token())).toBe(401);
  });

  it('is believed only there: a bot of the public cloud refuses what it is sent', async () => {
    expect(await statusOf(undefined, token())).toBe(200);
    expect(await statusOf(undefined, token({ iss: 'https://api.botframework.us' }))).toBe(401);
  });

  it('finds addresses and audiences as the SDK knows them', () => {
    expect(frameworkOf(authOf('us-government'))).toEqual({
      issuer: GovernmentConstants.ToBotFromChannelTokenIssuer,
      addresses: { ChannelService: GovernmentConstants.ChannelService },
    });
    expect(frameworkOf(authOf()).issuer).toBe(AuthenticationConstants.ToBotFromChannelTokenIssuer);
  });
});
