import { beforeEach, describe, expect, it } from 'vitest';
import { readDevice } from '../../src/board/device-view.ts';
import { readFilter } from '../../src/board/filter.ts';
import { readOverview } from '../../src/board/overview.ts';
import { actOnCase } from '../../src/case-actions.ts';
import { deviceKeyOf } from '../../src/hunt/device-key.ts';
import { runOrder } from '../../src/functions/on-queue.ts';
import { CANARY_HUNT, canaryScope, flightTime, STAGES } from '../../src/hunt/canary.ts';
import { planRun } from '../../src/hunt/run.ts';
import { overviewBody } from '../../src/pages/board/overview-page.ts';
import type { DeviceRecord, Target } from '../../src/services.ts';
import { UNKNOWN_NAME } from '../../src/hunt/name-hash.ts';
import { DAY, dayOf, HOUR, MINUTE } from '../../src/time.ts';
import { anAnswer, aRunOrder } from '../support/builders.ts';
import { aCanaryWorld, HOURLY, type CanaryWorld } from '../support/canary-world.ts';
import { engineOver } from '../support/engine-workspace.ts';
import { CHANNEL, failure } from '../support/services.ts';

const SECOND_CHANNEL: Target = { id: 'second', kind: 'channel', reference: {}, rules: [] };
const scope = canaryScope('corp');

let world: CanaryWorld;
beforeEach(async () => {
  world = await aCanaryWorld();
});

const liveUntilMinute = async (minute: number): Promise<void> => {
  do await world.live(5 * MINUTE);
  while (world.services.now().getUTCMinutes() !== minute);
};
const devicesOf = async ({ services }: CanaryWorld): Promise<readonly DeviceRecord[]> => {
  const devices: DeviceRecord[] = [];
  for await (const device of services.ledger.devices(scope)) devices.push(device);
  return devices;
};
const logged = (event: string) => world.logged.filter((line) => line.event === event);
const alarms = (): readonly string[] => world.cards().filter((card) => card.includes('missing'));

describe('a canary', () => {
  it('leaves at the first tick and passes every stage that a finding passes', async () => {
    await world.live(10 * MINUTE);

    const state = await world.state();
    expect(state?.arrived?.marks.map(({ stage }) => stage)).toEqual(STAGES);
    expect(state?.arrived?.landings).toMatchObject([{ target: 'channel', stored: true }]);
    expect(world.cards()).toEqual(['channel canary']);
    expect(await world.health()).toEqual([]);
    expect(logged('canary.arrived')).toHaveLength(1);
  });

  it('is a new device each time, in a baseline that was founded without a word', async () => {
    await world.live(3 * HOUR);

    const devices = await devicesOf(world);
    expect(devices.map(({ name, state }) => [name, state])).toEqual(
      devices.map(() => ['firstsight-canary', 'newly-seen']),
    );
    expect(devices).toHaveLength(4);
    expect(world.cards()).toEqual(devices.map(() => 'channel canary'));
  });

  it('asks the workspace with the clock pinned, and for no table', async () => {
    await world.live(5 * MINUTE);

    expect(world.asked.map(({ kql }) => kql)).toEqual([expect.stringContaining('datetime(2026-11-23T11:30:00.000Z)')]);
    expect(world.asked[0]?.kql).not.toMatch(/now\(\)|Device[A-Z]\w+Events/);
  });

  it('says how long it took, from the queue to the last conversation', async () => {
    world.teams = () => {
      world.pass(4_200);
    };
    await world.live(10 * MINUTE);

    const arrived = (await world.state())?.arrived;
    expect(arrived && flightTime(arrived)).toBe(4_200);
  });

  it('flies once a slot', async () => {
    await world.live(DAY);

    expect(world.asked).toHaveLength(25);
  });

  it('of several workspaces is shown in Teams once, and watched in each', async () => {
    world = await aCanaryWorld({ hunts: [], workspaces: ['corp', 'emea'] });
    await world.live(10 * MINUTE);

    expect(world.cards()).toEqual(['channel canary']);
    expect(world.told[0]?.notice).toMatchObject({ context: { workspace: 'corp' }, others: ['emea'] });
    expect((await world.state('emea'))?.arrived?.marks.map(({ stage }) => stage)).toEqual(STAGES);
  });

  it('is not shown where somebody wrote "unsubscribe canary", and arrives all the same', async () => {
    await world.services.conversations.setRules(CHANNEL.id, [{ topic: 'canary', on: false }]);
    await world.live(DAY);

    expect(world.cards()).toEqual([]);
    expect(await world.health()).toEqual([]);
    expect(logged('notice.waiting')).toEqual([]);
    expect(logged('canary.missing')).toEqual([]);
  });

  it('is told only once by a Teams that was away for hours, however many were due', async () => {
    await world.live(10 * MINUTE);
    world.told.length = 0;
    world.teams = () => {
      throw failure('unavailable', 'teams');
    };
    await world.live(6 * HOUR);
    world.teams = () => undefined;
    await world.live(15 * MINUTE);

    expect(world.cards().filter((card) => card.endsWith('canary'))).toHaveLength(1);
  });

  it('that is tried again after a crash between remembering and telling is the same device', async () => {
    const { outbox } = world.services;
    world.services.outbox = { ...outbox, open: () => Promise.reject(failure('unavailable', 'table-storage')) };
    await world.live(10 * MINUTE);
    world.services.outbox = outbox;
    await world.live(15 * MINUTE);

    expect(world.cards().filter((card) => card.endsWith('canary'))).toHaveLength(1);
  });
});

