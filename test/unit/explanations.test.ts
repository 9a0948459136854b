import { beforeEach, describe, expect, it } from 'vitest';
import { certificateCheck, connection, processStart, type Device, type Event } from '../../local/telemetry/events.ts';
import { seeded } from '../../local/telemetry/random.ts';
import { LITEMANAGER_SIGNER } from '../../local/telemetry/signers.ts';
import { tell, TOOL_SHA1, type Story } from '../../local/telemetry/stories.ts';
import { deviceOf } from '../../local/telemetry/story-telemetry.ts';
import type { Finding } from '../../src/hunt/finding.ts';
import { NO_QUESTIONS } from '../../src/hunt/hunt-questions.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { reopenedWords } from '../../src/hunt/verdict-words.ts';
import { tallyPromises, tallyScenarios } from '../../src/hunt/tally.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import { ServiceError } from '../../src/errors.ts';
import { aScope, NOON } from '../support/builders.ts';
import { aWorldWith, EXCLUDING, runAfter, SIGNATURE } from '../support/litemanager.ts';
import type { World } from '../support/services.ts';

const SERVICE = 'C:\\Program Files (x86)\\LiteManager Pro - Server\\ROMServer.exe';
const BACKUP = 'C:\\Program Files\\Contoso Backup\\backup.exe';
const random = seeded(7);
const device: Device = deviceOf('backup server');
let events: Event[];
const happens = (story: Story, at: Date, on = device): void =>
  void events.push(...tell(story, on, at.getTime(), random));
const later = (world: World, minutes = 1): number => world.services.now().getTime() + DAY - minutes * MINUTE;
const reasons = (findings: readonly Finding[]): string[] =>
  findings.map(({ novelty, explainedSoFar }) => `${novelty}: ${explainedSoFar ? reopenedWords(explainedSoFar) : ''}`);

beforeEach(() => {
  events = [];
});

describe('a device that scenarios explain', () => {
  it('is news again, once, when something runs that none of them explains', async () => {
    const world = await aWorldWith(events);
    happens('the nightly backup', new Date(later(world)));
    const first = await runAfter(world, SIGNATURE);
    const calm = await runAfter(world, SIGNATURE);
    happens('the backup, and one encoded command', new Date(later(world)));
    const again = await runAfter(world, SIGNATURE);
    const after = await runAfter(world, SIGNATURE);

    expect(first.map(({ novelty, verdict }) => [novelty, verdict?.kind])).toEqual([['newly-seen', 'explained']]);
    expect(calm).toEqual([]);
    expect(reasons(again)).toEqual([
      'explanation-ended: Explained so far by: Automated backup job via LiteManager, Normal service start; now unexplained: an execution that no scenario explains',
    ]);
    expect(after).toEqual([]);
  });

  it('is remembered before it is known, so that a crash in between loses neither', async () => {
    const world = await aWorldWith(events);
    happens('the nightly backup', new Date(later(world)));
    const { explanations } = world.services;
    world.services.explanations = {
      ...explanations,
      remember: () => Promise.reject(new ServiceError('table-storage', 'unavailable', 'No.')),
    };
    await expect(runAfter(world, SIGNATURE)).rejects.toThrow('No.');
    world.services.explanations = explanations;

    expect((await runAfter(world, SIGNATURE, MINUTE)).map(({ novelty }) => novelty)).toEqual(['newly-seen']);
    expect(await explanations.all(aScope())).toHaveLength(1);
  });

  it('is told by the next run when the one that should have told died before', async () => {
    const world = await aWorldWith(events);
    happens('the nightly backup', new Date(later(world)));
    await runAfter(world, SIGNATURE);
    happens('the backup, and one encoded command', new Date(later(world)));
    const { explanations } = world.services;
    world.services.explanations = {
      ...explanations,
      reopen: () => Promise.reject(new ServiceError('table-storage', 'unavailable', 'No.')),
    };
    await expect(runAfter(world, SIGNATURE)).rejects.toThrow('No.');
    world.services.explanations = explanations;

    expect((await runAfter(world, SIGNATURE, MINUTE)).map(({ novelty }) => novelty)).toEqual(['explanation-ended']);
    expect(await runAfter(world, SIGNATURE, MINUTE)).toEqual([]);
  });
});

