import type { HttpResponseInit } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/functions/endpoint.ts';
import { DEVICE_PARAMETERS, listDevices } from '../../src/functions/devices.ts';
import { LIST_RUNS_PARAMETERS, listRuns } from '../../src/functions/list-runs.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { DAY } from '../../src/time.ts';
import { askEndpoint } from '../support/ask-endpoint.ts';
import { aHunt, anAnswer, aRow, aRunOrder, NOON } from '../support/builders.ts';
import { bodyOf, headersOf } from '../support/board.ts';
import { aWorld } from '../support/services.ts';

const HOSTILE = '=HYPERLINK("http://evil.example")\n{"x":1}';

/** Ten devices of the baseline, and one found a day later that calls itself something hostile. */
async function aSoc() {
  const world = aWorld();
  const { services } = world;
  const run = () => runHunt(aHunt(), aRunOrder({ asOf: services.now() }), false, services);
  const baseline = Array.from({ length: 10 }, (_, n) => `device-${String(n)}`);
  world.answer = anAnswer(baseline);
  await run();
  world.pass(DAY);
  world.answer = anAnswer([...baseline, aRow('evil', HOSTILE)]);
  await run();
  const ask = (handle: Endpoint, known: readonly string[], address: string, headers: Record<string, string>) =>
    askEndpoint(services, handle, known, address, { params: { hunt: aHunt().slug }, headers });
  return {
    world,
    run,
    devices: (query = '', headers = {}) => ask(listDevices, DEVICE_PARAMETERS, `/api/hunts/x/devices${query}`, headers),
    runs: (query = '', headers = {}) =>
      ask(listRuns, LIST_RUNS_PARAMETERS, `/api/runs?hunt=${aHunt().slug}${query}`, headers),
  };
}

interface List {
  readonly devices: readonly { readonly deviceId: string }[];
  readonly next?: string;
}
const listOf = (answer: HttpResponseInit): List => JSON.parse(bodyOf(answer)) as List;
const idsOf = (answer: HttpResponseInit): string[] => listOf(answer).devices.map(({ deviceId }) => deviceId);

describe('the list of devices', () => {
  it('comes in pages, each of which names the next with the same filter', async () => {
    const { devices } = await aSoc();
    const seen: string[] = [];

    for (let query: string | undefined = '?limit=4&state=baseline'; query !== undefined;) {
      const answer: HttpResponseInit = await devices(query);
      seen.push(...idsOf(answer));
      query = /devices(\?[^>]+)>/.exec(headersOf(answer)['link'] ?? '')?.[1];
      expect(query === undefined).toBe(listOf(answer).next === undefined);
    }

    expect(seen.sort()).toEqual(Array.from({ length: 10 }, (_, n) => `device-${String(n)}`));
  });

  it.each([
    ['state=newly-seen', ['evil']],
    ['state=new', ['evil']],
    ['state=still-there', 10],
    ['state=gone', []],
    ['name=HYPERLINK', ['evil']],
    ['name=device-3', ['device-3']],
    [`seenSince=${new Date(NOON.getTime() + DAY / 2).toISOString()}`, 11],
    ['foundSince=2026-11-21T00:00:00Z', []],
    ['state=returning', []],
  ])('is filtered by %s', async (query, expected) => {
    const { devices } = await aSoc();

    const found = idsOf(await devices(`?${query}`));

    if (typeof expected === 'number') expect(found).toHaveLength(expected);
    else expect(found).toEqual(expected);
  });

  it('says of each how it stands as of the latest complete answer', async () => {
    const { world, run, devices } = await aSoc();
    const before = await devices();
    world.pass(DAY);
    world.answer = anAnswer([aRow('evil', HOSTILE)]);
    await run();

    expect(idsOf(await devices('?state=still-there'))).toEqual(['evil']);
    expect(JSON.parse(bodyOf(await devices('?state=gone&name=device-3')))).toMatchObject({
      devices: [{ deviceId: 'device-3', life: 'gone', lifeSince: '2026-11-25T00:00:00.000Z', daysThere: 5 }],
    });
    const tag = headersOf(before)['etag'] ?? '';
    expect((await devices('', { 'if-none-match': tag })).status).toBe(200);
    expect(bodyOf(await devices('?state=gone&name=device-3', { accept: 'text/csv' }))).toContain(
      '"gone","2026-11-25T00:00:00.000Z","5"',
    );
  });

  it.each([['state=neu'], ['foundSince=yesterday'], ['seenSince=2026-13-01T00:00:00Z'], ['stat=new']])(
    'refuses ?%s',
    async (query) => {
      const { devices } = await aSoc();

      expect((await devices(`?${query}`)).status).toBe(400);
    },
  );

  it('is not sent again while nothing has changed', async () => {
    const { devices, world, run } = await aSoc();
    const { etag = '' } = headersOf(await devices());
    const ask = async (given = etag, query = '') => (await devices(query, { 'if-none-match': given })).status;

    expect([await ask(), await ask(`"x", ${etag}`), await ask('*'), await ask('"x"')]).toEqual([304, 304, 304, 200]);
    // Another question is another answer.
    expect(await ask(etag, '?state=baseline')).toBe(200);
    await run();
    expect(await ask()).toBe(304);
    world.pass(DAY);
    await run();
    // Their last day has moved.
    expect(await ask()).toBe(200);
  });

  it('differs by what is asked for', async () => {
    const { devices } = await aSoc();
    const answers = await Promise.all(
      ['*/*', 'text/csv', 'application/x-ndjson', 'application/stix+json;version=2.1'].map((accept) =>
        devices('', { accept }),
      ),
    );

    expect(answers.map((answer) => headersOf(answer)['content-type'])).toEqual([
      'application/json',
      'text/csv; charset=utf-8',
      'application/x-ndjson',
      'application/stix+json;version=2.1',
    ]);
    expect(new Set(answers.map((answer) => headersOf(answer)['etag'])).size).toBe(4);
    for (const answer of answers) expect(headersOf(answer)['vary']).toBe('accept');
  });

  it('is no formula in a spreadsheet, and one line a device in NDJSON', async () => {
    const { devices } = await aSoc();

    const csv = bodyOf(await devices('?state=newly-seen', { accept: 'text/csv' }));
    const lines = bodyOf(await devices('', { accept: 'application/x-ndjson' }))
      .trimEnd()
      .split('\n');

    expect(csv).toContain(`"'=HYPERLINK(""http://evil.example"")`);
    expect(lines).toHaveLength(11);
    expect(
      lines.map((line) => JSON.parse(line) as { deviceName: string }).some(({ deviceName }) => deviceName === HOSTILE),
    ).toBe(true);
  });
});

