import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readBoard } from '../../src/board-settings.ts';
import { acknowledge } from '../../src/hunt/case.ts';
import { deviceKeyOf } from '../../src/hunt/device-key.ts';
import { DAY, HOUR } from '../../src/time.ts';
import { aBoard, bodyOf, formOf, headersOf, KEY } from '../support/board.ts';

const PAGES = (run: string) => [
  '/api/board',
  '/api/board/hunts/litemanager-file-signature',
  `/api/board/runs/${run}`,
  `/api/board/devices/${deviceKeyOf('id-0', '')}`,
];
const ANA = '11111111-2222-3333-4444-555555555555';
const TENANT = '99999999-2222-3333-4444-555555555555';
const principal = (claims: Readonly<Record<string, string>>, type = 'aad'): Record<string, string> => ({
  'x-ms-client-principal': Buffer.from(
    JSON.stringify({ auth_typ: type, claims: Object.entries(claims).map(([typ, val]) => ({ typ, val })) }),
  ).toString('base64'),
});
const ana = principal({ oid: ANA, tid: TENANT, name: 'Ana' });

describe('the board behind a key', () => {
  it('shows strangers a form and nothing else', async () => {
    const { ask, run } = await aBoard();

    for (const page of [...PAGES(run.id), '/api/board/hunts/litemanager-file-signature/devices.csv']) {
      const answer = await ask('GET', page);
      expect(bodyOf(answer)).toContain('The key of this board');
      expect(bodyOf(answer)).not.toMatch(/LiteManager|contoso/);
    }
  });

  it('takes the key once and keeps it in a cookie that scripts and other sites do not get', async () => {
    const { ask } = await aBoard();

    const answer = await ask('POST', '/api/board/sign-in', { form: { key: KEY } });

    expect(answer).toMatchObject({ status: 303, headers: { location: '/api/board' } });
    const cookie = headersOf(answer)['set-cookie'];
    expect(cookie).toMatch(
      /^__Host-firstsight-board=\d+\.[\w-]{43}; Path=\/; Max-Age=28800; Secure; HttpOnly; SameSite=Lax$/,
    );
    expect(cookie).not.toContain(KEY);
  });

  it('opens with that cookie, for eight hours', async () => {
    const { ask, signIn, world } = await aBoard();
    const cookie = await signIn();

    expect(bodyOf(await ask('GET', '/api/board', { cookie: `other=1; ${cookie}` }))).toContain('LiteManager');
    world.pass(8 * HOUR);
    expect(bodyOf(await ask('GET', '/api/board', { cookie }))).toContain('The key of this board');
  });

  it.each([
    ['a wrong key', (key: string) => `${key.slice(1)}x`],
    ['no key', () => ''],
    ['a key of another length', (key: string) => `${key}!`],
  ])('stays shut for %s, and logs that', async (_what, forge) => {
    const { ask, world } = await aBoard();

    const answer = await ask('POST', '/api/board/sign-in', { form: { key: forge(KEY) } });

    expect(answer.status).toBe(403);
    expect(headersOf(answer)['set-cookie']).toBeUndefined();
    expect(world.logged).toContainEqual({ event: 'request.refused', fields: { request: 'board', code: 'wrong-key' } });
  });

  it.each([
    ['a later end', (cookie: string) => cookie.replace(/=\d/, '=9')],
    ['another seal', (cookie: string) => `${cookie.slice(0, -2)}AA`],
    ['no seal', (cookie: string) => cookie.split('.')[0] ?? ''],
    ['the key itself', () => `__Host-firstsight-board=${KEY}`],
  ])('takes no cookie with %s', async (_what, forge) => {
    const { ask, signIn } = await aBoard();

    expect(bodyOf(await ask('GET', '/api/board', { cookie: forge(await signIn()) }))).toContain(
      'The key of this board',
    );
  });

  it('ends all sessions with another key', async () => {
    const before = await aBoard();
    const after = await aBoard({ access: { kind: 'key', key: `${KEY}2` } });

    expect(bodyOf(await after.ask('GET', '/api/board', { cookie: await before.signIn() }))).toContain(
      'The key of this board',
    );
  });

  it('does not believe the header of a sign-in that is not switched on', async () => {
    const { ask } = await aBoard();

    expect(bodyOf(await ask('GET', '/api/board', { headers: ana }))).toContain('The key of this board');
  });

  it('is left by a button', async () => {
    const { ask } = await aBoard();

    expect(headersOf(await ask('POST', '/api/board/sign-out', { form: {} }))['set-cookie']).toContain('Max-Age=0');
  });
});