describe('a canary is on no list of findings:', () => {
  it('not on the board, in its charts, its digest or what waits for an answer', async () => {
    await world.live(3 * HOUR);
    const services = world.composed();

    const overview = await readOverview(readFilter(new URLSearchParams(), new Set(['corp'])), services);

    expect(overview).toMatchObject({ rows: [], unanswered: [] });
    expect(new Set(overview.timeline)).toEqual(new Set([0]));
    expect(overview.canary?.arrivedAt).toEqual(expect.any(Date));
    expect(await services.cases.unanswered(new Date(0), 10)).toEqual([]);
    expect(await services.cases.overdue(new Date('2030-01-01'))).toEqual([]);
    expect(services.hunts.all()).toEqual([]);
    expect(services.hunts.find('canary')).toBeUndefined();
    const [device] = await devicesOf(world);
    expect((await readDevice(device?.device ?? deviceKeyOf('x', ''), services)).entries).toEqual([]);
  });

  it('and the board says in one line that it arrived, or where it is', async () => {
    const page = async () => {
      const filter = readFilter(new URLSearchParams(), new Set(['corp']));
      const { hunts, now } = world.services;
      const overview = await readOverview(filter, world.composed());
      return overviewBody({ overview, filter, workspaces: ['corp'], hunts, now: now() }).html;
    };
    await world.live(10 * MINUTE);
    expect(await page()).toMatch(/canary arrived <time[^>]+>5 min ago<\/time>, in 0 ms/);

    world.respond = () => failure('denied');
    await world.live(2 * HOUR);
    expect(await page()).toContain('The canary is missing in corp: The workspace corp did not answer: It is denied.');
  });
});

it('a canary flies on when nobody can write down where it is, and nobody is alarmed when that is over', async () => {
  const { canaries } = world.services;
  world.services.canaries = { ...canaries, change: throws('table-storage') };
  await world.live(10 * MINUTE);
  expect(world.cards()).toEqual(['channel canary']);
  expect(logged('canary.unmarked').length).toBeGreaterThan(0);

  world.services.canaries = canaries;
  await world.live(3 * HOUR);

  expect(world.cards()).toEqual(['channel canary', 'channel canary', 'channel canary', 'channel canary']);
  expect(logged('canary.missing')).toEqual([]);
});

it.each(STAGES.slice(1, -1))(
  'a canary of which nobody could note that it was %s has arrived all the same',
  async (stage) => {
    const { canaries } = world.services;
    world.services.canaries = {
      ...canaries,
      async change(of, change) {
        const before = await canaries.find(of);
        const after = change(before);
        if (after.flight?.marks.at(-1)?.stage === stage && before?.flight?.marks.at(-1)?.stage !== stage)
          throw failure('unavailable', 'table-storage');
        return canaries.change(of, change);
      },
    };
    await world.live(15 * MINUTE);

    const arrived = (await world.state())?.arrived;
    expect(arrived?.marks.map((mark) => mark.stage)).toEqual(STAGES.filter((one) => one !== stage));
  },
);

