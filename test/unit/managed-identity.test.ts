import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { managedIdentity } from '../../src/azure/managed-identity.ts';
import { HOUR, MINUTE } from '../../src/time.ts';

interface Reply {
  readonly status: number;
  readonly body: string;
}
const NOW = Date.parse('2026-11-23T12:00:00Z');
const good = (token: string, until = NOW + 24 * HOUR): Reply => ({
  status: 200,
  body: JSON.stringify({ access_token: token, expires_on: String(until / 1000) }),
});

let server: ReturnType<typeof createServer>;
let asked: { readonly url: string; readonly secret: IncomingMessage['headers'][string] }[];
let replies: Reply[];
let clock: number;
beforeEach(async () => {
  [asked, replies, clock] = [[], [], NOW];
  server = createServer(({ url, headers }, response) => {
    asked.push({ url: url ?? '', secret: headers['x-identity-header'] });
    const { status, body } = replies.shift() ?? good(`token-${String(asked.length)}`);
    response.writeHead(status).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
});

const identity = (clientId?: string) =>
  managedIdentity(
    {
      url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/msi/token`,
      secret: 'the word',
      ...(clientId !== undefined && { clientId }),
    },
    () => clock,
  );
const STORAGE = 'https://storage.azure.com/.default';

describe("the app's identity", () => {
  it('asks the platform for a token of the resource, and shows the word that opens its endpoint', async () => {
    const token = await identity('11111111-2222-3333-4444-555555555555').getToken(STORAGE);

    expect(token).toEqual({ token: 'token-1', expiresOnTimestamp: NOW + 24 * HOUR });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.secret).toBe('the word');
    const { searchParams } = new URL(asked[0]?.url ?? '', 'http://x');
    expect(Object.fromEntries(searchParams)).toEqual({
      'api-version': '2019-08-01',
      resource: 'https://storage.azure.com',
      client_id: '11111111-2222-3333-4444-555555555555',
    });
  });

  it('asks once for all who need the same at the same time, and again shortly before it ends', async () => {
    const credential = identity();

    await Promise.all([credential.getToken(STORAGE), credential.getToken([STORAGE]), credential.getToken(STORAGE)]);
    await credential.getToken(STORAGE);
    expect(asked).toHaveLength(1);
    await credential.getToken('https://api.loganalytics.io/.default');
    expect(asked).toHaveLength(2);
    clock = NOW + 24 * HOUR - 4 * MINUTE;
    await credential.getToken(STORAGE);
    expect(asked).toHaveLength(3);
  });

  it('asks again when a service does not accept the token any more', async () => {
    const credential = identity();
    await credential.getToken(STORAGE);

    expect(await credential.getToken(STORAGE, { claims: '{}' })).toMatchObject({ token: 'token-2' });
  });

  it.each<[string, Reply]>([
    ['is not up yet', { status: 503, body: '' }],
    ['is asked too often', { status: 429, body: '' }],
    ['answers half', { status: 200, body: '{"access_token":"x"' }],
  ])('tries again where the endpoint %s', async (_what, reply) => {
    replies = [reply];

    expect(await identity().getToken(STORAGE)).toMatchObject({ token: 'token-2' });
  });

  it('says so when the app has no such identity, without what it was told, and keeps no failure', async () => {
    replies = [{ status: 400, body: '{"message":"the word is wrong"}' }];
    const credential = identity();

    const failed = credential.getToken(STORAGE);

    await expect(failed).rejects.toThrow("The platform gives no token of the app's identity (HTTP 400).");
    await expect(failed).rejects.toMatchObject({ name: 'IdentityError', statusCode: 401 });
    expect(asked).toHaveLength(1);
    expect(await credential.getToken(STORAGE)).toMatchObject({ token: 'token-2' });
  });
});