describe('the board behind a sign-in', () => {
  const entra = { access: { kind: 'entra', tenantId: TENANT } } as const;

  it('sends strangers to sign in, and back to the page they asked for', async () => {
    const { ask } = await aBoard(entra);

    expect(await ask('GET', '/api/board/hunts/x?workspace=corp')).toMatchObject({
      status: 302,
      headers: { location: '/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fboard%2Fhunts%2Fx%3Fworkspace%3Dcorp' },
    });
  });

  it.each([
    ['of another tenant', principal({ oid: ANA, tid: ANA })],
    ['without an object id', principal({ tid: TENANT, name: 'Ana' })],
    ['of another provider', principal({ oid: ANA, tid: TENANT }, 'github')],
    ['that is no header of the platform', { 'x-ms-client-principal': 'e30=' }],
    ['that is no JSON', { 'x-ms-client-principal': 'x' }],
  ])('refuses somebody %s', async (_what, headers) => {
    const { ask } = await aBoard(entra);

    expect((await ask('GET', '/api/board', { headers })).status).toBe(302);
  });

  it('lets people of the tenant act under their own name, whatever they type', async () => {
    const { ask, run, services, case: id } = await aBoard(entra);
    const page = bodyOf(await ask('GET', `/api/board/runs/${run.id}`, { headers: ana }));

    await ask('POST', '/api/board/act', { headers: ana, form: { ...formOf(page, 'acknowledge'), name: 'The boss' } });

    expect((await services.cases.find(id))?.state.acknowledged?.by).toEqual({ id: ANA, name: 'Ana' });
  });

  it('lets only operators act, where there are any', async () => {
    const { ask, run } = await aBoard({ ...entra, operators: new Set([TENANT]) });
    const page = bodyOf(await ask('GET', `/api/board/runs/${run.id}`, { headers: ana }));

    expect(page).not.toContain('<form class="act"');
    expect(page).toContain('You are not among those who may act here');
    expect((await ask('POST', '/api/board/act', { headers: ana, form: { verb: 'run' } })).status).toBe(403);
  });
});

