import { describe, expect, it } from 'vitest';
import { tick } from '../../src/functions/on-schedule.ts';
import { runHunt } from '../../src/run-hunt.ts';
import type { Target } from '../../src/services.ts';
import { caseCard, caseSummary, CARD_BUDGET } from '../../src/teams/card.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import { LISTED, type WeekDigest } from '../../src/hunt/week-digest.ts';
import { aCase, aHunt, anAnswer, aRunOrder, NOON } from '../support/builders.ts';
import { aWorld, CHANNEL, failure, type World } from '../support/services.ts';

const OTHER: Target = { ...CHANNEL, id: 'other' };

/** Two channels, of which the first wants the digest; a hunt that has found a device. NOON is a Monday. */
async function aSoc(): Promise<World> {
  const world = aWorld();
  const { services } = world;
  for (const target of [CHANNEL, OTHER]) await services.conversations.put(target);
  await services.conversations.setRules(CHANNEL.id, [{ topic: 'digest', on: true }]);
  world.answer = anAnswer(['old']);
  await runHunt(aHunt(), aRunOrder({ asOf: services.now() }), false, services);
  world.pass(HOUR);
  world.answer = anAnswer(['old', 'new']);
  await runHunt(aHunt(), aRunOrder({ asOf: services.now() }), false, services);
  return world;
}
const digests = ({ told }: World) =>
  told.flatMap(({ target, notice }) => (notice.kind === 'digest' ? [{ target, week: notice.week }] : []));

describe('the digest of the week', () => {
  it('comes to whoever asked for it, and to nobody else', async () => {
    const world = await aSoc();

    await tick(world.services);

    expect(digests(world)).toMatchObject([
      {
        target: 'channel',
        week: { newDevices: 1, open: 1, found: [{ slug: aHunt().slug, count: 1 }], coverage: { hunts: 1, scopes: 1 } },
      },
    ]);
  });

  it('comes once a week, however often the timer ticks', async () => {
    const world = await aSoc();

    for (let hours = 0; hours < 15 * 24; hours += 6) {
      await tick(world.services);
      world.pass(6 * HOUR);
    }

    expect(digests(world)).toHaveLength(3);
  });

  it('comes at the next tick when somebody asks for the first', async () => {
    const world = await aSoc();
    await world.services.conversations.setRules(CHANNEL.id, []);
    await tick(world.services);
    world.pass(3 * DAY);
    await world.services.conversations.setRules(OTHER.id, [{ topic: 'digest', on: true }]);

    await tick(world.services);

    expect(digests(world).map(({ target }) => target)).toEqual(['other']);
  });

  it('waits for a Teams that is down, and then comes once', async () => {
    const world = await aSoc();
    world.teams = () => {
      throw failure('unavailable', 'teams');
    };
    await tick(world.services);
    world.teams = () => undefined;

    for (let n = 0; n < 3; n += 1) {
      world.pass(5 * MINUTE);
      await tick(world.services);
    }

    expect(digests(world)).toHaveLength(1);
  });

  it('comes once when the process dies before it is noted that it came', async () => {
    const world = await aSoc();
    const { runs } = world.services;
    world.services.runs = { ...runs, finish: () => Promise.reject(new Error('died')) };
    await tick(world.services);
    world.services.runs = runs;

    world.pass(HOUR);
    await tick(world.services);
    await tick(world.services);

    expect(digests(world)).toHaveLength(1);
  });

  it('is told by one of two processes that tick at once', async () => {
    const world = await aSoc();

    await Promise.all([tick(world.services), tick(world.services)]);

    expect(digests(world)).toHaveLength(1);
  });

  it('does not keep the timer from its work when it fails', async () => {
    const world = await aSoc();
    world.services.cases = { ...world.services.cases, unanswered: () => Promise.reject(new Error('no')) };

    await tick(world.services);

    expect(await world.services.runs.lastTick()).toEqual(world.services.now());
    expect(world.logged).toContainEqual(expect.objectContaining({ event: 'tick.failed' }));
  });
});

describe('the card of the digest', () => {
  const long = (n: number) => ({
    slug: `a-hunt-with-a-long-name-${String(n)}-`.repeat(4),
    count: 9_999,
    words: '<b>'.repeat(300),
  });
  const week: WeekDigest = {
    from: NOON,
    until: NOON,
    found: Array.from({ length: LISTED }, (_, n) => long(n)),
    newDevices: 1_234,
    open: 7,
    since: NOON,
    failed: Array.from({ length: LISTED }, (_, n) => long(n)),
    failedHunts: 12,
    noisy: Array.from({ length: LISTED }, (_, n) => long(n)),
    coverage: { hunts: 120, workspaces: 5, scopes: 600, seeing: 588, notLoaded: 1, muted: 2 },
  };
  const context = {
    hunt: aHunt(),
    workspace: 'all',
    run: aRunOrder().id,
    trigger: 'schedule',
    asOf: NOON,
    window: { start: NOON, end: NOON },
  } as const;
  const about = aCase({ kind: 'digest', context, week });

  it('says everything in one line and fits, whatever it holds', () => {
    const text = JSON.stringify(caseCard(about));

    expect(caseSummary(about)).toBe('The week: 1,234 new devices, 7 unanswered, 12 hunts in trouble');
    expect(text).toContain('120 hunts in 5 workspaces: 98 % see what they should; 1 file not loaded; 2 muted');
    expect(Buffer.byteLength(text)).toBeLessThan(CARD_BUDGET);
    expect(text).toContain('Noisy: worth tuning');
  });

  it('asks for no answer', () => {
    expect(caseCard(about, { page: 'https://app/case' }).actions).toEqual([]);
  });
});
