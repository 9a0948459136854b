import { describe, expect, it } from 'vitest';
import { devicePage, MOST_LOOKED_AT, type DevicePage } from '../../src/device-page.ts';
import type { DeviceKey } from '../../src/hunt/device-key.ts';
import { runHunt } from '../../src/run-hunt.ts';
import type { DeviceRecord } from '../../src/services.ts';
import { DAY } from '../../src/time.ts';
import { aBoard, bodyOf } from '../support/board.ts';
import { aHunt, anAnswer, aRow, aRunOrder, aScope } from '../support/builders.ts';
import { aWorld } from '../support/services.ts';

describe('a page of devices', () => {
  it('ends after so many rows that nobody wants, and the next goes on there', async () => {
    const world = aWorld();
    const { services } = world;
    world.answer = anAnswer(Array.from({ length: MOST_LOOKED_AT + 50 }, (_, n) => `device-${String(n)}`));
    await runHunt(aHunt(), aRunOrder({ asOf: services.now() }), false, services);
    const listing = await services.ledger.list(aScope());
    const looked = new Set<DeviceKey>();
    const page = (after?: DeviceKey): Promise<DevicePage> =>
      devicePage(listing, {
        limit: 10,
        ...(after && { after }),
        wanted: ({ device, id }: DeviceRecord) => {
          looked.add(device);
          return id === 'device-7';
        },
      });

    const first = await page();
    expect(looked.size).toBe(MOST_LOOKED_AT);
    const second = await page(first.next);

    expect(second.next).toBeUndefined();
    expect(looked.size).toBe(MOST_LOOKED_AT + 50);
    expect([...first.devices, ...second.devices].map(({ id }) => id)).toEqual(['device-7']);
  });
});

describe('the devices on the page of a hunt', () => {
  const PAGE = '/api/board/hunts/litemanager-file-signature';

  /** One of the baseline that stays, and as many that were found and are gone. */
  async function aMonthLater(gone: number) {
    const names = Array.from({ length: gone }, (_, n) => `lap-${String(n)}.contoso.com`);
    const { world, services, ask, signIn } = await aBoard({}, names);
    world.pass(20 * DAY);
    world.answer = anAnswer([aRow('old', 'stays.contoso.com')]);
    await runHunt(aHunt(), aRunOrder({ asOf: services.now() }), false, services);
    const cookie = await signIn();
    return async (query = ''): Promise<string> => bodyOf(await ask('GET', `${PAGE}${query}`, { cookie }));
  }
  const links = (html: string): string[] =>
    [...(/<nav class="lives[^]*?<\/nav>/.exec(html)?.[0] ?? '').matchAll(/>([^<>]+)<\/a>/g)].map(
      ([, words = '']) => words,
    );

  it('are counted by their state, and can be asked for by it', async () => {
    const page = await aMonthLater(2);

    const all = await page();
    const gone = await page('?life=gone');

    expect(links(all)).toEqual(['all 3', '1 still there', '2 gone']);
    expect(links(gone)).toEqual(['all', 'new', 'still there', 'came back', 'gone']);
    expect(gone).toContain('3 devices: 2 gone<');
    expect(gone).toContain('lap-1.contoso.com');
    expect(gone).not.toContain('stays.contoso.com');
    expect(await page('?life=new')).toContain('3 devices: 0 new<');
    // Not a state: all of them, as without it.
    expect(links(await page('?life=%3Cb%3E'))).toEqual(links(all));
  });

  it('come in pages that keep to what was asked for', async () => {
    const page = await aMonthLater(230);

    const first = await page('?life=gone');
    const next = /href="[^"?]*(\?[^"#]*after=[^"#]*)#devices"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await page(next);

    expect(first).toContain('231 devices: 200 gone, in no order of time<');
    expect(second).toContain('231 devices: 30 gone<');
    expect(second).not.toContain('stays.contoso.com');
  });
});
