import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_DELIVERIES, runOrder } from '../../src/functions/on-queue.ts';
import { tick } from '../../src/functions/on-schedule.ts';
import type { HuntId } from '../../src/hunt/hunt.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import { aHunt, anAnswer, aScope } from '../support/builders.ts';
import { aWorld, CHANNEL, failure, type World } from '../support/services.ts';

let world: World;
beforeEach(() => {
  world = aWorld();
});

/** Runs everything that is on the queue, as the queue function would. */
const drain = async (): Promise<void> => {
  for (let order = world.queued.shift(); order; order = world.queued.shift())
    await runOrder(order, 1, world.services).catch(() => undefined);
};
const slots = (): string[] => world.queued.map(({ slot }) => slot?.toISOString().slice(5, 16) ?? 'none');

describe('a tick', () => {
  it('queues a hunt that never ran, and then every slot once', async () => {
    const seen: string[] = [];
    for (let i = 0; i < 3 * 24 * 12; i += 1) {
      await tick(world.services);
      seen.push(...slots());
      await drain();
      world.pass(5 * MINUTE);
    }

    expect(seen).toEqual(['11-23T06:00', '11-24T06:00', '11-25T06:00', '11-26T06:00']);
  });

  it('queues one message for each hunt and workspace', async () => {
    const other = aHunt({
      id: 'bbbbbbbb-0000-0000-0000-000000000000' as HuntId,
      slug: 'other',
      schedule: '0 0 * * * *',
    });
    world = aWorld({ hunts: [aHunt(), other], workspaces: ['corp', 'emea'] });

    await tick(world.services);

    expect(world.queued).toHaveLength(4);
    expect(new Set(world.queued.map(({ id }) => id)).size).toBe(4);
  });

  it('queues 120 hunts in 5 workspaces that are due at the same minute, each once', async () => {
    const hunts = Array.from({ length: 120 }, (_, n) =>
      aHunt({ id: `${String(n).padStart(8, '0')}-0000-0000-0000-000000000000` as HuntId, slug: `hunt-${String(n)}` }),
    );
    world = aWorld({ hunts, workspaces: ['a', 'b', 'c', 'd', 'e'] });

    await tick(world.services);
    world.pass(5 * MINUTE);
    await tick(world.services);

    expect(world.queued).toHaveLength(600);
    expect(new Set(world.queued.map(({ id }) => id)).size).toBe(600);
  });

  it('queues the same slot only once while its run has not begun', async () => {
    await tick(world.services);
    world.pass(5 * MINUTE);
    await tick(world.services);

    expect(world.queued).toHaveLength(1);
  });

  it('queues a slot again whose run met another run when it was to be tried again', async () => {
    await tick(world.services);
    await drain();
    world.pass(DAY);
    world.answer = failure('unavailable');
    await tick(world.services);
    const [slot] = world.queued;
    await drain();
    world.pass(20 * MINUTE);

    await tick(world.services);

    expect(world.queued.map(({ id }) => id)).toEqual([slot?.id]);
  });

  it('sends the message of a slot again when it seems to be lost', async () => {
    await tick(world.services);
    await drain();
    world.pass(DAY);
    await tick(world.services);
    const lost = world.queued.splice(0);
    world.pass(20 * MINUTE);

    await tick(world.services);

    expect(world.queued.map(({ id }) => id)).toEqual(lost.map(({ id }) => id));
  });

  it('offers a slot again whose run failed of what may pass, less and less often, and until it is answered', async () => {
    await world.services.conversations.put(CHANNEL);
    world.answer = anAnswer(['old']);
    await tick(world.services);
    await drain();
    world.pass(DAY - 6 * HOUR);
    world.answer = failure('unavailable');
    const attempts: number[] = [];
    const start = world.services.now().getTime();
    for (let n = 0; n < 12 * 12; n += 1) {
      if (n === 100) world.answer = anAnswer(['old', 'new']);
      await tick(world.services);
      for (const order of world.queued.splice(0)) {
        attempts.push((world.services.now().getTime() - start) / MINUTE);
        await runOrder(order, MAX_DELIVERIES, world.services);
      }
      world.pass(5 * MINUTE);
    }

    expect(attempts).toEqual([0, 10, 20, 30, 40, 55, 75, 100, 135, 180, 240, 320, 430, 550]);
    expect(world.told.map(({ notice }) => notice.kind)).toEqual([
      'baseline-founded',
      'trouble',
      'devices-found',
      'recovered',
    ]);
  });

  it('leaves a slot alone whose run failed of what somebody must mend', async () => {
    await tick(world.services);
    await drain();
    world.pass(DAY);
    world.answer = failure('denied');
    await tick(world.services);
    for (const order of world.queued.splice(0)) await runOrder(order, MAX_DELIVERIES, world.services);
    world.pass(6 * HOUR);

    await tick(world.services);

    expect(world.queued).toEqual([]);
  });

  it('asks once for all slots that were missed', async () => {
    await tick(world.services);
    await drain();
    world.pass(9 * DAY);

    await tick(world.services);

    expect(slots()).toEqual(['12-02T06:00']);
  });

  it('leaves its heartbeat only when everything due could be queued', async () => {
    await tick(world.services);
    expect(await world.services.runs.lastTick()).toEqual(world.services.now());
    const last = world.services.now();
    await drain();
    world.pass(DAY);
    world.services.queue.send = () => Promise.reject(failure('unavailable', 'queue-storage'));

    await expect(tick(world.services)).rejects.toThrow('Some hunts could not be queued.');

    expect(await world.services.runs.lastTick()).toEqual(last);
  });

  it('tells what a dead run had left to tell', async () => {
    world.answer = anAnswer(['a']);
    await tick(world.services);
    await drain();
    expect(world.told).toEqual([]);
    await world.services.conversations.put(CHANNEL);
    world.pass(5 * MINUTE);

    await tick(world.services);

    expect(world.told.map(({ notice }) => notice.kind)).toEqual(['baseline-founded']);
    expect((await world.services.runs.scopes())[0]).not.toHaveProperty('unsettledSince');
    world.pass(HOUR);
    await tick(world.services);
    expect(world.told).toHaveLength(1);
  });
});