it('a canary that is delivered before anybody could note that it is queued is watched all the same', async () => {
  const { canaries } = world.services;
  world.services.queue = { send: (order) => runOrder(order, 1, world.composed()) };
  await world.live(10 * MINUTE);

  const arrived = (await canaries.find(scope))?.arrived;
  expect(arrived?.marks.map(({ stage }) => stage).sort()).toEqual([...STAGES].sort());
  expect(arrived && flightTime(arrived)).toBe(0);
});

describe('a healthy pipeline never alarms', () => {
  const quiet = async (): Promise<void> => {
    expect(alarms()).toEqual([]);
    expect(logged('canary.missing')).toEqual([]);
    expect(await world.health()).toEqual([]);
  };

  it('right after a deployment, before and after the first tick', async () => {
    await quiet();
    for (let n = 0; n < 24; n += 1) {
      await world.live(5 * MINUTE);
      await quiet();
    }
  });

  it('with a canary a week', async () => {
    world.schedule('0 30 7 * * 1');
    for (let n = 0; n < 15; n += 1) {
      await world.live(DAY);
      await quiet();
    }
    expect(world.cards()).toHaveLength(3);
  });

  it.each([
    ['a denser', '0 30 7 * * 1', HOURLY],
    ['a sparser', HOURLY, '0 30 7 * * 1'],
    ['another', '0 30 7 * * *', '0 45 10 * * *'],
  ])('when it is given %s schedule', async (_what, before, after) => {
    world.schedule(before);
    await world.live(3 * DAY);
    world.schedule(after);
    for (let n = 0; n < 36; n += 1) {
      await quiet();
      await world.live(5 * MINUTE);
    }
  });

  it('while it is off, and when it is switched on again after weeks or within the hour', async () => {
    await world.live(2 * HOUR);
    for (const pause of [20 * DAY, 10 * MINUTE]) {
      world.schedule(undefined);
      await world.live(pause);
      await quiet();
      world.schedule(HOURLY);
      for (let n = 0; n < 24; n += 1) {
        await quiet();
        await world.live(5 * MINUTE);
      }
    }
  });

  it('when it was switched off with one in the air', async () => {
    world.platform.queue = false;
    await world.live(10 * MINUTE);
    world.schedule(undefined);
    await world.live(10 * MINUTE);
    world.queued.length = 0;
    world.platform.queue = true;
    await world.live(3 * DAY);
    world.schedule(HOURLY);
    for (let n = 0; n < 24; n += 1) {
      await world.live(5 * MINUTE);
      await quiet();
    }
  });

  it('at the end of an outage of everything, with one in the air or not', async () => {
    for (const inTheAir of [false, true]) {
      await liveUntilMinute(25);
      world.platform.queue = !inTheAir;
      await liveUntilMinute(35);
      world.platform.timer = false;
      world.platform.queue = false;
      const before = logged('canary.missing').length;
      world.pass(9 * HOUR);
      world.platform.timer = true;
      world.platform.queue = true;
      for (let n = 0; n < 24; n += 1) {
        await world.live(5 * MINUTE);
        expect(await world.health()).toEqual([]);
      }
      expect(logged('canary.missing').length - before).toBe(0);
    }
  });

  it('while runs take minutes', async () => {
    world.respond = () => {
      world.pass(8 * MINUTE);
      return failure('throttled');
    };
    await world.live(5 * MINUTE);
    world.respond = (await aCanaryWorld()).respond ?? fail();
    await world.live(2 * HOUR);

    expect(alarms()).toEqual([]);
  });
});

const fail = (): never => {
  throw new Error('It is there.');
};
const throws = (service: 'table-storage' | 'teams' | 'workspace' | 'queue-storage') => () =>
  Promise.reject(failure('unavailable', service));
