import { describe, expect, it } from 'vitest';
import { readReplay } from '../../local/hunt-replay/request.ts';
import { seeded, type Random } from '../../local/telemetry/random.ts';
import { STORY_NAMES, tell, type Story } from '../../local/telemetry/stories.ts';
import type { Event } from '../../local/telemetry/events.ts';
import { deviceOf } from '../../local/telemetry/story-telemetry.ts';
import { ServiceError } from '../../src/errors.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import type { Scenario } from '../../src/hunt/hunt-questions.ts';
import { deviceKeyOf } from '../../src/hunt/device-key.ts';
import { runHunt } from '../../src/run-hunt.ts';
import type { KeptRun } from '../../src/services.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import { aHunt, anAnswer, aRow, aRunOrder, aScope } from '../support/builders.ts';
import {
  anExecutionsAnswer,
  dayAt,
  isAskedAbout,
  replayed,
  replayedJson,
  runOn,
  type Ran,
} from '../support/kept-period.ts';
import { aWorldWith, EXCLUDING, runAfter, SIGNATURE } from '../support/litemanager.ts';
import { aWorld, CHANNEL, type World } from '../support/services.ts';

const PROTECTED: Ran = { path: 'C:\\Program Files\\Backup\\x.exe', commandLine: 'x.exe /backup', account: 'system' };
const LOOSE: Ran = { ...PROTECTED, path: 'C:\\Users\\ana\\x.exe' };
const STRANGE: Ran = { path: 'C:\\Windows\\System32\\x.exe', commandLine: 'x.exe -enc AAAA', account: 'system' };
const BY_ANOTHER: Ran = { ...PROTECTED, account: 'ana' };

const backup = (mode: Scenario['mode']): Scenario => ({
  name: 'Backup job',
  description: 'The nightly backup.',
  where: 'ProcessCommandLine has "backup"',
  mode,
});
const isBackup = ({ commandLine }: Ran): boolean => commandLine.includes('backup');

const questioned = (scenarios: readonly Scenario[]): Hunt =>
  aHunt({ evidence: { executions: 'DeviceProcessEvents | where DeviceId in (Devices)' }, scenarios });

async function aTeam(hunt: Hunt): Promise<World> {
  const world = aWorld({ hunts: [hunt] });
  await world.services.conversations.put(CHANNEL);
  return world;
}

interface Arrival {
  readonly id: string;
  readonly day: number;
  readonly ran: readonly Ran[];
  /** From then on somebody else runs it, too. */
  readonly anotherFrom?: number;
}

/** Thirty days on which devices come with what runs on them; those who came stay. */
async function thirtyDays(hunt: Hunt, arrivals: readonly Arrival[]): Promise<World> {
  const world = await aTeam(hunt);
  for (let day = 0; day < 30; day += 1) {
    const here = arrivals.filter((one) => one.day <= day);
    const matches = hunt.scenarios.map(() => isBackup);
    world.respond = (kql) => {
      if (!kql.startsWith('let Devices')) return world.answer;
      const ran = here.flatMap((one) =>
        [...one.ran, ...(one.anotherFrom !== undefined && day >= one.anotherFrom ? [BY_ANOTHER] : [])].map(
          (execution) => [one.id, execution] as const,
        ),
      );
      return anExecutionsAnswer(
        ran.filter(([id]) => isAskedAbout(kql, id)),
        matches,
      );
    };
    await runOn(
      world,
      hunt,
      day,
      here.map(({ id }) => id),
    );
    world.pass(DAY);
  }
  return world;
}

/** What stands on no card, and what on another one, as somebody who knows the rules would say it. */
function expectation(arrivals: readonly Arrival[]): string[] {
  return arrivals
    .filter(({ day }) => day > 0)
    .flatMap(({ id, day, ran, anotherFrom }) => {
      const all = anotherFrom === day ? [...ran, BY_ANOTHER] : ran;
      if (!all.every(isBackup)) return [];
      if (all.includes(LOOSE)) return [`${String(day)} ${id} told-otherwise`];
      const later = anotherFrom !== undefined && anotherFrom > day && anotherFrom < 30;
      return [`${String(day)} ${id} not-told`, ...(later ? [`${String(anotherFrom)} ${id} told`] : [])];
    })
    .sort();
}

