import type { AccessToken, TokenCredential } from '@azure/identity';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE, SECOND, type Milliseconds } from '../time.ts';

/** Where the platform hands out tokens of the app's identity: an address on this very machine, and the word that opens it. */
export interface IdentityEndpoint {
  readonly url: string;
  readonly secret: string;
  /** Which identity, where the app has one of its own choosing. */
  readonly clientId?: string;
}

const TIME_LIMIT = 10 * SECOND;
/** Just after a start the endpoint may not be up yet. */
const PAUSES: readonly Milliseconds[] = [100, 400, 1_600];
/** The platform keeps tokens for a day; a new one is fetched long before the old one ends. */
const EARLY = 5 * MINUTE;

/**
 * The app's managed identity, over the one request that App Service documents for it. `@azure/identity` does the same
 * after loading every other way to sign in, which costs more than everything else of a tick: docs/decisions/0041.
 */
export function managedIdentity(endpoint: IdentityEndpoint, now: () => number = Date.now): TokenCredential {
  const kept = new Map<string, Promise<AccessToken>>();
  return {
    async getToken(scopes, options) {
      const [scope = ''] = typeof scopes === 'string' ? [scopes] : scopes;
      const resource = scope.replace(/\/\.default$/, '');
      const known = kept.get(resource);
      // Claims are a service's word that the token it was shown is not good any more.
      if (known && options?.claims === undefined && (await known).expiresOnTimestamp - EARLY > now()) return known;
      const asked = tokenFor(resource, endpoint);
      kept.set(resource, asked);
      // A failure is not kept.
      asked.catch(() => kept.delete(resource));
      return asked;
    },
  };
}

async function tokenFor(resource: string, endpoint: IdentityEndpoint): Promise<AccessToken> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await ask(resource, endpoint).catch((error: unknown) => ({ error: codeOf(error) }));
    const token = 'text' in answer && answer.status === 200 ? tokenOf(answer.text) : undefined;
    if (token) return token;
    const pause = PAUSES[attempt];
    const passes = 'error' in answer || answer.status === 429 || answer.status >= 500 || answer.status === 200;
    if (pause === undefined || !passes) throw failure(answer, passes);
    await sleep(pause);
  }
}

type Answer = { readonly status: number; readonly text: string } | { readonly error: string };

function ask(resource: string, { url, secret, clientId }: IdentityEndpoint): Promise<Answer> {
  const query = new URLSearchParams({
    'api-version': '2019-08-01',
    resource,
    ...(clientId !== undefined && { client_id: clientId }),
  });
  return new Promise((resolve, reject) => {
    const asked = request(`${url}?${query.toString()}`, {
      headers: { 'x-identity-header': secret },
      signal: AbortSignal.timeout(TIME_LIMIT),
    });
    asked.on('error', reject);
    asked.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    asked.end();
  });
}

function tokenOf(text: string): AccessToken | undefined {
  try {
    const { access_token: token, expires_on: until } = JSON.parse(text) as Record<string, unknown>;
    // Seconds since 1970, as text or as a number.
    const expires = Number(until) * 1000;
    return typeof token === 'string' && expires > 0 ? { token, expiresOnTimestamp: expires } : undefined;
  } catch {
    // Half an answer; asked for again.
    return undefined;
  }
}

/** Read by its shape, as the SDKs' errors are. What the endpoint said stays here: it may quote what it was sent. */
function failure(answer: Answer, passes: boolean): Error {
  const what = 'error' in answer ? answer.error : `HTTP ${String(answer.status)}`;
  return Object.assign(new Error(`The platform gives no token of the app's identity (${what}).`), {
    name: 'IdentityError',
    ...(!passes && { statusCode: 401 }),
  });
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'no detail';