describe('slots that no run answers', () => {
  const ticks = async (hours: number): Promise<void> => {
    for (let n = 0; n < hours * 12; n += 1) {
      await tick(world.services);
      world.pass(5 * MINUTE);
    }
  };
  const kinds = (): string[] => world.told.map(({ notice }) => notice.kind);

  beforeEach(() => {
    world = aWorld({ hunts: [aHunt({ schedule: '0 0 * * * *' })] });
  });

  it('are told after the second one, once, and so is the recovery', async () => {
    await world.services.conversations.put(CHANNEL);
    await tick(world.services);
    await drain();
    world.told.length = 0;

    await ticks(2);
    expect(kinds()).toEqual([]);
    await ticks(6);
    expect(kinds()).toEqual(['trouble']);
    expect(world.told[0]?.notice).toMatchObject({ trouble: { code: 'slots-missed' }, reminder: false });

    await drain();
    expect(kinds()).toEqual(['trouble', 'recovered']);
  });

  it('are told of a hunt that has never run, too', async () => {
    await world.services.conversations.put(CHANNEL);

    await ticks(4);

    expect(kinds()).toEqual(['trouble']);
  });

  it('do not fill the queue with the same runs', async () => {
    await ticks(24);

    expect(world.queued.length).toBeLessThan(24 * 5);
    expect(new Set(world.queued.map(({ id }) => id)).size).toBe(24);
  });

  it('are told again every day', async () => {
    await world.services.conversations.put(CHANNEL);

    await ticks(4 + 48);

    expect(kinds()).toEqual(['trouble', 'trouble', 'trouble']);
  });

  it('are not told when the timer itself was away: its first tick has only just queued the run', async () => {
    await world.services.conversations.put(CHANNEL);
    await tick(world.services);
    await drain();
    world.told.length = 0;

    world.pass(12 * HOUR);
    await tick(world.services);
    await drain();
    await ticks(1);

    expect(kinds()).toEqual([]);
  });
});

describe('what is kept only to look back at', () => {
  it('is swept once a day, and what the program needs stays', async () => {
    const swept = (): number => world.logged.filter(({ event }) => event === 'sweep.completed').length;
    world.answer = anAnswer(['old']);
    for (let n = 0; n < 40; n += 1) {
      await tick(world.services);
      await drain();
      world.pass(12 * HOUR);
    }
    expect(swept()).toBe(21);
    const before = await world.services.runs.recent(aScope(), 100);

    world.pass(400 * DAY);
    await tick(world.services);

    expect(before.length).toBeGreaterThan(20);
    expect((await world.services.runs.recent(aScope(), 100)).length).toBeLessThanOrEqual(1);
    expect((await world.services.ledger.open(aScope())).baseline.known.size).toBe(1);
  });

  it('is kept for ever where nothing is to be taken away', async () => {
    world.services.policy = { ...world.services.policy, retain: 0 };
    await tick(world.services);
    await drain();
    world.pass(4_000 * DAY);

    await tick(world.services);

    expect(world.logged.map(({ event }) => event)).not.toContain('sweep.completed');
    expect(await world.services.runs.recent(aScope(), 100)).toHaveLength(2);
  });
});