function arrivalsOf(seed: number): Arrival[] {
  const from = seeded(seed);
  const random = (): number => from.next();
  const pick = <T>(some: readonly T[]): T => some[Math.floor(random() * some.length)] as T;
  return Array.from({ length: 60 }, (_, i): Arrival => {
    const day = Math.floor(random() * 30);
    const ran = Array.from({ length: 1 + Math.floor(random() * 2) }, () =>
      pick([PROTECTED, PROTECTED, LOOSE, STRANGE]),
    );
    return {
      ...{ id: `device-${String(i)}`, day, ran },
      ...(random() < 0.3 && { anotherFrom: Math.floor(random() * 30) }),
    };
  });
}

describe('a changed exclusion, tried on thirty days', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'prints exactly the cards that would differ, without asking anybody (seed %i)',
    async (seed) => {
      const arrivals = arrivalsOf(seed);
      const world = await thirtyDays(questioned([backup('annotate')]), arrivals);
      const changed = { file: 'changed.yaml', hunt: questioned([backup('exclude')]) };

      const { differences, runs, unjudged } = await replayedJson(world, changed.hunt, { changed });

      const said = differences.flatMap(({ run, devices }) =>
        devices.map(({ id, change }) => `${String((Date.parse(run.asOf) - dayAt(0).getTime()) / DAY)} ${id} ${change}`),
      );
      expect(said.sort()).toEqual(expectation(arrivals));
      expect(runs).toBe(30);
      expect(unjudged).toEqual([]);
      const cases = new Set(world.told.map((told) => told.case.id));
      const quiet = differences.filter(({ devices }) => devices.some(({ change }) => change !== 'told'));
      expect(quiet.length).toBeGreaterThan(0);
      for (const one of quiet) expect(cases).toContain(one.case);
    },
  );

  it('says of each device why, with an execution to check it by', async () => {
    const arrivals = [
      { id: 'old', day: 0, ran: [] },
      { id: 'backed-up', day: 3, ran: [PROTECTED], anotherFrom: 9 },
      { id: 'strange', day: 3, ran: [PROTECTED, STRANGE] },
    ];
    const world = await thirtyDays(questioned([backup('annotate')]), arrivals);
    const changed = { file: 'changed.yaml', hunt: questioned([backup('exclude')]) };

    const printed = await replayed(world, changed.hunt, { changed });

    expect(printed).toContain('30 runs from 2026-11-23 12:00 to 2026-12-22 12:00 UTC');
    expect(printed).toMatch(
      /would not have been told {2}backed-up\.contoso\.com .*left out by "Backup job", which explains it: all of 1 execution\(s\): x\.exe \/backup, as system, from C:\\Windows\\System32\\services\.exe \(1x\)/,
    );
    expect(printed).toMatch(/would have been told {6}backed-up\.contoso\.com .*now unexplained: a new account/);
    expect(printed).not.toContain('strange.contoso.com');
    expect(printed).toContain(
      '2 of 30 runs would have told otherwise: 1 device not, 1 device more, 0 devices as something else. 1 card told 2 devices in that time.',
    );
  });

  it('says so plainly when nothing would have changed', async () => {
    const world = await thirtyDays(questioned([backup('annotate')]), [{ id: 'strange', day: 3, ran: [STRANGE] }]);
    const changed = { file: 'changed.yaml', hunt: questioned([backup('exclude')]) };

    expect(await replayed(world, changed.hunt, { changed })).toContain(
      'Nothing would have changed: 1 card told 1 device in that time.',
    );
  });

  it('says for which devices nobody can say what would have become of them', async () => {
    // Without a scenario nobody asks again about a device: what ran on it later was not kept.
    const world = await thirtyDays(questioned([]), [
      { id: 'old', day: 0, ran: [] },
      { id: 'backed-up', day: 3, ran: [PROTECTED] },
    ]);
    const changed = { file: 'changed.yaml', hunt: questioned([backup('exclude')]) };

    const { differences, unjudged } = await replayedJson(world, changed.hunt, { changed });

    expect(differences.flatMap(({ devices }) => devices.map(({ change }) => change))).toEqual(['not-told']);
    expect(unjudged).toMatchObject([
      { id: 'backed-up', because: expect.stringContaining('nobody asked again') as string },
    ]);
  });

  it('says what the old exclusion left out and the new one tells', async () => {
    const world = await thirtyDays(questioned([backup('exclude')]), [
      { id: 'old', day: 0, ran: [] },
      { id: 'backed-up', day: 3, ran: [PROTECTED] },
    ]);
    const changed = {
      file: 'changed.yaml',
      hunt: questioned([{ ...backup('exclude'), where: 'AccountName == "root"' }]),
    };

    const { differences } = await replayedJson(world, changed.hunt, { changed });

    expect(
      differences.map(({ run, devices }) => [run.asOf, devices.map(({ id, change }) => `${id} ${change}`)]),
    ).toEqual([[dayAt(3).toISOString(), ['backed-up told']]]);
  });
});

