import { describe, expect, it } from 'vitest';
import { explainText } from '../../local/explain-text.ts';
import { reportText } from '../../local/report-text.ts';
import type { Event } from '../../local/telemetry/events.ts';
import { seeded } from '../../local/telemetry/random.ts';
import { tell, type Story } from '../../local/telemetry/stories.ts';
import { deviceOf } from '../../local/telemetry/story-telemetry.ts';
import { investigate } from '../../src/run-hunt.ts';
import { previewScenarios } from '../../src/preview.ts';
import { DAY, HOUR } from '../../src/time.ts';
import { aRun, aScope } from '../support/builders.ts';
import { aWorldWith, EXCLUDING, runAfter, SIGNATURE } from '../support/litemanager.ts';

const random = seeded(9);
const STORIES: readonly Story[] = [
  'the nightly backup',
  'an intruder names a tool backup.exe',
  'the device sends no process telemetry',
];

describe('npm run hunt -- --explain', () => {
  it('shows what each scenario would leave out, beside what all have done so far, and writes nothing', async () => {
    const events: Event[] = [];
    const world = await aWorldWith(events);
    const at = world.services.now().getTime() + DAY - HOUR;
    for (const story of STORIES) events.push(...tell(story, deviceOf(story), at, random));
    await runAfter(world, SIGNATURE);
    const by = { id: 'ana', name: 'Ana' };
    const told = world.told.flatMap(({ notice }) => (notice.kind === 'devices-found' ? notice.findings : []));
    const until = new Date(world.services.now().getTime() + 9 * DAY);
    await world.services.promises.expect(
      aScope(),
      told.slice(0, 1).map(({ device, id, name }) => ({ device, id, name, until, reason: 'help desk', by, at: until })),
    );
    const before = world.told.length;
    const { report } = await investigate(
      SIGNATURE,
      aRun({ asOf: world.services.now() }, SIGNATURE),
      undefined,
      world.services,
    );

    const text = explainText(await previewScenarios(report, world.services));

    for (const part of [
      'the-nightly-backup.contoso.com                     5 of 5 executions match: Automated backup job via LiteManager, Normal service start',
      'the-device-sends-no-process-telemetry.contoso.com  Cannot say: the device sends no process telemetry',
      'Automated backup job via LiteManager (annotate)\n  now     matches 5 executions on 2 devices of 3\n  alone   with "mode: exclude": leaves out 1 device (the-nightly-backup.contoso.com)',
      'so far  2 devices, 0 left out; last hit 2026-11-24',
      'LiteManager used for inventory collection (annotate)\n  now     matches 0 executions on 0 devices of 3\n  alone   with "mode: exclude": leaves out no device\n  so far  has never matched a new device',
      'With "mode: exclude" on all of them: leaves out 1 device (the-nightly-backup.contoso.com)',
      'Expected by people:\n  until 2026-12-03: help desk (Ana): 1 device, none seen since',
    ])
      expect(text).toContain(part);
    expect(world.told).toHaveLength(before);
  });

  it('stands beside what any run says of a new device', async () => {
    const events: Event[] = [];
    const world = await aWorldWith(events);
    events.push(
      ...tell('somebody runs it from a download', deviceOf('download'), world.services.now().getTime() - HOUR, random),
    );
    const { report } = await investigate(
      SIGNATURE,
      aRun({ asOf: world.services.now() }, SIGNATURE),
      undefined,
      world.services,
    );

    expect(reportText(report, false)).toContain(
      'download.contoso.com: None of 1 execution is explained; 3 of 3 hunts agree',
    );
  });

  it('stands above the devices that this run would leave out', async () => {
    const events: Event[] = [];
    const world = await aWorldWith(events, EXCLUDING);
    events.push(...tell('the nightly backup', deviceOf('backup'), world.services.now().getTime() - HOUR, random));
    const { report } = await investigate(
      EXCLUDING,
      aRun({ asOf: world.services.now() }, EXCLUDING),
      undefined,
      world.services,
    );

    expect(reportText(report, true)).toContain(
      '1 device(s) left out, of which all is explained:\n  backup.contoso.com',
    );
  });
});