const answers = (answer: ReturnType<typeof anAnswer>) => (its: CanaryWorld) => {
  its.respond = () => answer;
};

/** Each breaks one stage; `says` is what the alarm names. `silent`: nobody in Teams could be told of it. */
const BREAKS: readonly {
  readonly what: string;
  /** May answer how it is mended, where giving back the services is not enough. */
  readonly breaks: (its: CanaryWorld) => unknown;
  readonly says: string;
  readonly silent?: true;
}[] = [
  {
    what: 'the queue takes nothing',
    breaks: (its) => void (its.services.queue = { send: throws('queue-storage') }),
    says: 'The timer has not put it into the queue.',
  },
  {
    what: 'the lease is stuck',
    breaks: async (its) => {
      const order = aRunOrder({ scope, asOf: its.services.now(), trigger: 'request' });
      const { runs, now } = its.services;
      const ticket = await runs.begin(planRun(order, CANARY_HUNT, 0), 30 * DAY, now());
      return () => runs.finish(ticket, { at: now(), status: 'completed', settled: true });
    },
    says: 'holds the lease of the canary until',
  },
  {
    what: 'the queue loses its messages',
    breaks: (its) => void (its.platform.queue = false),
    says: 'The queue has not delivered it.',
  },
  {
    what: 'the ledger cannot be read',
    breaks: (its) => void (its.services.ledger = { ...its.services.ledger, open: throws('table-storage') }),
    says: 'The ledger could not be read: It is unavailable.',
  },
  {
    what: 'the workspace denies access',
    breaks: (its) => {
      its.respond = () => failure('denied');
    },
    says: 'The workspace corp did not answer: It is denied.',
  },
  {
    what: 'the workspace times out',
    breaks: (its) => {
      its.respond = () => failure('timed-out');
    },
    says: 'The workspace corp did not answer: It is timed-out.',
  },
  {
    what: 'the workspace answers nothing',
    breaks: answers(anAnswer([])),
    says: 'The workspace corp answered, but without any row.',
  },
  {
    what: 'the workspace answers something else',
    breaks: answers(anAnswer(['somebody'])),
    says: 'The workspace corp answered, but without the canary.',
  },
  {
    what: 'the workspace answers in part',
    breaks: (its) => {
      const answer = engineOver([], its.services.now);
      its.respond = (kql) => ({ ...answer(kql), partial: { code: 'PartialError', message: 'm' } });
    },
    says: 'The workspace corp answered, but only in part (PartialError).',
  },
  {
    what: 'the answer of the workspace breaks off in the middle',
    breaks: (its) => {
      const { workspaces } = its.services;
      its.services.workspaces = new Map(
        [...workspaces].map(([alias, workspace]) => [
          alias,
          {
            async query(kql, window, signal, read) {
              await workspace.query(kql, window, signal, read);
              throw failure('unavailable');
            },
          },
        ]),
      );
    },
    says: 'The workspace corp did not answer: It is unavailable.',
  },
  {
    what: 'the comparison takes everything for known',
    breaks: (its) => {
      const { ledger, now } = its.services;
      its.services.ledger = {
        ...ledger,
        async open(of) {
          const session = await ledger.open(of);
          const day = dayOf(now());
          const known = {
            ...session.baseline.known,
            lastSeenDay: () => day,
            recall: () => ({ place: 0, day, nameHash: UNKNOWN_NAME, firstSeen: 0 }),
          };
          return { ...session, baseline: { ...session.baseline, known } };
        },
      };
    },
    says: 'The comparison with earlier canaries has not called it new.',
  },
  {
    what: 'the comparison cannot be done',
    breaks: (its) => {
      const { ledger } = its.services;
      const lost = (): never => {
        throw failure('unavailable', 'table-storage');
      };
      its.services.ledger = {
        ...ledger,
        async open(of) {
          const session = await ledger.open(of);
          const known = { ...session.baseline.known, lastSeenDay: lost, recall: lost };
          return { ...session, baseline: { ...session.baseline, known } };
        },
      };
    },
    says: 'The comparison with earlier canaries failed: It is unavailable.',
  },
  {
    what: 'the comparison loses what the workspace answered',
    breaks: (its) => {
      const { workspaces } = its.services;
      its.services.workspaces = new Map(
        [...workspaces].map(([alias, workspace]) => [
          alias,
          {
            query: (kql, window, signal, read) =>
              workspace.query(kql, window, signal, () => ({ ...read(), end: () => read().end() })),
          },
        ]),
      );
    },
    says: 'The comparison with earlier canaries has not called it new.',
  },
  {
    what: 'the ledger does not commit',
    breaks: (its) => {
      const { ledger } = its.services;
      const open: typeof ledger.open = async (of) => ({ ...(await ledger.open(of)), commit: throws('table-storage') });
      its.services.ledger = { ...ledger, open };
    },
    says: 'The ledger has not remembered it: It is unavailable.',
  },
  {
    what: 'the outbox is not drained',
    breaks: (its) => void (its.services.outbox = { ...its.services.outbox, open: throws('table-storage') }),
    says: 'The outbox has not offered it.',
    silent: true,
  },
  {
    what: 'Teams refuses one conversation for good',
    breaks: async (its) => {
      await its.services.conversations.put(SECOND_CHANNEL);
      its.teams = ({ id }) => {
        if (id === 'second') throw failure('denied', 'teams');
      };
    },
    says: 'Teams has not accepted it in conversation second.',
  },
  {
    what: 'Teams does not answer in one conversation',
    breaks: async (its) => {
      await its.services.conversations.put(SECOND_CHANNEL);
      its.teams = ({ id }) => {
        if (id === 'second') throw failure('unavailable', 'teams');
      };
    },
    says: 'Teams has not accepted it in conversation second.',
  },
  {
    what: 'Teams does not answer at all',
    breaks: (its) => {
      its.teams = () => {
        throw failure('unavailable', 'teams');
      };
    },
    says: 'Teams has not accepted it in conversation channel.',
    silent: true,
  },
  {
    what: 'Teams refuses every conversation for good',
    breaks: (its) => {
      its.teams = () => {
        throw failure('denied', 'teams');
      };
    },
    says: 'Teams has not accepted it in conversation channel.',
    silent: true,
  },
  {
    what: 'nobody is left to tell',
    breaks: (its) => its.services.conversations.remove(CHANNEL.id),
    says: 'There is no Teams conversation that could be told.',
    silent: true,
  },
  {
    what: 'the word that Teams has it is lost',
    breaks: (its) => {
      const { outbox } = its.services;
      its.services.outbox = {
        ...outbox,
        async claim(open, lease) {
          const claim = await outbox.claim(open, lease);
          return claim?.notice.kind === 'devices-found' ? { ...claim, told: throws('table-storage') } : claim;
        },
      };
    },
    says: 'Teams has it in channel, but the outbox could not store that.',
  },
];