describe('the stories of the shipped hunt', () => {
  const happens = (story: Story, world: World, events: Event[], random: Random): void =>
    void events.push(...tell(story, deviceOf(story), world.services.now().getTime() + DAY - MINUTE, random));
  const allStories = async (): Promise<World> => {
    const events: Event[] = [];
    const world = await aWorldWith(events);
    const random = seeded(3);
    for (const story of STORY_NAMES) happens(story, world, events, random);
    for (let day = 0; day < 3; day += 1) await runAfter(world, SIGNATURE);
    return world;
  };
  /** The same conditions in other words, so that they are worked out from the rows that were kept. */
  const reworded: Hunt = {
    ...SIGNATURE,
    scenarios: SIGNATURE.scenarios.map((one) => ({ ...one, where: `(${one.where.trim()}) and true` })),
  };

  it('come to the same verdicts by our own engine as the workspace gave', async () => {
    const world = await allStories();

    const { differences, told } = await replayedJson(world, SIGNATURE, { changed: { file: 'x', hunt: reworded } });

    expect(differences).toEqual([]);
    expect(told.devices).toBe(STORY_NAMES.length);
  });

  it('leave out, when they exclude, whom a real run would have left out', async () => {
    const world = await allStories();
    const changed = { file: 'x', hunt: EXCLUDING };

    const { differences } = await replayedJson(world, SIGNATURE, { changed });

    const out = differences.flatMap(({ devices }) => devices.filter(({ change }) => change === 'not-told'));
    const events: Event[] = [];
    const real = await aWorldWith(events, EXCLUDING);
    const random = seeded(3);
    const told = new Set<string>();
    for (const story of STORY_NAMES) happens(story, real, events, random);
    for (const { id } of await runAfter(real, EXCLUDING)) told.add(id);
    const all = STORY_NAMES.map((story) => deviceOf(story).id);
    expect(out.map(({ id }) => id).sort()).toEqual(all.filter((id) => !told.has(id)).sort());
    expect(out.length).toBeGreaterThan(2);
  });
});