describe('a form of the board', () => {
  const opened = async (options = {}) => {
    const board = await aBoard(options);
    const cookie = await board.signIn();
    const page = async (address: string) => bodyOf(await board.ask('GET', address, { cookie }));
    const send = (form: Record<string, string>, headers = {}) =>
      board.ask('POST', '/api/board/act', { cookie, form, headers });
    return { ...board, cookie, page, send, runPage: `/api/board/runs/${board.run.id}` };
  };

  it('acknowledges, like the button of the card, and changes the copies in Teams', async () => {
    const { page, send, runPage, services, case: id, world } = await opened();

    const answer = await send({ ...formOf(await page(runPage), 'acknowledge'), name: 'Bo' });

    expect(bodyOf(answer)).toContain('Acknowledged by Bo (on the board, name not checked)');
    expect((await services.cases.find(id))?.state.acknowledged?.by).toEqual({ id: 'board-key', name: 'Bo' });
    expect(world.updated).toMatchObject([{ case: { id } }]);
    expect(world.logged).toContainEqual(
      expect.objectContaining({
        event: 'board.acted',
        fields: expect.objectContaining({ what: 'acknowledge', by: 'board-key' }) as object,
      }),
    );
    expect(await page('/api/board')).not.toContain('Nobody has answered yet');
  });

  it('promises until when a device is fine, and says so on its page', async () => {
    const { page, send, services } = await opened();
    const device = `/api/board/devices/${deviceKeyOf('id-0', '')}`;
    const until = new Date(services.now().getTime() + 5 * DAY).toISOString().slice(0, 10);

    const answer = await send({ ...formOf(await page(device), 'expect'), until, reason: 'help desk', name: 'Bo' });

    expect(bodyOf(answer)).toContain('Expected here.');
    expect(await page(device)).toContain('help desk');
    expect(await page('/api/board')).not.toContain('Nobody has answered yet');
  });

  it('says in words why something cannot be', async () => {
    const { page, send, runPage } = await opened();

    const answer = await send({
      ...formOf(await page(runPage), 'expect'),
      until: '2020-01-01',
      reason: 'r',
      name: 'Bo',
    });

    expect(bodyOf(answer)).toContain('Not done: That day is not in the future.');
  });

  it('orders a run and leads to its page', async () => {
    const { page, send, world } = await opened();
    const form = formOf(await page('/api/board/hunts/litemanager-file-signature'), 'run');

    const answer = await send({ ...form, name: 'Bo' });

    expect(world.queued).toMatchObject([{ trigger: 'request', scope: { workspace: 'corp' } }]);
    expect(answer).toMatchObject({
      status: 303,
      headers: { location: `/api/board/runs/${world.queued[0]?.id ?? ''}` },
    });
    expect(await page(`/api/board/runs/${world.queued[0]?.id ?? ''}`)).toContain('queued');
  });

  it('shows what a run would find, and writes nothing', async () => {
    const { page, send, world } = await opened();
    const form = formOf(await page('/api/board/hunts/litemanager-file-signature'), 'dry-run');
    const told = world.told.length;

    const answer = await send({ ...form, name: 'Bo' });

    expect(bodyOf(answer)).toContain('Nothing was written and nobody was told.');
    expect(bodyOf(answer)).toContain('2 rows, 2 devices: 0 new, 0 returning, 2 known');
    expect([world.queued, world.told.length]).toEqual([[], told]);
  });

  it('works once', async () => {
    const { page, send, runPage } = await opened();
    const form = { ...formOf(await page(runPage), 'acknowledge'), name: 'Bo' };
    await send(form);

    expect((await send(form)).status).toBe(409);
  });

  it.each([
    ['without its token', ({ verb = '', case: id = '' }: Record<string, string>) => ({ verb, case: id })],
    ['with another token', (form: Record<string, string>) => ({ ...form, once: 'x' })],
    ['with a later end', (form: Record<string, string>) => ({ ...form, ends: '9999999999' })],
  ])('does nothing %s', async (_what, forge) => {
    const { page, send, runPage, services, case: id } = await opened();

    expect((await send(forge(formOf(await page(runPage), 'acknowledge')))).status).toBe(403);
    expect((await services.cases.find(id))?.state).toEqual({ notes: [], expected: [] });
  });

  it('does nothing for another viewer, after an hour, or from another site', async () => {
    const { page, send, ask, signIn, runPage, world } = await opened();
    const form = formOf(await page(runPage), 'acknowledge');
    expect((await send(form, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await send(form, { 'sec-fetch-site': 'same-site' })).status).toBe(403);

    world.pass(HOUR / 2);
    expect((await ask('POST', '/api/board/act', { cookie: await signIn(), form })).status).toBe(403);
    world.pass(HOUR);
    expect((await send(form, { 'sec-fetch-site': 'same-origin' })).status).toBe(403);
  });

  it.each([
    ['BOARD_ACTIONS is off', { actions: false }],
    ['there are operators, since a key has no name', { operators: new Set([ANA]) }],
  ])('is not there with a key when %s', async (_what, options) => {
    const { page, send, runPage, run } = await opened(options);

    for (const address of [...PAGES(run.id), runPage]) expect(await page(address)).not.toContain('<form class="act"');
    expect((await send({ verb: 'run', hunt: 'litemanager-file-signature', workspace: 'corp' })).status).toBe(403);
  });

  it('is not read when it is larger than a note', async () => {
    const { send } = await opened();

    expect((await send({ text: 'x'.repeat(9_000) })).status).toBe(413);
  });
});

describe('the verdict on a device', () => {
  it('is what was said of that device, not of another that the same run found', async () => {
    const { ask, signIn, services, run, case: id } = await aBoard({}, ['mine.contoso.com', 'other.contoso.com']);
    const told = await services.cases.find(id);
    if (told?.notice.kind !== 'devices-found') throw new Error('A run has found two devices.');
    const [mine, other] = ['id-0', 'id-1'].map((device) =>
      told.notice.kind === 'devices-found' ? told.notice.findings.filter(({ id: one }) => one === device) : [],
    );
    for (const [number, findings] of [mine, other].entries())
      await services.cases.open({
        ...told,
        id: `${run.id}-devices-found-00001${String(number)}`,
        notice: {
          ...told.notice,
          findings: findings ?? [],
          counts: { 'newly-seen': 1, returning: 0, 'expectation-ended': 0, 'explanation-ended': 0 },
        },
      });
    await services.cases.change(`${run.id}-devices-found-000010`, (state) =>
      acknowledge(state, { by: { id: ANA, name: 'Ana' }, at: services.now() }),
    );
    const cookie = await signIn();

    const page = bodyOf(await ask('GET', '/api/board/hunts/litemanager-file-signature', { cookie }));

    const rowOf = (name: string): string => page.split('<tr').find((row) => row.includes(name)) ?? '';
    expect(rowOf('mine.contoso.com')).toContain('acknowledged by Ana');
    expect(rowOf('other.contoso.com')).toContain('nobody has answered');
  });
});

describe('every page', () => {
  const hostile = [
    '"><script>window.pwned=1</script>',
    "'><img src=x onerror=window.pwned=1>",
    '</title><svg onload=pwn()>',
    '\u202egnp.exe',
  ];

  it('shows what devices call themselves as text', async () => {
    const { ask, signIn, run } = await aBoard({}, hostile);
    const cookie = await signIn();

    for (const page of PAGES(run.id)) {
      const body = bodyOf(await ask('GET', page, { cookie }));
      expect(body).not.toMatch(/<img|<svg onload|<script>window|\u202e/);
      expect(body.match(/<script>/g)).toHaveLength(1);
      expect(body.split('</head>')[0]?.match(/<\/title>/g)).toHaveLength(1);
    }
  });

  it('allows exactly the style and the script that it has, and loads nothing', async () => {
    const { ask, signIn, run } = await aBoard();
    const cookie = await signIn();

    for (const page of [...PAGES(run.id), '/api/board/nothing']) {
      const answer = await ask('GET', page, { cookie });
      const policy = headersOf(answer)['content-security-policy'] ?? '';
      for (const tag of ['style', 'script']) {
        const content = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(bodyOf(answer))?.[1] ?? '';
        expect(policy).toContain(`'sha256-${hash('sha256', content, 'base64')}'`);
      }
      expect(policy).toMatch(/^default-src 'none';.*frame-ancestors 'none'$/);
      expect(policy).not.toContain('unsafe');
      expect(bodyOf(answer)).not.toMatch(/ style="| on[a-z]+="| src=/);
      expect(headersOf(answer)).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    }
  });

  it.each([
    '/api/board/hunts/..%2f..%2fx',
    '/api/board/runs/x',
    '/api/board/devices/x',
    '/api/board/x/y/z',
    '/api/board/hunts/a/b.csv',
  ])('is a page also when there is nothing at %s', async (address) => {
    const { ask, signIn } = await aBoard();

    const answer = await ask('GET', address, { cookie: await signIn() });

    expect(answer.status).toBe(404);
    expect(bodyOf(answer)).toContain('Nothing here');
  });

  it('finds a device by its id', async () => {
    const { ask, signIn } = await aBoard();

    const answer = await ask('GET', '/api/board/devices?id=ID-0', { cookie: await signIn() });

    expect(headersOf(answer)['location']).toBe(`/api/board/devices/${deviceKeyOf('id-0', '')}`);
  });

  it('says that storage cannot be read, and not why', async () => {
    const { ask, signIn, services, world } = await aBoard();
    const cookie = await signIn();
    services.runs = { ...services.runs, scopes: () => Promise.reject(new Error('secret')) };

    const answer = await ask('GET', '/api/board', { cookie });

    expect(answer.status).toBe(503);
    expect(bodyOf(answer)).not.toContain('secret');
    expect(world.logged.at(-1)?.event).toBe('request.failed');
  });
});

describe('the settings of the board', () => {
  const read = (env: Record<string, string>) => {
    const problems: string[] = [];
    return { board: readBoard(env, problems), problems };
  };

  it('leave it shut unless somebody opens it', () => {
    expect(read({})).toEqual({ board: { access: { kind: 'off' }, actions: false }, problems: [] });
    expect(read({ BOARD_KEY: KEY }).board).toEqual({ access: { kind: 'key', key: KEY }, actions: false });
    expect(read({ BOARD_AUTH: 'entra', TEAMS_TENANT_ID: TENANT }).board).toEqual({
      access: { kind: 'entra', tenantId: TENANT },
      actions: true,
    });
  });

  it.each([
    [{ BOARD_AUTH: 'key' }, 'BOARD_KEY is missing; BOARD_AUTH "key" needs it.'],
    [{ BOARD_KEY: 'short' }, 'BOARD_KEY must have 32 characters at least, for example from "openssl rand -base64 24".'],
    [
      { BOARD_AUTH: 'entre' },
      'BOARD_AUTH "entre" is unknown; it is one of off, key, entra, anonymous (did you mean "entra"?).',
    ],
    [
      { BOARD_AUTH: 'anonymous', WEBSITE_INSTANCE_ID: 'x' },
      'BOARD_AUTH "anonymous" is refused in Azure: anybody could read the board.',
    ],
    [
      { BOARD_AUTH: 'entra', WEBSITE_AUTH_ENABLED: 'False' },
      'BOARD_AUTH is "entra", but the sign-in of the app (App Service authentication) is off.',
    ],
    [{ BOARD_ACTIONS: 'yes' }, 'BOARD_ACTIONS "yes" is either "on" or "off".'],
  ])('say what is wrong with %j', (env, problem) => {
    expect(read(env as Record<string, string>).problems).toEqual([problem]);
  });

  it('keep the board shut, without a word of what is behind it', async () => {
    const { ask } = await aBoard({ access: { kind: 'off' } });

    const answer = await ask('GET', '/api/board', { headers: ana });

    expect(answer.status).toBe(404);
    expect(bodyOf(answer)).not.toContain('LiteManager');
  });
});
