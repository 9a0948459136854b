import functions, { type HttpResponseInit } from '@azure/functions';
import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { onCase } from '../../src/functions/on-case.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { checkLink, signedQuery } from '../../src/signed-links.ts';
import { DAY, HOUR } from '../../src/time.ts';
import { onlyServices } from '../support/ask-endpoint.ts';
import { aHunt, anAnswer, aRow, aRunOrder } from '../support/builders.ts';
import { aWorld, CHANNEL, failure } from '../support/services.ts';

const bodyOf = ({ body }: HttpResponseInit): string => (typeof body === 'string' ? body : '');

/** A case of devices with these names, and somebody who has the link to its page. */
async function aPage(names: readonly string[] = ['new']) {
  const world = aWorld();
  const { services } = world;
  await services.conversations.put(CHANNEL);
  const run = () => runHunt(aHunt(), aRunOrder({ asOf: services.now() }), false, services);
  world.answer = anAnswer(['old']);
  await run();
  world.pass(DAY);
  world.answer = anAnswer(names.map((name, n) => aRow(`id-${String(n)}`, name)));
  await run();
  const id = world.told.at(-1)?.case.id ?? '';
  const request = (method: 'GET' | 'POST', address: string, form?: Record<string, string>) => {
    const url = new URL(address, 'http://localhost');
    return onCase(
      new functions.HttpRequest({
        method,
        url: url.href,
        params: { case: decodeURIComponent(url.pathname.split('/').at(-1) ?? '') },
        query: Object.fromEntries(url.searchParams),
        ...(form && { body: { string: new URLSearchParams(form).toString() } }),
      }),
      onlyServices(services),
    );
  };
  const link = async (of = id, until = new Date(services.now().getTime() + HOUR)) =>
    `/api/cases/${of}?${signedQuery(await services.links.key(), 'view', of, until)}`;
  const open = async () => request('GET', await link());
  return {
    world,
    id,
    request,
    link,
    open,
    state: async () => (await services.cases.find(id))?.state,
    /** The address the page's forms go to. */
    form: async () => /action="([^"]+)"/.exec(bodyOf(await open()))?.[1]?.replaceAll('&amp;', '&') ?? '',
  };
}

describe('the page of a case', () => {
  it('shows what the card had no room for', async () => {
    const { open } = await aPage(Array.from({ length: 40 }, (_, n) => `wks-${String(n)}.contoso.com`));

    const response = await open();

    expect(response.status).toBe(200);
    expect(bodyOf(response)).toContain('40 devices');
    for (let n = 0; n < 40; n += 1) expect(bodyOf(response)).toContain(`<td>wks-${String(n)}.contoso.com</td>`);
  });

  it('proves that its devices are new, with the clocks of each, and names a device of the same name', async () => {
    const { open } = await aPage(['old.contoso.com', 'b']);

    const body = bodyOf(await open());

    expect(body).toContain('<p>Baseline of 23 Nov 2026 12:00 UTC; 1 complete run before this one; no gap</p>');
    expect(
      body.match(/Event 20 Nov 2026 10:00 UTC; arrived after [^;]+; first returned by complete run 2/g),
    ).toHaveLength(2);
    expect(body).toContain('Same name as old, last seen 23 Nov 2026: set up anew, or a twin');
  });

  it('may be opened by anything and changes nothing: link scanners do', async () => {
    const { open, state } = await aPage();
    for (let n = 0; n < 5; n += 1) await open();

    expect(await state()).toEqual({ notes: [], expected: [] });
  });

  it('interprets nothing that a device or a person wrote', async () => {
    const hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>\'';
    const { open, form, request } = await aPage([hostile, 'b']);
    await request('POST', await form(), { verb: 'note', text: hostile, name: hostile });

    const body = bodyOf(await open());

    expect(body).toContain('&lt;script&gt;alert(1)');
    expect(body).not.toContain('<script>alert');
    expect(body).not.toContain('<img');
    expect(body.match(/<script>/g)).toHaveLength(1);
  });

  it('loads nothing from elsewhere, is never framed and passes its address on to nobody', async () => {
    const { open } = await aPage();
    const headers = (await open()).headers as Record<string, string>;

    expect(headers['content-security-policy']).toMatch(/^default-src 'none';.*frame-ancestors 'none'$/);
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
    expect(bodyOf(await open())).not.toMatch(/(?:src|href)=/);
  });

  it('allows exactly the style and the script that it has', async () => {
    const { open } = await aPage();
    const { headers, body } = { headers: (await open()).headers as Record<string, string>, body: bodyOf(await open()) };

    for (const tag of ['style', 'script']) {
      const content = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(body)?.[1] ?? '';
      expect(content.length).toBeGreaterThan(100);
      expect(headers['content-security-policy']).toContain(`'sha256-${hash('sha256', content, 'base64')}'`);
    }
  });

  it.each([
    ['no signature', (link: string) => link.split('?')[0] ?? ''],
    ['another signature', (link: string) => link.replace(/sig=.{4}/, 'sig=AAAA')],
    ['a later end', (link: string) => link.replace(/until=\d/, 'until=9')],
    ['another case', (link: string) => link.replace('-000002', '-000003')],
    ['a case that does not exist', (link: string) => link.replace(/cases\/[^?]+/, 'cases/..%2f..%2fx')],
  ])('is not there for somebody with %s', async (_what, forge) => {
    const { link, request } = await aPage();

    const response = await request('GET', forge(await link()));

    expect(response.status).toBe(404);
    expect(bodyOf(response)).not.toContain('contoso');
  });

  it('closes after its time, and says so to whoever had the link', async () => {
    const { link, request, world } = await aPage();
    const address = await link();
    world.pass(2 * HOUR);

    expect(await request('GET', address)).toMatchObject({ status: 410 });
  });

  it('says that it cannot be read when storage is away', async () => {
    const { open, world } = await aPage();
    world.services.cases = {
      ...world.services.cases,
      find: () => Promise.reject(failure('unavailable', 'table-storage')),
    };

    expect(await open()).toMatchObject({ status: 503 });
  });
});

