import { beforeAll, describe, expect, it } from 'vitest';
import { readEntries, type DeviceEntry } from '../../src/board/device-view.ts';
import { readAnswer } from '../../src/hunt/answer.ts';
import { deviceKeyOf } from '../../src/hunt/device-key.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { scheduledRunId } from '../../src/hunt/run.ts';
import { meantDevice } from '../../src/proof/meant-device.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { readExplain } from '../../local/hunt-explain.ts';
import { storyText } from '../../local/story-text.ts';
import type { DeviceRecord } from '../../src/services.ts';
import { DAY } from '../../src/time.ts';
import { aHunt, anAnswer, aRow, aScope } from '../support/builders.ts';
import { aWorld, CHANNEL, failure, type World } from '../support/services.ts';

const START = new Date('2026-01-01T06:00:00Z').getTime();
const at = (day: number): Date => new Date(START + day * DAY);

interface Match {
  readonly id: string;
  readonly name?: string;
  readonly day: number;
  /** When the row reached the workspace; at once unless said. */
  readonly arrived?: number;
  /** Only this version of the query finds it. */
  readonly only?: string;
}
const daily = (match: Match, until: number): Match[] =>
  Array.from({ length: until - match.day }, (_, n) => ({ ...match, day: match.day + n }));

/** Ninety days of one hunt. Nobody looks from day 12 to day 30; on day 8 the workspace fails; from day 40 the query is another. */
const MATCHES: readonly Match[] = [
  ...daily({ id: 'steady', day: -1.5 }, 90),
  ...daily({ id: 'moves', name: 'desk-1', day: 2.5 }, 9),
  ...daily({ id: 'moves', name: 'desk-2', day: 9.5 }, 34),
  { id: 'late', day: 30.5, arrived: 32.5 },
  ...daily({ id: 'widened', day: 30.5, only: '1.1.0' }, 50),
  ...daily({ id: 'leaves', day: 3.5 }, 11),
  ...daily({ id: 'leaves', day: 80.5 }, 90),
  ...daily({ id: 'twin', name: 'desk-2', day: 60.5 }, 90),
];
const RUN_DAYS = Array.from({ length: 91 }, (_, day) => day).filter((day) => day <= 12 || day >= 30);

const versions = ['1.0.0', '1.1.0'] as const;
const huntOn = (day: number): Hunt => {
  const version = versions[day >= 40 ? 1 : 0];
  return aHunt({ query: `T | where v == "${version}"`, version, lookback: 5 * DAY, forgetAfter: 30 * DAY });
};

let world: World;
beforeAll(async () => {
  world = aWorld();
  await world.services.conversations.put(CHANNEL);
  world.services.now = () => clock;
  let clock = at(0);
  let version: string = versions[0];
  world.services.workspaces = new Map([
    [
      'corp',
      {
        query(_kql, window, _signal, read) {
          if (clock.getTime() === at(8).getTime()) return Promise.reject(failure('denied'));
          const seen = MATCHES.filter(({ day, arrived = day, only = version }) => {
            const event = at(day);
            return (
              event > new Date(window.end.getTime() - 5 * DAY) &&
              event <= window.end &&
              at(arrived) <= clock &&
              only === version
            );
          });
          const rows = [...Map.groupBy(seen, ({ id, name = id }) => `${id} ${name}`).values()].map((own) => {
            const [first] = own;
            const days = own.map(({ day }) => day);
            const row = aRow(first?.id ?? '', first?.name ?? first?.id ?? '', at(Math.max(...days)).toISOString());
            return row.with(2, at(Math.min(...days)).toISOString());
          });
          return Promise.resolve(readAnswer(anAnswer(rows), read));
        },
      },
    ],
  ]);
  for (const day of RUN_DAYS) {
    clock = at(day);
    const hunt = huntOn(day);
    version = hunt.version ?? '';
    const order = {
      id: scheduledRunId(aScope(), clock),
      scope: aScope(),
      trigger: 'schedule',
      asOf: clock,
      slot: clock,
    } as const;
    await runHunt(hunt, order, false, world.services).catch(() => undefined);
  }
});

const entryOf = async (id: string): Promise<DeviceEntry> => {
  const [entry] = await readEntries(deviceKeyOf(id, ''), [aScope()], world.services);
  if (!entry) throw new Error(`Nobody knows ${id}.`);
  return entry;
};
const story = async (id: string): Promise<readonly string[]> => (await entryOf(id)).sentences.map(({ text }) => text);

const WATCHED =
  'The hunt in corp has a baseline of 1 Jan 2026 06:00 UTC: 73 complete runs, 1 failed; nobody looked from 13 Jan 2026 06:00 to 26 Jan 2026 06:00 UTC. The query is the same since 10 Feb 2026 06:00 UTC.';
const AS_OF = '(latest complete answer: 1 Apr 2026 06:00 UTC)';
const GAP = '1 other partial, blind or failed; nobody looked from 13 Jan 2026 06:00 to 26 Jan 2026 06:00 UTC';

