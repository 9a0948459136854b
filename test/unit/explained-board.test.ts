import { beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../local/telemetry/events.ts';
import { seeded } from '../../local/telemetry/random.ts';
import { tell } from '../../local/telemetry/stories.ts';
import { deviceOf } from '../../local/telemetry/story-telemetry.ts';
import { explanationLines } from '../../src/board/explained.ts';
import { readDevice } from '../../src/board/device-view.ts';
import { readHunt } from '../../src/board/hunt-view.ts';
import { deviceKeyOf } from '../../src/hunt/device-key.ts';
import { deviceBody } from '../../src/pages/board/device-page.ts';
import { huntBody } from '../../src/pages/board/hunt-page.ts';
import { runBody } from '../../src/pages/board/run-page.ts';
import { digestBody } from '../../src/teams/digest-card.ts';
import { DAY, HOUR } from '../../src/time.ts';
import { aScope } from '../support/builders.ts';
import { aWorldWith, EXCLUDING, runAfter } from '../support/litemanager.ts';
import type { World } from '../support/services.ts';

const random = seeded(10);
const READ_ONLY = { readOnly: 'Read only.' };
let world: World;

beforeEach(async () => {
  const events: Event[] = [];
  world = await aWorldWith(events, EXCLUDING);
  const at = world.services.now().getTime() + DAY - HOUR;
  events.push(...tell('the nightly backup', deviceOf('backup'), at, random));
  events.push(...tell('somebody runs it from a download', deviceOf('download'), at, random));
  await runAfter(world, EXCLUDING);
});

describe('what scenarios have done', () => {
  it('stands on the page of the hunt', async () => {
    const view = await readHunt(EXCLUDING, {}, world.services);
    const page = huntBody(view, READ_ONLY, world.services.now()).html.replace(/\s+/g, ' ');

    expect(page).toMatch(/Automated backup job via LiteManager.*?exclude.*?>1<.*?>1<.*?24 Nov 2026/);
    expect(page).toContain('has never matched a new device');
  });

  it('stands in the card of the week', async () => {
    const lines = await explanationLines(world.services);
    const week = {
      ...{ from: world.services.now(), until: world.services.now(), found: [], newDevices: 0, open: 0, failed: [] },
      ...{ failedHunts: 0, noisy: [], explained: lines },
      coverage: { hunts: 1, workspaces: 1, scopes: 1, seeing: 1, notLoaded: 0, muted: 0 },
    };

    expect(lines.map(({ words }) => words)).toEqual([
      '1 matched, last 24 Nov 2026, 1 left out, 4 of 6 scenarios never hit',
    ]);
    expect(JSON.stringify(digestBody(week))).toContain('Explained by scenarios');
  });
});

describe('what was left out, and what is known', () => {
  it('stands on the page of the run', async () => {
    const [record] = await world.services.runs.recent(aScope(), 1);
    if (!record) throw new Error('There is no run.');
    const page = runBody({ record, hunt: EXCLUDING, cases: [], targets: [] }, READ_ONLY, world.services.now()).html;

    expect(page).toContain('1 left out as explained');
    expect(page.replace(/\s+/g, ' ')).toMatch(
      /Left out of the cards as explained.*backup\.contoso\.com.*5 of 5 executions match: Automated backup job via LiteManager/,
    );
  });

  it('stands on the page of the device', async () => {
    const view = await readDevice(deviceKeyOf(deviceOf('download').id, ''), world.services);
    const page = deviceBody(
      view,
      { defender: 'https://d.example', azure: 'https://a.example', workspaceIds: new Map() },
      READ_ONLY,
      world.services.now(),
    ).html;

    expect(page).toContain('None of 1 execution is explained');
    expect(page).toContain('C:\\Users\\ana\\Downloads\\ROMServer.exe');
  });
});