describe('other changes that kept rows can judge', () => {
  const comingAndGoing = async (hunt: Hunt): Promise<World> => {
    const world = await aTeam(hunt);
    for (let day = 0; day < 20; day += 1) {
      // Away from the 3rd to the 12th day.
      await runOn(world, hunt, day, [
        'stays',
        ...(day < 3 || day > 12 ? ['leaves'] : []),
        ...(day > 5 ? ['vm-1'] : []),
      ]);
      world.pass(DAY);
    }
    return world;
  };
  const changes = (result: Awaited<ReturnType<typeof replayedJson>>): string[] =>
    result.differences.flatMap(({ run, devices }) =>
      devices.map(({ id, change }) => `${String((Date.parse(run.asOf) - dayAt(0).getTime()) / DAY)} ${id} ${change}`),
    );

  it('forgetAfter: who would have come back, and who would not have been away', async () => {
    const [short, long] = [aHunt({ forgetAfter: 5 * DAY }), aHunt({ forgetAfter: 30 * DAY })];
    const [forgetful, patient] = [await comingAndGoing(short), await comingAndGoing(long)];

    expect(changes(await replayedJson(forgetful, long, { changed: { file: 'x', hunt: long } }))).toEqual([
      '13 leaves not-told',
    ]);
    const told = { changed: { file: 'x', hunt: short } };
    expect(changes(await replayedJson(patient, short, told))).toEqual(['13 leaves told']);
    expect(await replayed(patient, short, told)).toContain('unseen for 11 days, since 2026-11-25; forgetAfter is 5d');
  });

  it('a "where" behind the query, over the columns of the devices', async () => {
    const hunt = aHunt();
    const world = await comingAndGoing(hunt);
    const where = aHunt({
      query: `${hunt.query} // as before\n| where DeviceName !startswith "vm-" and LastSeen > ago(99d)\n`,
    });

    const changed = { file: 'x', hunt: where };
    expect(changes(await replayedJson(world, hunt, { changed }))).toEqual(['6 vm-1 not-told']);
    expect(await replayed(world, hunt, { changed })).toContain(
      'no row of it matches | where DeviceName !startswith "vm-"',
    );
  });

  it('firstRun, severity and name: what the first card would have shown, and no other card', async () => {
    const hunt = aHunt();
    const world = await comingAndGoing(hunt);
    const changed = { file: 'x', hunt: aHunt({ firstRun: 'learn', severity: 'low', name: 'Another name' }) };

    const printed = await replayed(world, hunt, { changed });

    expect(printed).toContain('the card of the first run only counts the devices; then it lists the devices');
    expect(printed).toContain(
      'severity low instead of high; name "Another name" instead of "LiteManager by file signature"',
    );
    expect(printed).toContain('0 devices not, 0 devices more');
  });

  it.each([
    ['another query', { query: 'DeviceInfo | project DeviceId' }, 'the query is another one'],
    ['another window', { lookback: 9 * DAY }, 'lookback is 9d and was 5d'],
    ['other columns', { device: { ...aHunt().device, id: 'MachineId' } }, 'device.id is MachineId and was DeviceId'],
    ['another question', { evidence: { executions: 'X' } }, 'evidence.executions asks something else'],
    ['a column that was not kept', { query: `${aHunt().query} | where Signer == "x"` }, 'asks for what was not kept'],
    ['an operator that is no where', { query: `${aHunt().query} | summarize count()` }, 'the query is another one'],
  ])('refuses %s by name, and says what to do instead', async (_what, change, said) => {
    const world = await comingAndGoing(aHunt());
    const changed = { file: 'changed.yaml', hunt: aHunt(change) };

    const refused = replayed(world, aHunt(), { changed });

    await expect(refused).rejects.toThrow(said);
    await expect(refused).rejects.toThrow('npm run hunt -- changed.yaml --dry-run');
  });
});

describe('what somebody mistypes', () => {
  it.each([
    [['x', '--from', '2026-13-01'], '--from takes a day or an instant with its offset'],
    [['x', '--from', '2026-10-02', '--to', '2026-10-01'], 'lies after --to'],
    [['x'], 'Say from when with --from'],
    [['--from', '2026-10-01'], 'Name a hunt, or a changed file'],
    [['x', 'y', '--from', '2026-10-01'], 'Name one hunt.'],
    [['--from', '2026-10-01', '--hunt-file', 'nowhere.yaml'], 'nowhere.yaml cannot be read'],
    [['x', '--form', '2026-10-01'], "Unknown option '--form'"],
  ])('is said: %j', (args, said) => {
    expect(() => readReplay(args, dayAt(0))).toThrow(said);
  });

  it('is a day at midnight, until now unless it says otherwise', () => {
    expect(readReplay(['x', '--from', '2026-10-01'], dayAt(0))).toMatchObject({
      hunt: 'x',
      from: new Date('2026-10-01T00:00:00Z'),
      to: dayAt(0),
    });
  });

  it('is the name of a hunt or a workspace, with the nearest that there is', async () => {
    const world = await thirtyDays(aHunt(), []);

    await expect(replayed(world, aHunt(), { hunt: 'litemanager-file-signatur' })).rejects.toThrow(
      'litemanager-file-signature',
    );
    await expect(replayed(world, aHunt(), { workspace: 'crop' })).rejects.toThrow('corp');
  });

  it('is a time of which nothing is kept: it says from when there is something', async () => {
    const world = await thirtyDays(aHunt(), []);

    await expect(replayed(world, aHunt(), { from: dayAt(-9), to: dayAt(-8) })).rejects.toThrow(
      'There are runs from 2026-11-23T12:00:00.000Z to 2026-12-22T12:00:00.000Z.',
    );
    await expect(replayed(await aTeam(aHunt()), aHunt())).rejects.toThrow('No run of this hunt is kept in corp');
  });

  it('is the file of another hunt', async () => {
    const world = await thirtyDays(aHunt(), []);
    const changed = { file: 'other.yaml', hunt: aHunt({ id: 'another' as Hunt['id'] }) };

    await expect(replayed(world, aHunt(), { changed })).rejects.toThrow('other.yaml has the id another');
  });
});