describe.each(BREAKS)('when $what', ({ breaks, says, silent }) => {
  it('the canary notices within one period, says where, and says when it is over', async () => {
    await world.live(2 * HOUR);
    expect(await world.health()).toEqual([]);
    const { services, respond = fail, teams } = world;
    const whole = { ...services };
    const mends = await breaks(world);
    // The next leaves at half past, the one after that an hour later.
    await world.live(85 * MINUTE);

    expect(logged('canary.missing')[0]?.fields['reason']).toContain(says);
    expect(await world.health()).toEqual([expect.stringMatching(/^canary-missing: The canary in corp: /)]);
    expect((await world.health())[0]).toContain(says);
    expect(alarms()).toEqual(silent ? [] : [expect.stringContaining(says)]);

    Object.assign(services, whole);
    Object.assign(world, { respond, teams });
    world.platform.queue = true;
    if (typeof mends === 'function') await (mends as () => unknown)();
    for (const target of await services.conversations.list()) await services.conversations.put(target);
    if ((await services.conversations.list()).length === 0) await services.conversations.put(CHANNEL);
    await world.live(90 * MINUTE);

    expect(await world.health()).toEqual([]);
    // What could not be told may be told late, but never without its end.
    const ends = world.cards().filter((card) => card === 'channel recovered');
    expect(ends).toHaveLength(alarms().filter((card) => card.startsWith('channel')).length);
    const before = logged('canary.missing').length;
    await world.live(3 * HOUR);
    expect(logged('canary.missing')).toHaveLength(before);
  });
});