describe('a device that scenarios leave out of the cards', () => {
  let world: World;
  beforeEach(async () => {
    world = await aWorldWith(events, EXCLUDING);
    happens('the nightly backup', new Date(later(world)));
    expect(await runAfter(world, EXCLUDING)).toEqual([]);
  });
  const backup = { path: BACKUP, commandLine: `"${BACKUP}" /full`, by: SERVICE, bySha1: TOOL_SHA1, account: 'system' };

  it('stays out while nothing about it is new', async () => {
    events.push(processStart(device, later(world), random, backup));

    expect(await runAfter(world, EXCLUDING)).toEqual([]);
    expect(await runAfter(world, EXCLUDING)).toEqual([]);
  });

  it.each([
    ['a new file hash', () => processStart(device, later(world), random, { ...backup, sha1: 'f'.repeat(40) })],
    [
      'a new path',
      () =>
        processStart(device, later(world), random, {
          ...backup,
          path: 'C:\\Program Files\\Other\\x.exe',
        }),
    ],
    ['a new account', () => processStart(device, later(world), random, { ...backup, account: 'ana' })],
    [
      'a new parent process',
      () => processStart(device, later(world), random, { ...backup, by: 'C:\\Program Files\\Other\\y.exe' }),
    ],
    [
      'a new remote address',
      () =>
        connection(
          device,
          later(world),
          random,
          { address: '198.51.100.99', port: 443 },
          { path: SERVICE, sha1: TOOL_SHA1 },
        ),
    ],
    ['a new file hash', () => certificateCheck(device, LITEMANAGER_SIGNER, later(world), random, 'e'.repeat(40))],
  ] as const)('is told at %s', async (what, event) => {
    events.push(event());
    const told = await runAfter(world, EXCLUDING);

    expect(told.map(({ explainedSoFar }) => explainedSoFar?.because.includes(what))).toEqual([true]);
    expect(await runAfter(world, EXCLUDING)).toEqual([]);
  });

  it('is told when no scenario leaves it out any more', async () => {
    expect(reasons(await runAfter(world, SIGNATURE))).toEqual([
      'explanation-ended: Explained so far by: Automated backup job via LiteManager, Normal service start; now unexplained: no scenario leaves it out any more',
    ]);
  });

  it('makes trouble, told once, while nobody can ask about it', async () => {
    const { respond } = world;
    world.respond = (kql) =>
      kql.includes('Firstsight_Unexplained')
        ? new ServiceError('workspace', 'rejected', 'No.')
        : (respond?.(kql) ?? new Error());
    await runAfter(world, EXCLUDING, HOUR);
    await runAfter(world, EXCLUDING, HOUR);
    if (respond) world.respond = respond;
    await runAfter(world, EXCLUDING, HOUR);

    expect(world.told.map(({ notice }) => (notice.kind === 'trouble' ? notice.trouble.code : notice.kind))).toEqual([
      'explanations-unchecked',
      'recovered',
    ]);
  });
});

describe('a run with nothing new', () => {
  const requestsOf = async (world: World, hunt: Hunt): Promise<number> => {
    const before = world.requests();
    await runAfter(world, hunt, HOUR);
    return world.requests() - before;
  };

  it('asks storage 38 times, whatever the hunt would ask about new devices, and the workspace once', async () => {
    const world = await aWorldWith(events);
    happens('somebody runs it from a download', new Date(later(world)));
    await runAfter(world, SIGNATURE);
    await runAfter(world, SIGNATURE, HOUR);
    const asked = world.asked.length;

    expect(await requestsOf(world, SIGNATURE)).toBe(38);
    expect(world.asked.length - asked).toBe(1);
    expect(await requestsOf(world, { ...SIGNATURE, ...NO_QUESTIONS })).toBe(38);
  });

  it('asks storage once more where a device is explained and therefore watched', async () => {
    const world = await aWorldWith(events);
    happens('the nightly backup', new Date(later(world)));
    await runAfter(world, SIGNATURE);
    await runAfter(world, SIGNATURE, HOUR);

    expect(await requestsOf(world, SIGNATURE)).toBe(39);
  });
});

