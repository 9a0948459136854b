import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_DELIVERIES, runOrder } from '../../src/functions/on-queue.ts';
import { tick } from '../../src/functions/on-schedule.ts';
import { catchUpAt, coverageAfter, lateSweepAt } from '../../src/hunt/coverage.ts';
import { readAnswer } from '../../src/hunt/answer.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import { aHunt, anAnswer, aRow, aRun, NOON } from '../support/builders.ts';
import { aWorld, CHANNEL, failure, type World } from '../support/services.ts';

const hunt = aHunt();
const day = (n: number): Date => new Date(NOON.getTime() + n * DAY);

/** A match on a device: when it happened, and when its row reached the workspace. */
interface Match {
  readonly device: string;
  readonly at: Date;
  readonly arrived?: Date;
}

let world: World;
let matches: Match[];
let down: boolean;
beforeEach(async () => {
  world = aWorld();
  // Nobody here looks at cards; that they are told again is another test's.
  world.services.policy = { ...world.services.policy, escalateAfter: 0 };
  matches = [{ device: 'old', at: day(-1) }];
  down = false;
  await world.services.conversations.put(CHANNEL);
  world.services.workspaces = new Map([
    [
      'corp',
      {
        query(kql, window, _signal, read) {
          world.asked.push({ kql, window });
          if (down) return Promise.reject(failure('unavailable'));
          const start = new Date(window.end.getTime() - hunt.lookback);
          const now = world.services.now();
          const seen = matches.filter(({ at, arrived }) => at >= start && at <= window.end && (arrived ?? at) <= now);
          const rows = [...Map.groupBy(seen, ({ device }) => device)].map(([device, own]) =>
            aRow(device, device, own.at(-1)?.at.toISOString() ?? ''),
          );
          return Promise.resolve(readAnswer(anAnswer(rows), read));
        },
      },
    ],
  ]);
});

/** The platform for so many days: ticks, and a queue that delivers five times. `dead`: nothing of it runs. */
async function live(days: number, dead = false): Promise<void> {
  for (let n = 0; n < (days * DAY) / (15 * MINUTE); n += 1) {
    world.pass(15 * MINUTE);
    if (dead) continue;
    // The platform calls the timer again, whatever came of it.
    await tick(world.services).catch(() => undefined);
    for (const order of world.queued.splice(0)) {
      for (let delivery = 1; delivery <= MAX_DELIVERIES; delivery += 1) {
        const done = await runOrder(order, delivery, world.services).then(
          () => true,
          () => false,
        );
        if (done) break;
      }
    }
  }
}
/** Nothing can be read or written until the returned function is called. */
function withoutStorage(): () => void {
  const { services } = world;
  const { runs, ledger, outbox, cases, conversations, retention, kept, promises } = services;
  const stored = { runs, ledger, outbox, cases, conversations, retention, kept, promises };
  const dead = { get: () => () => Promise.reject(failure('unavailable', 'table-storage')) };
  for (const name of Object.keys(stored) as (keyof typeof stored)[])
    Object.assign(services, { [name]: new Proxy(stored[name], dead) });
  return () => void Object.assign(services, stored);
}
const told = (): string[] =>
  world.told.flatMap(({ notice }) => (notice.kind === 'devices-found' ? notice.findings.map(({ id }) => id) : []));
const triggers = (): string[] =>
  world.logged.flatMap(({ event, fields }) => (event === 'run.started' ? [String(fields['trigger'])] : []));