describe('a form of the page', () => {
  it('acts once, and marks who did as somebody with the link', async () => {
    const { form, request, state, world } = await aPage();
    const action = await form();

    const done = await request('POST', action, { verb: 'acknowledge', name: 'Ana' });
    const again = await request('POST', action, { verb: 'note', text: 'x', name: 'Ana' });

    expect(bodyOf(done)).toContain('✓ Acknowledged by Ana (by link, name not checked)');
    expect(again.status).toBe(409);
    expect(await state()).toMatchObject({ acknowledged: { by: { id: 'link', name: 'Ana' } }, notes: [] });
    expect(world.updated.map(({ target }) => target)).toEqual(['channel']);
  });

  it('cannot be sent with the link that only shows', async () => {
    const { link, request, state } = await aPage();

    expect(await request('POST', await link(), { verb: 'acknowledge', name: 'x' })).toMatchObject({ status: 404 });
    expect((await state())?.acknowledged).toBeUndefined();
  });

  it('makes a promise, or says why not', async () => {
    const { form, request, state } = await aPage();
    const refused = await request('POST', await form(), { verb: 'expect', until: 'x', reason: 'y', name: 'Ana' });
    expect(bodyOf(refused)).toContain('Not done: The day must look like 2026-11-30.');

    await request('POST', await form(), {
      verb: 'expect',
      device: 'all',
      until: '2026-12-24',
      reason: 'y',
      name: 'Ana',
    });

    expect((await state())?.expected).toMatchObject([{ reason: 'y', by: { id: 'link', name: 'Ana' } }]);
  });

  it('can tell any number of times that a person is here, and still act', async () => {
    const { form, request, state } = await aPage();
    const action = await form();
    await request('POST', action, { verb: 'seen' });
    await request('POST', action, { verb: 'seen' });

    expect(await state()).toMatchObject({ seen: { by: { id: 'link', name: '' } } });
    expect(await request('POST', action, { verb: 'acknowledge', name: 'Ana' })).toMatchObject({ status: 200 });
  });

  it.each([
    [{ verb: 'drop' }, 400],
    [{}, 400],
    [{ verb: 'note', text: 'x'.repeat(20_000), name: 'x' }, 413],
  ])('with %j is refused', async (fields: Record<string, string>, status) => {
    const { form, request } = await aPage();

    expect(await request('POST', await form(), fields)).toMatchObject({ status });
  });
});

describe('a signature', () => {
  const key = Buffer.alloc(32, 7);
  const now = new Date('2026-11-23T12:00:00Z');
  const later = new Date(now.getTime() + HOUR);

  it('is good for its purpose, subject, end and key only', () => {
    const query = new URLSearchParams(signedQuery(key, 'view', 'a', later));
    const link = { until: query.get('until'), sig: query.get('sig') };

    expect(checkLink(key, 'view', 'a', link, now)).toBe('valid');
    expect(checkLink(key, 'view', 'a', link, later)).toBe('expired');
    expect(checkLink(key, 'act', 'a', link, now)).toBe('forged');
    expect(checkLink(key, 'view', 'b', link, now)).toBe('forged');
    expect(checkLink(Buffer.alloc(32, 8), 'view', 'a', link, now)).toBe('forged');
    for (const until of [null, '', '-1', '1e9', '9'.repeat(40)])
      expect(checkLink(key, 'view', 'a', { ...link, until }, now)).toBe('forged');
    for (const sig of [null, '', 'é', 'x'.repeat(5_000)])
      expect(checkLink(key, 'view', 'a', { ...link, sig }, now)).toBe('forged');
  });
});