describe('the story of a device', () => {
  it('of the baseline that is still there is short', async () => {
    expect(await story('steady')).toEqual([
      `Still there since 1 Jan 2026 06:00 UTC ${AS_OF}.`,
      WATCHED,
      '1 Jan 2026 06:00 UTC: in the baseline, called steady.',
      'First event 30 Dec 2025 18:00 UTC; last in an answer on 1 Apr 2026.',
      'Told 1 Jan 2026 06:00 UTC in 1 conversation; nobody has acknowledged it.',
    ]);
  });

  it('of one that was renamed and left says so', async () => {
    expect(await story('moves')).toEqual([
      `Gone since 8 Feb 2026: it was there for 36 days, last on 7 Feb 2026 ${AS_OF}.`,
      WATCHED,
      '4 Jan 2026 06:00 UTC: found, as new, called desk-1.',
      '11 Jan 2026 06:00 UTC: called desk-2 now, desk-1 before.',
      'First event 3 Jan 2026 18:00 UTC; last in an answer on 7 Feb 2026.',
      'Told 4 Jan 2026 06:00 UTC in 1 conversation; nobody has acknowledged it.',
      'Then known: Baseline of 1 Jan 2026 06:00 UTC; 3 complete runs before this one; no gap.',
      'Event 3 Jan 2026 18:00 UTC; arrived by 4 Jan 2026 06:00 UTC; first returned by complete run 4, 4 Jan 2026 06:00 UTC.',
    ]);
  });

  it('of one whose rows came late tells after which look they came', async () => {
    expect((await story('late')).slice(-2)).toEqual([
      `Then known: Baseline of 1 Jan 2026 06:00 UTC; 15 complete runs before this one, ${GAP}.`,
      'Event 31 Jan 2026 18:00 UTC; arrived after 2 Feb 2026 06:00 UTC, when a run had looked at its time; first returned by complete run 16, 3 Feb 2026 06:00 UTC.',
    ]);
  });

  it('of one that another query found claims neither that it is new nor when its rows came', async () => {
    expect((await story('widened')).slice(-2)).toEqual([
      'The query has changed since the run before (version 1.0.0 to 1.1.0): what looks new may have been there, unmatched.',
      'Event 5 Feb 2026 18:00 UTC; arrived by 10 Feb 2026 06:00 UTC; first returned by complete run 23, 10 Feb 2026 06:00 UTC.',
    ]);
  });

  it('of one that came back has both of its arrivals', async () => {
    const sentences = await story('leaves');
    expect(sentences).toContain('23 Mar 2026 06:00 UTC: back; last in an answer on 13 Jan 2026.');
    expect(sentences.filter((text) => text.startsWith('Told '))).toEqual([
      'Told 5 Jan 2026 06:00 UTC in 1 conversation; nobody has acknowledged it.',
      'Told 23 Mar 2026 06:00 UTC in 1 conversation; nobody has acknowledged it.',
    ]);
    expect(sentences.at(-1)).toContain('; now returned by complete run 64, 23 Mar 2026 06:00 UTC.');
  });

  it('rests, sentence by sentence, on what is stored', async () => {
    const { runs, cases } = world.services;
    for (const id of ['steady', 'moves', 'late', 'widened', 'leaves', 'twin']) {
      const { sentences, device } = await entryOf(id);
      expect(sentences.length).toBeGreaterThan(4);
      for (const { text, ground } of sentences) {
        if (ground.kind === 'run') {
          const record = await runs.find(ground.run);
          expect(record, text).toMatchObject({ status: 'completed' });
          expect(
            device.trail.some(({ run, at: clock }) => run === ground.run && +clock === +(record?.asOf ?? 0)),
            text,
          ).toBe(true);
        }
        if (ground.kind === 'case') expect(await cases.find(ground.id), text).toBeDefined();
      }
    }
  });

  it('says of scenarios that explain only some of what ran that they do only that', async () => {
    const { entries } = await readExplained({ explained: false, hidden: false });
    expect(entries).toContain(
      'Explained only in part by Backup job: 4 of 5 executions, noted on its card; judged first 1 Mar 2026 06:00 UTC.',
    );
    expect((await readExplained({ explained: true, hidden: true })).entries).toContain(
      'Explained by Backup job: 4 of 4 executions, left out of the cards; judged first 1 Mar 2026 06:00 UTC.',
    );
    expect((await readExplained({ explained: true, hidden: false, ended: true })).entries).toContain(
      'No longer explained; it was by Backup job: 4 of 4 executions, noted on its card; judged first 1 Mar 2026 06:00 UTC.',
    );
  });
});

/** The story of a device with an explanation like this. */
async function readExplained(more: { explained: boolean; hidden: boolean; ended?: boolean }) {
  const { device } = await entryOf('steady');
  const rest = more.explained ? [] : [{ by: [], executions: 1 }];
  const explanation = {
    ...{ device: device.device, id: device.id, name: device.name, at: new Date('2026-03-01T06:00:00Z') },
    ...{ matches: [...rest, { by: ['Backup job'], executions: 4 }], ended: false, ...more },
  };
  const { explanations } = world.services;
  const [entry] = await readEntries(device.device, [aScope()], {
    ...world.services,
    explanations: { ...explanations, all: () => Promise.resolve([explanation]) },
  });
  return { entries: entry?.sentences.map(({ text }) => text) };
}