describe('the hunt as it was, replayed', () => {
  /** Forty days with arrivals, absences, promises, outages, partial answers, and runs that die after they remembered. */
  async function fortyDays(seed: number): Promise<World> {
    const from = seeded(seed);
    const random = (): number => from.next();
    const hunt = aHunt({ forgetAfter: 5 * DAY });
    const world = await aTeam(hunt);
    const { runs } = world.services;
    const devices = Array.from({ length: 40 }, (_, i) => ({
      id: `device-${String(i)}`,
      from: Math.floor(random() * 40),
    }));
    for (let day = 0; day < 40; day += 1) {
      const here = devices.filter(({ from }, i) => from <= day && Math.floor((day + i) / 8) % 2 === 0);
      const promised = here
        .filter(() => random() < 0.05)
        .map(({ id }) => ({
          ...{ device: deviceKeyOf(id, ''), id, name: id, reason: 'test', at: world.services.now() },
          ...{ until: new Date(world.services.now().getTime() + 3 * DAY), by: { name: 'Ana' } },
        }));
      if (promised.length > 0) await world.services.promises.expect(aScope(), promised as never);
      const answer = anAnswer(here.map(({ id }) => aRow(id)));
      const fate = random();
      world.answer =
        fate < 0.1 && day > 0
          ? new ServiceError('workspace', 'unavailable', 'Down.')
          : fate < 0.2
            ? { ...answer, partial: { code: 'x', message: 'Cut.' } }
            : answer;
      let deaths = fate > 0.7 ? 1 : fate > 0.6 ? 9 : 0;
      world.services.runs = {
        ...runs,
        finish: (ticket, end) =>
          end.status === 'completed' && (deaths -= 1) >= 0
            ? Promise.reject(new ServiceError('table-storage', 'unavailable', 'Died.'))
            : runs.finish(ticket, end),
      };
      const order = aRunOrder({ asOf: world.services.now(), slot: world.services.now() });
      for (let attempt = 0; attempt < 2; attempt += 1) {
        try {
          await runHunt(hunt, order, attempt === 0, world.services);
          break;
        } catch (error) {
          expect(error).toBeInstanceOf(ServiceError);
          world.pass(HOUR);
        }
      }
      world.pass(dayAt(day + 1).getTime() - world.services.now().getTime());
    }
    return world;
  }

  it.each([11, 12, 13, 14, 15, 16, 17, 18])('comes to what was decided then (seed %i)', async (seed) => {
    const world = await fortyDays(seed);

    const whole = await replayedJson(world, aHunt());
    const later = await replayedJson(world, aHunt(), { from: dayAt(20) });

    expect(whole.differences).toEqual([]);
    expect(later.differences).toEqual([]);
    expect(whole.told.devices).toBeGreaterThan(20);
    expect(whole.runs).toBeLessThan(40);
  });

  it('says so when it does not: that is a fault of the program', async () => {
    const hunt = questioned([backup('annotate')]);
    const world = await thirtyDays(hunt, arrivalsOf(1));
    const forging = async function* (runs: AsyncIterable<KeptRun>): AsyncIterable<KeptRun> {
      for await (const run of runs) {
        yield {
          ...run,
          async *parts() {
            for await (const part of run.parts())
              yield part.kind === 'findings' ? { ...part, list: part.list.slice(1) } : part;
          },
        };
      }
    };
    const { kept } = world.services;
    world.services.kept = { ...kept, of: (...asked) => forging(kept.of(...asked)) };

    expect(await replayed(world, hunt)).toContain('THIS IS NOT WHAT WAS DECIDED THEN');
  });
});
