import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AZURITE_KEY } from '../../local/azurite.ts';
import { startProgram, type Program } from '../support/program.ts';
import { until } from '../support/until.ts';

/** Whatever a stranger sends holds it, and no answer may. */
const MARK = 'm4rk"><script>alert(1)</script>';
const MARKED = encodeURIComponent(MARK);
const TENANT = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const FORGED_TOKEN = `${part({ alg: 'RS256', kid: 'm4rk' })}.${part({ iss: 'https://api.botframework.com', aud: 'm4rk' })}.bTRyaw`;
const SECRETS = {
  password: 'pass~W0rd.of.the.bot',
  webhook: 'sig-of-the-webhook-0123456789',
  key: 'a-function-key-0123456789==',
  token: FORGED_TOKEN,
  storage: AZURITE_KEY,
  identity: 'this machine only',
  access: 'token-of-this-machine',
};

let program: Program;
let flow: Server;
/** What the webhook was sent. */
const cards: string[] = [];

beforeAll(async () => {
  flow = createServer((asked, answer) => {
    let body = '';
    asked.on('data', (chunk: Buffer) => (body += chunk.toString()));
    asked.on('end', () => {
      cards.push(body);
      // The first is refused, so that a failure has to be told, too.
      answer.writeHead(cards.length === 1 ? 500 : 202).end(`${SECRETS.webhook} failed`);
    });
  });
  flow.listen(0, '127.0.0.1');
  await once(flow, 'listening');
  program = await startProgram({
    TEAMS_AUTH: 'secret',
    TEAMS_APP_ID: '11111111-2222-3333-4444-555555555555',
    TEAMS_TENANT_ID: TENANT,
    TEAMS_APP_PASSWORD: SECRETS.password,
    TEAMS_WEBHOOK_URL: `http://127.0.0.1:${String((flow.address() as AddressInfo).port)}/workflows/x?sig=${SECRETS.webhook}`,
  });
}, 120_000);
afterAll(async () => {
  await program.interrupt();
  flow.closeAllConnections();
  flow.close();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
/** Sends what `fetch` would tidy up. */
function send(
  method: string,
  path: string,
  { headers = {}, body }: { readonly headers?: Record<string, string>; readonly body?: string | undefined } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(program.api);
  return new Promise((resolve, reject) => {
    // Without its length a body would be read as the next request, with some methods.
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const asked = httpRequest({ hostname, port, method, path, headers: { ...length, ...headers } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const OURS = [
  '/api/hunts',
  `/api/hunts?${MARKED}=${MARKED}`,
  `/api/hunts/${MARKED}/runs`,
  `/api/hunts/litemanager-file-signature/runs?workspace=${MARKED}`,
  `/api/hunts/litemanager-file-signature/runs?asOf=${MARKED}`,
  `/api/hunts/litemanager-file-signature/runs?dryRun=${MARKED}`,
  `/api/hunts/..%2f..%2fhost.json${MARKED}/runs`,
  `/api/hunts/x%00${MARKED}/runs`,
  `/api/hunts/${MARKED.repeat(60)}/runs`,
  `/api/hunts/__proto__/runs?x=${MARKED}`,
  `/api/hunts/${MARKED}/devices`,
  `/api/hunts/litemanager-file-signature/devices?limit=${MARKED}`,
  `/api/hunts/litemanager-file-signature/devices?after=${MARKED}`,
  `/api/runs/${MARKED}`,
  `/api/runs/20261123T060000000Z-000000000000-${'m4rk'.repeat(4)}`,
  `/api/status?${MARKED}`,
  `/api/hunts?code=${MARKED}`,
];
const OPEN = [
  `/api/health?${MARKED}`,
  `/api/messages?${MARKED}`,
  `/api/cases/${MARKED}`,
  `/api/cases/${MARKED}?until=9999999999&sig=${MARKED}`,
  `/api/cases/x?until=${MARKED}&sig=x&once=${MARKED}`,
  `/api/health?code=${MARKED}`,
];
const NOWHERE = [
  '/',
  '/api',
  `/${MARKED}`,
  '/main.mjs',
  '/hunts/prepared.json',
  '/api/../host.json',
  '/api//hunts',
  '/.env',
  '/api/hunts/%ff/runs',
  '/api/hunts/%/runs',
  `/admin/functions/${MARKED}`,
];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];
const BODIES: readonly (string | undefined)[] = [undefined, '{', '{"verb":"m4rk"}', `m4rk${'x'.repeat(300_000)}`];

function expectNothing(answer: Answer, what: string): void {
  const { status, headers, body } = answer;
  // 503: not set up, or silence is no good news; what a stranger sends never leads there.
  expect([500, 501, 502, 504], what).not.toContain(status);
  expect(body, what).not.toMatch(/m4rk|<script>alert|node:internal|\bat .+:\d+:\d+|node_modules/);
  if (body === '') return;
  expect(headers['x-content-type-options'], what).toBe('nosniff');
  expect(headers['cache-control'], what).toBe('no-store');
  expect(headers['content-security-policy'], what).toMatch(/^default-src 'none'/);
  expect(headers['referrer-policy'], what).toBe('no-referrer');
}

describe('a stranger', () => {
  it.each([...OURS, ...OPEN, ...NOWHERE].map((path) => [path.slice(0, 90), path]))(
    'at %s gets no error of ours, nothing of what was sent, and headers that allow nothing',
    async (_shown, path) => {
      for (const method of METHODS) {
        for (const body of BODIES) {
          // Nobody waits for a body of these.
          if (body !== undefined && ['GET', 'HEAD', 'TRACE'].includes(method)) continue;
          const answer = await send(method, path, { body, headers: { 'content-type': 'application/json' } });
          expectNothing(answer, `${method} ${path} ${String(body?.slice(0, 20))}`);
        }
      }
    },
  );

  it.each<[string, Record<string, string>]>([
    ['a type that is none', { 'content-type': MARK }],
    ['a principal of its own making', { 'x-ms-client-principal': part({ userRoles: ['admin', 'm4rk'] }) }],
    ['an address of its own making', { 'x-forwarded-for': 'm4rk', 'x-forwarded-host': 'm4rk.example' }],
    ['another host', { host: 'm4rk.example' }],
    ['a preference that is none', { prefer: 'wait=m4rk, respond-async; m4rk' }],
    ['an origin', { origin: 'https://m4rk.example' }],
    ['a forged token', { authorization: `Bearer ${FORGED_TOKEN}` }],
    ['no token', { authorization: 'Bearer m4rk' }],
    ['a key', { 'x-functions-key': SECRETS.key }],
    ['a length that is not that of its body', { 'content-length': '0' }],
  ])('with %s in a header gets no further', async (_what, headers) => {
    for (const path of [...OURS, ...OPEN]) {
      const answer = await send('POST', path, { headers });
      expectNothing(answer, `POST ${path}`);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('who speaks as Teams without its token is refused', async () => {
    const activity = {
      type: 'message',
      text: 'm4rk',
      channelId: 'msteams',
      serviceUrl: 'https://m4rk.example',
      conversation: { id: 'm4rk', tenantId: TENANT },
      from: { id: 'm4rk' },
      recipient: { id: 'm4rk' },
    };
    for (const authorization of ['', 'Bearer m4rk', 'Basic bTRyaw==', `Bearer ${FORGED_TOKEN}`]) {
      const headers = { 'content-type': 'application/json', authorization };
      const answer = await send('POST', '/api/messages', { headers, body: JSON.stringify(activity) });

      // 503: the keys by which the token would be judged cannot be had.
      expect([401, 403, 503]).toContain(answer.status);
      expect(answer.body).toBe('');
    }
  });

  it('learns no name from what is open to all', async () => {
    for (const path of ['/api/health', '/api/messages', '/api/cases/x', '/api/cases/']) {
      for (const method of ['GET', 'POST']) {
        const { body } = await send(method, path);

        expect(body).not.toMatch(/litemanager|contoso|wks-|lap-|storage|WORKSPACES/i);
      }
    }
  });

  it('with a key in the address is told where it belongs, whether or not it fits', async () => {
    const answer = await send('GET', `/api/hunts?code=${SECRETS.key}`);

    expect(answer.status).toBe(400);
    expect(answer.body).toContain('x-functions-key');
  });
});

describe('the logs of all this', () => {
  it('have nothing in them that opens anything', async () => {
    const card = await until('a card with a link', () => cards.find((text) => /[?&]sig=/.test(text)), 60_000);
    await until('a refused card to be told', () => program.output().includes('notice.failed'), 60_000);
    const link = new URL(/http:[^"]+sig=[^"]+/.exec(card)?.[0] ?? '');
    const page = await send('GET', link.pathname + link.search);
    await send('GET', `${link.pathname}${link.search}x`);
    const once = /once=([0-9a-f-]{36})/.exec(page.body)?.[1] ?? '';
    const output = program.output();

    expect(page.status).toBe(200);
    expect(once).not.toBe('');
    expect(output).toContain('run.completed');
    for (const [name, secret] of Object.entries({ ...SECRETS, link: link.searchParams.get('sig') ?? '', once })) {
      expect(secret.length).toBeGreaterThan(8);
      for (const written of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
        expect(output.includes(written), `the log holds ${name}`).toBe(false);
    }
  });
});