describe('after an outage', () => {
  it('of the timer for twelve hours nothing floods and nothing is skipped', async () => {
    await live(2);
    matches.push({ device: 'new', at: day(2.2) }, { device: 'old', at: day(2.2) });
    await live(0.5, true);
    await live(1);

    expect(told()).toEqual(['new']);
    expect(triggers()).not.toContain('catch-up');
  });

  it.each([
    ['the timer', true],
    ['the workspace', false],
  ])(
    'of %s for nine days, longer than the window, what happened in between is caught up, once',
    async (_what, dead) => {
      await live(2);
      down = !dead;
      matches.push({ device: 'in-between', at: day(3) }, { device: 'recent', at: day(9) });
      await live(9, dead);
      down = false;
      await live(2);

      expect(told().sort()).toEqual(['in-between', 'recent']);
      expect(triggers().filter((trigger) => trigger === 'catch-up')).toHaveLength(1);
      const caughtUp = world.told.filter(
        ({ notice }) => notice.kind === 'devices-found' && notice.context.trigger === 'catch-up',
      );
      expect(caughtUp).toHaveLength(1);
    },
  );

  it('of storage for two hours the slot that fell into it is answered when storage is back, once', async () => {
    await live(2);
    matches.push({ device: 'new', at: day(2.7) });
    // From 05:00 to 07:00: the slot is at 06:00.
    await live(17 / 24);
    const back = withoutStorage();
    await live(2 / 24);
    back();
    world.told.length = 0;
    await live(0.5);

    expect(told()).toEqual(['new']);
    expect(world.told).toHaveLength(1);
    expect(triggers().filter((trigger) => trigger === 'schedule')).toHaveLength(4);
  });

  it('of forty days as many windows are asked as there are, oldest first, and only once', async () => {
    await live(2);
    for (let n = 3; n < 40; n += 3) matches.push({ device: `d${String(n)}`, at: day(n) });
    await live(40, true);
    world.asked.length = 0;
    await live(1);

    const past = world.asked.map(({ window }) => window.end).filter((end) => end < day(37));
    expect(told()).toHaveLength(13);
    expect(past.map((end) => Math.floor((end.getTime() - NOON.getTime()) / DAY))).toEqual([6, 11, 16, 21, 26, 31, 36]);
    expect(past).toEqual([...past].sort((a, b) => a.getTime() - b.getTime()));
    expect(triggers().filter((trigger) => trigger === 'catch-up').length).toBeLessThanOrEqual(8);
  });

  it('of a year only the latest windows are asked, and it ends', async () => {
    await live(2);
    await live(365, true);
    world.asked.length = 0;
    await live(2);

    expect(world.asked.length).toBeLessThanOrEqual(20);
    world.asked.length = 0;
    await live(1);
    expect(world.asked.length).toBeLessThanOrEqual(3);
  });
});

describe('rows that arrive late', () => {
  it('but inside the window are found by the next run', async () => {
    await live(8);
    matches.push({ device: 'late', at: day(5), arrived: day(8.1) });
    await live(2);

    expect(told()).toEqual(['late']);
    expect(world.told.at(-1)?.notice.context.trigger).toBe('schedule');
  });

  it('when their window has passed are found by the daily look back, and told as late', async () => {
    await live(12);
    matches.push({ device: 'late', at: day(6), arrived: day(12.5) });
    await live(2);

    expect(told()).toEqual(['late']);
    expect(world.told.at(-1)?.notice.context.trigger).toBe('late-sweep');
  });

  it('are looked for once a day, and never before there was a baseline', async () => {
    matches.push({ device: 'before', at: day(-6) });
    await live(15);

    expect(told()).toEqual([]);
    expect(triggers().filter((trigger) => trigger === 'late-sweep')).toHaveLength(11);
  });
});

describe('what is covered', () => {
  const run = (asOf: Date, trigger: 'schedule' | 'catch-up' | 'request' = 'schedule') => aRun({ asOf, trigger });
  const covered = { from: day(0), until: day(10) };

  it('grows with every run that reaches back to it', () => {
    expect(coverageAfter(undefined, run(day(5)))).toEqual({ from: day(0), until: day(5) });
    expect(coverageAfter(covered, run(day(15)))).toEqual({ from: day(0), until: day(15) });
    expect(coverageAfter(covered, run(day(15.1)))).toEqual(covered);
    expect(coverageAfter(covered, run(day(7), 'request'))).toEqual(covered);
    expect(coverageAfter(covered, run(day(20), 'catch-up'))).toEqual({ from: day(0), until: day(20) });
  });

  it('says which window is to be asked next', () => {
    expect(catchUpAt(covered, day(15), hunt.lookback)).toBeUndefined();
    expect(catchUpAt(covered, day(21), hunt.lookback)).toEqual(day(15));
    expect(catchUpAt(covered, day(100), hunt.lookback)).toEqual(day(40));
    expect(catchUpAt(undefined, day(21), hunt.lookback)).toBeUndefined();
  });

  it('is looked at for late rows one window back, once that window is covered', () => {
    expect(lateSweepAt(covered, hunt.lookback, day(9.9))).toBeUndefined();
    expect(lateSweepAt(covered, hunt.lookback, new Date(day(10).getTime() + HOUR))).toEqual(
      new Date(day(5).getTime() + HOUR),
    );
  });
});