describe('counts of explanations', () => {
  it('say which scenarios are used, which never, which match everything and which overlap', async () => {
    const world = await aWorldWith(events, EXCLUDING);
    happens('the nightly backup', new Date(later(world)));
    happens('an intruder makes a scheduled task through the tool', new Date(later(world)), deviceOf('another'));
    await runAfter(world, EXCLUDING);
    const remembered = await world.services.explanations.all(aScope());
    const broad = { name: 'Everything', description: '', where: 'true', mode: 'annotate' } as const;
    const everything = remembered.map((one) => ({
      ...one,
      matches: one.matches.map(({ by, executions }) => ({ by: [...by, broad.name], executions })),
    }));
    const tallies = new Map(
      tallyScenarios([...EXCLUDING.scenarios, broad], everything).map((one) => [one.scenario, one]),
    );

    expect(tallies.get('Automated backup job via LiteManager')).toMatchObject({
      devices: 1,
      executions: 4,
      hidden: 1,
      matchesEverything: false,
    });
    expect(tallies.get('LiteManager used for inventory collection')).toMatchObject({ devices: 0 });
    expect(tallies.get('LiteManager used for inventory collection')).not.toHaveProperty('lastHit');
    expect(tallies.get('Everything')).toMatchObject({ matchesEverything: true, devices: 2 });
    expect(tallies.get('Everything')?.overlaps).toContainEqual({ scenario: 'Normal service start', devices: 2 });
  });

  it('say of promises whether their devices have been seen since', () => {
    const by = { id: 'ana', name: 'Ana' };
    const promise = (key: string, at: Date) =>
      ({
        device: key,
        id: key,
        name: key,
        until: new Date(NOON.getTime() + 9 * DAY),
        reason: 'help desk',
        by,
        at,
      }) as never;
    const days = new Map([['a', NOON.getTime() / DAY + 1]]);
    const known = { size: 5, lastSeenDay: (key: string) => days.get(key) && Math.floor(days.get(key) ?? 0) };

    expect(
      tallyPromises(
        new Map([
          ['a', promise('a', NOON)],
          ['b', promise('b', NOON)],
        ] as never),
        { known },
        [],
      ),
    ).toMatchObject([{ reason: 'help desk', by: 'Ana', devices: 2, hit: 1, coversEverything: false, explainedToo: 0 }]);
  });
});

describe('how many of the tool’s three hunts agree', () => {
  it('ranks what is told: signature, execution and network before a signature alone', async () => {
    const world = await aWorldWith(events);
    happens('nobody has ever started it', new Date(later(world)), deviceOf('alone'));
    happens('the service starts, and its helper', new Date(later(world)), deviceOf('running'));
    const told = await runAfter(world, SIGNATURE);

    expect(told.map(({ name, agreement }) => [name, agreement?.agree.length])).toEqual([
      ['running.contoso.com', 3],
      ['alone.contoso.com', 1],
    ]);
  });

  it('counts a hunt that could not be asked for neither side', async () => {
    const world = await aWorldWith(events);
    const { respond } = world;
    world.respond = (kql) =>
      kql.includes('Firstsight_Devices') && kql.includes('RemoteUrl')
        ? new ServiceError('workspace', 'throttled', 'No.')
        : (respond?.(kql) ?? new Error());
    happens('the service starts, and its helper', new Date(later(world)));
    const [told] = await runAfter(world, SIGNATURE);

    expect(told?.agreement).toEqual({
      agree: ['litemanager-file-signature', 'litemanager-process'],
      differ: [],
      unknown: ['litemanager-network'],
    });
  });
});
