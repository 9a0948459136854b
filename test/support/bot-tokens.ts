import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const APP = '11111111-2222-3333-4444-555555555555';
export const TENANT = 'aaaaaaaa-0000-0000-0000-000000000001';
export const SERVICE_URL = 'https://smba.trafficmanager.net/emea/contoso/';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1000);

/** A token as the Bot Framework signs it, with what a test wants otherwise. */
export function token(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string {
  const head = part({ alg: 'RS256', kid: 'k1', typ: 'JWT', ...header });
  const body = part({
    iss: 'https://api.botframework.com',
    aud: APP,
    serviceurl: SERVICE_URL,
    nbf: now() - 10,
    exp: now() + 600,
    ...claims,
  });
  return `Bearer ${head}.${body}.${createSign('RSA-SHA256').update(`${head}.${body}`).sign(privateKey).toString('base64url')}`;
}

export const unsigned = (): string =>
  `Bearer ${part({ alg: 'none', kid: 'k1' })}.${part({ iss: 'https://api.botframework.com', aud: APP, exp: now() + 600 })}.x`;
export const seconds = now;

/** The addresses at which the Bot Framework finds its signing keys, on this machine. */
export async function keyServer(): Promise<{ readonly framework: Record<string, string>; stop(): void }> {
  const server = createServer((request, response) => {
    const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', endorsements: ['msteams'] }] };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify(
        request.url === '/keys' ? keys : { issuer: 'https://api.botframework.com', jwks_uri: `${base}/keys` },
      ),
    );
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const meta = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/meta`;
  return {
    framework: {
      ToBotFromChannelTokenIssuer: 'https://api.botframework.com',
      ToBotFromChannelOpenIdMetadataUrl: meta,
      ToBotFromEmulatorOpenIdMetadataUrl: meta,
      ToChannelFromBotLoginUrl: 'https://login.microsoftonline.com/botframework.com',
      ToChannelFromBotOAuthScope: 'https://api.botframework.com',
      OAuthUrl: 'https://api.botframework.com',
      CallerId: 'firstsight',
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