describe('on a terminal', () => {
  const SMALL = { lines: 23, width: 80 };
  const linesOf = (text: string): readonly string[] => text.split('\n');

  it('a story names a record once, behind what rests on it', async () => {
    expect(linesOf(storyText(await entryOf('moves'))).slice(-6)).toEqual([
      '- Told 4 Jan 2026 06:00 UTC in 1 conversation; nobody has acknowledged it.',
      '  Then known: Baseline of 1 Jan 2026 06:00 UTC; 3 complete runs before this one;',
      '  no gap.',
      '  Event 3 Jan 2026 18:00 UTC; arrived by 4 Jan 2026 06:00 UTC; first returned by',
      '  complete run 4, 4 Jan 2026 06:00 UTC. [case',
      expect.stringMatching(/^ {2}20260104T060000000Z-\w+-slot-devices-found-\d+\]$/),
    ]);
  });

  it('it fits on the smallest screen; what is left out tells least, and is counted', async () => {
    const entry = await entryOf('leaves');
    const text = storyText({ ...entry, sentences: [...entry.sentences, ...promises(3)] }, SMALL);

    expect(linesOf(text).length).toBeLessThanOrEqual(23);
    expect(text).toMatch(/- \d more sentences: --all$/);
    // Why it is in its state, and what the latest card knew, stay; what the first card knew does not.
    expect(text).toContain('23 Mar 2026 06:00 UTC: back; last in an answer on 13 Jan 2026.');
    expect(text).toContain('complete run 64');
    expect(text).not.toContain('complete run 5');
    expect(storyText(entry, { ...SMALL, lines: Infinity })).toContain('complete run 5');
  });

  it('whatever its sentences are, it stays on the screen and steers no terminal', async () => {
    const entry = await entryOf('leaves');
    const name = '\u001b[2Jx\u202e'.repeat(30);
    const hostile = {
      ...{ ...entry, device: { ...entry.device, name, id: '\u0007'.repeat(90) } },
      sentences: [...entry.sentences, ...promises(30), { text: 'x'.repeat(700), ground: { kind: 'device' } as const }],
    };
    for (const one of [entry, hostile]) {
      const lines = linesOf(storyText(one, SMALL));
      expect(lines.length).toBeLessThanOrEqual(23);
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
      // eslint-disable-next-line no-control-regex -- what must not be there
      expect(lines.join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    }
  });

  const promises = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      text: `Expected until ${String(i)} Apr 2026: ${'a long reason '.repeat(12)}.`,
      ground: { kind: 'promise' } as const,
    }));
});

describe('what is asked on the command line', () => {
  it('is a device, and perhaps a hunt', () => {
    expect(readExplain(['desk-1'])).toEqual({ device: 'desk-1', all: false, json: false });
    expect(readExplain(['desk-1', 'litemanager', '--workspace', 'corp', '--all'])).toEqual({
      ...{ device: 'desk-1', hunt: 'litemanager', workspace: 'corp', all: true, json: false },
    });
  });

  it.each([
    [[], 'Name a device'],
    [[' '], 'Name a device'],
    [['a', 'b', 'c'], 'Name one device'],
    [['a', '--al'], "Unknown option '--al'"],
  ])('or is refused: %j', (args, said) => {
    expect(() => readExplain(args)).toThrow(said);
  });
});

describe('who is meant', () => {
  const meant = (text: string) => meantDevice(text, aScope(), world.services);

  it.each([
    ['by key', deviceKeyOf('late', ''), 'late'],
    ['by id', 'LATE', 'late'],
    ['by name', 'Widened', 'widened'],
    ['by a former name', 'desk-1', 'moves'],
  ])('%s', async (_how, text, id) => {
    expect(await meant(text)).toEqual({ device: deviceKeyOf(id, '') });
  });

  it('may be several', async () => {
    expect(await meant('desk-2')).toMatchObject({ several: [{ name: 'desk-2' }, { name: 'desk-2' }] });
  });

  it('is nobody when nothing is said, though devices without an id are known by their name', async () => {
    const { ledger } = world.services;
    const { device } = (await entryOf('steady')) as { readonly device: DeviceRecord };
    const nameless = async function* (): AsyncIterable<DeviceRecord> {
      yield await Promise.resolve({ ...device, id: '', name: 'by-its-name' });
    };
    const services = { ledger: { ...ledger, devices: nameless } };

    expect(await meantDevice(' ', aScope(), services)).toEqual({});
    expect(await meantDevice('by-its-name', aScope(), services)).toEqual({ device: device.device });
  });

  it('is perhaps another, when nobody is called so', async () => {
    expect(await meant('stedy')).toEqual({ near: 'steady' });
    expect(await meant('nothing like any of them')).toEqual({});
  });
});