describe('when the timer is dead', () => {
  it('health notices by itself that the next one has not left', async () => {
    await world.live(2 * HOUR);
    world.platform.timer = false;
    await world.live(85 * MINUTE);

    expect(await world.health()).toEqual([
      'canary-missing: The canary in corp: The timer has not sent the one of 2026-11-23T14:30:00.000Z.',
    ]);
  });

  it('health says where one is that was in the air', async () => {
    await liveUntilMinute(25);
    world.platform.queue = false;
    await liveUntilMinute(35);
    world.platform.timer = false;
    await world.live(30 * MINUTE);

    expect((await world.health())[0]).toContain('The queue has not delivered it.');
  });
});

describe('a canary that is missing', () => {
  it('is told once, is followed by another every hour at most, and its return is told', async () => {
    world.schedule('0 30 7 * * 1');
    const { respond = fail } = world;
    world.respond = () => failure('denied');
    await world.live(2 * DAY);
    expect(alarms()).toHaveLength(1);
    expect(world.asked.length).toBeGreaterThan(24);
    expect(world.asked.length).toBeLessThan(50);

    world.respond = respond;
    await world.live(2 * HOUR);

    expect(world.cards().slice(1)).toEqual(['channel canary', 'channel recovered']);
    expect(await world.health()).toEqual([]);
    await world.live(DAY);
    expect(world.cards()).toHaveLength(3);
  });

  it('is told again when another stage is the first that fails', async () => {
    world.respond = () => failure('denied');
    await world.live(3 * HOUR);
    world.platform.queue = false;
    await world.live(3 * HOUR);

    expect(alarms()).toMatchObject([
      expect.stringContaining('did not answer'),
      expect.stringContaining('The queue has not delivered it.'),
    ]);
  });

  it('is told to conversations that do not want to see canaries, too', async () => {
    await world.services.conversations.setRules(CHANNEL.id, [{ topic: 'canary', on: false }]);
    world.respond = () => failure('denied');
    await world.live(2 * HOUR);

    expect(alarms()).toHaveLength(1);
  });

  it('because of one conversation is over when that one has one, or is gone', async () => {
    for (const mend of [
      () => world.services.conversations.put(SECOND_CHANNEL),
      () => world.services.conversations.remove(SECOND_CHANNEL.id),
    ]) {
      world = await aCanaryWorld();
      world.schedule('0 30 7 * * 1');
      await world.services.conversations.put(SECOND_CHANNEL);
      world.teams = ({ id }) => {
        if (id === 'second') throw failure('denied', 'teams');
      };
      await world.live(5 * HOUR);
      expect(world.cards()).toEqual(['channel canary', expect.stringContaining('channel missing')]);

      world.teams = () => undefined;
      await mend();
      await world.live(2 * HOUR);

      expect(world.cards().filter((card) => card.endsWith('recovered'))).toContain('channel recovered');
      expect(await world.health()).toEqual([]);
    }
  });

  it('is followed by another at once when somebody presses "Run now"', async () => {
    world.schedule('0 30 7 * * 1');
    const { respond = fail } = world;
    world.respond = () => failure('denied');
    await world.live(HOUR);
    const card = world.told.at(-1)?.case.id ?? '';
    world.respond = respond;

    await actOnCase(card, { verb: 'run', replyTo: CHANNEL.id }, { id: 'ana', name: 'Ana' }, world.composed());
    await world.live(5 * MINUTE);
    await world.live(5 * MINUTE);

    expect(world.cards().slice(1)).toEqual(['channel canary', 'channel recovered']);
    expect(world.said[0]?.text).toContain('canary in corp: 1 new');
  });

  it('is forgotten when canaries are switched off', async () => {
    world.respond = () => failure('denied');
    await world.live(2 * HOUR);
    world.schedule(undefined);
    await world.live(10 * MINUTE);

    expect(await world.health()).toEqual([]);
    expect((await world.state())?.missing).toBeUndefined();
  });
});