interface StixObject {
  readonly type: string;
  readonly id: string;
  readonly created: string;
  readonly modified: string;
  readonly [property: string]: unknown;
}

describe('a STIX bundle', () => {
  const bundleOf = async (soc: Awaited<ReturnType<typeof aSoc>>) =>
    JSON.parse(bodyOf(await soc.devices('', { accept: 'application/stix+json' }))) as {
      id: string;
      type: string;
      objects: StixObject[];
    };

  it('has the hunt as an indicator and a sighting of it for each device', async () => {
    const { type, objects } = await bundleOf(await aSoc());
    const [indicator] = objects.filter((one) => one.type === 'indicator');
    const sightings = objects.filter((one) => one.type === 'sighting');
    const ids = new Set(objects.map(({ id }) => id));

    expect(type).toBe('bundle');
    expect(indicator).toMatchObject({
      pattern: aHunt().query,
      pattern_type: 'kql',
      spec_version: '2.1',
      valid_from: NOON.toISOString(),
    });
    expect(indicator?.['external_references']).toEqual([
      { source_name: 'mitre-attack', external_id: 'T1219', url: 'https://attack.mitre.org/techniques/T1219/' },
    ]);
    expect(sightings).toHaveLength(11);
    for (const sighting of sightings) {
      expect(sighting['sighting_of_ref']).toBe(indicator?.id);
      for (const where of sighting['where_sighted_refs'] as string[]) expect(ids).toContain(where);
      expect(String(sighting['last_seen']) >= String(sighting['first_seen'])).toBe(true);
    }
  });

  it('is well formed: every id a version 5 UUID of its type, used once, and nothing modified before it was created', async () => {
    const { id, objects } = await bundleOf(await aSoc());

    for (const one of [{ id, type: 'bundle', created: '', modified: '' }, ...objects]) {
      expect(one.id).toMatch(
        new RegExp(`^${one.type}--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`),
      );
      expect(one.modified >= one.created).toBe(true);
    }
    expect(new Set(objects.map((one) => one.id)).size).toBe(objects.length);
  });

  it('is the same bundle for the same devices, so that taking it twice is taking it once', async () => {
    const soc = await aSoc();

    expect(await bundleOf(soc)).toEqual(await bundleOf(soc));
    const before = await bundleOf(soc);
    soc.world.pass(DAY);
    await soc.run();
    const after = await bundleOf(soc);
    expect(after.id).not.toBe(before.id);
    expect(after.objects.map(({ id, created }) => [id, created])).toEqual(
      before.objects.map(({ id, created }) => [id, created]),
    );
  });
});

describe('the list of runs', () => {
  it('comes newest first, in pages', async () => {
    const { runs, run, world } = await aSoc();
    for (let n = 0; n < 3; n += 1) {
      world.pass(DAY);
      await run();
    }
    const seen: string[] = [];
    for (let query: string | undefined = '&limit=2'; query !== undefined;) {
      const answer: HttpResponseInit = await runs(query);
      seen.push(...(JSON.parse(bodyOf(answer)) as { runs: { id: string }[] }).runs.map(({ id }) => id));
      query = /(&limit=[^>]+)>/.exec(headersOf(answer)['link'] ?? '')?.[1];
    }

    expect(seen).toHaveLength(5);
    expect(seen).toEqual(seen.toSorted().reverse());
  });

  it('is a table or lines when that is asked for', async () => {
    const { runs } = await aSoc();

    expect(bodyOf(await runs('', { accept: 'text/csv' })).split('\r\n')[1]).toMatch(
      /"schedule","2026-11-24T12:00:00\.000Z","completed".*"11","11","1","0","10","0","",/,
    );
    expect(
      bodyOf(await runs('', { accept: 'application/x-ndjson' }))
        .trimEnd()
        .split('\n'),
    ).toHaveLength(2);
  });

  it.each([['&before=x'], ['&before=20261123T060000000Z-000000000000-slot'], ['&limit=0'], ['&huntt=x']])(
    'refuses %s',
    async (query) => {
      const { runs } = await aSoc();

      expect((await runs(query)).status).toBe(400);
    },
  );
});
