import { beforeEach, describe, expect, it } from 'vitest';
import { certificateCheck, type Event } from '../../local/telemetry/events.ts';
import { seeded } from '../../local/telemetry/random.ts';
import { SIGNERS } from '../../local/telemetry/signers.ts';
import { deviceOf } from '../../local/telemetry/story-telemetry.ts';
import { askedFreshness } from '../../src/freshness.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { sightOf } from '../../src/hunt/sight.ts';
import { ServiceError } from '../../src/errors.ts';
import { readAnswer, type ReadRows } from '../../src/hunt/answer.ts';
import { DAY, HOUR, MINUTE, type TimeWindow } from '../../src/time.ts';
import { aScope, NOON } from '../support/builders.ts';
import { engineOver } from '../support/engine-workspace.ts';
import { SIGNATURE } from '../support/litemanager.ts';
import { runAfter } from '../support/litemanager.ts';
import { aWorld, CHANNEL, type World } from '../support/services.ts';

const TABLE = 'DeviceFileCertificateInfo';
const hunt: Hunt = { ...SIGNATURE, tables: [TABLE] };
const random = seeded(8);
const [signer] = SIGNERS;
let world: World;
let events: Event[];

/** A check every ten minutes, on one of forty devices in turn. */
function receives(from: Date, to: Date, every = 10 * MINUTE): void {
  for (let at = from.getTime(), n = 0; at < to.getTime(); at += every, n += 1)
    if (signer) events.push(certificateCheck(deviceOf(String(n % 40)), signer, at, random));
}
const after = (time: number): Date => new Date(NOON.getTime() + time);
const news = (): string[] =>
  world.told.map(({ notice }) => (notice.kind === 'trouble' ? `${notice.kind} ${notice.trouble.code}` : notice.kind));
const state = async () => (await world.services.runs.scopes())[0];

beforeEach(async () => {
  events = [];
  world = aWorld({ hunts: [hunt] });
  await world.services.conversations.put(CHANNEL);
  world.respond = (kql) => engineOver(events, world.services.now)(kql);
});

describe('a table that falls silent', () => {
  it('an hour before the run is told as blind, once, and its recovery, once', async () => {
    receives(after(-3 * DAY), after(2 * HOUR));
    await runAfter(world, hunt, 0);
    for (const hour of [1, 2, 3, 4, 5]) {
      await runAfter(world, hunt, HOUR);
      if (hour === 4) receives(after(4 * HOUR + 30 * MINUTE), after(9 * HOUR));
    }
    await runAfter(world, hunt, HOUR);

    expect(news()).toEqual(['baseline-founded', 'trouble blind-hunt', 'recovered']);
    expect(world.told[1]?.notice).toMatchObject({
      trouble: {
        message: `${TABLE} has received nothing since 2026-11-23T13:50:00.000Z; of late it was never silent for longer than 10 minutes.`,
      },
    });
  });

  it('is reminded of while it lasts, as every trouble is', async () => {
    receives(after(-3 * DAY), NOON);
    await runAfter(world, hunt, 0);
    await runAfter(world, hunt, HOUR);
    await runAfter(world, hunt, DAY + MINUTE);

    expect(news()).toEqual(['baseline-founded', 'trouble blind-hunt', 'trouble blind-hunt']);
  });

  it('ends the run as blind, which does not count as having looked', async () => {
    receives(after(-3 * DAY), NOON);
    await runAfter(world, hunt, 0);
    await runAfter(world, hunt, HOUR);

    expect(await state()).toMatchObject({ lastRun: { outcome: 'blind' }, lastComplete: NOON });
  });

  it('from the very first founds no baseline, which would call everything new when it is back', async () => {
    await runAfter(world, hunt, 0);

    expect(news()).toEqual(['trouble blind-hunt']);
    expect((await state())?.lastRun).toMatchObject({ outcome: 'baseline-not-founded' });
    expect(world.told[0]?.notice).toMatchObject({
      trouble: { message: `${TABLE} has received nothing for 2d. The baseline was not founded.` },
    });
  });
});

describe('what is no silence', () => {
  it('a pause as long as the one of last night', () => {
    const flow = { table: TABLE, latest: after(-10 * HOUR), longestPause: 9 * HOUR, looked: 2 * DAY };

    expect(sightOf([flow], NOON, 45 * MINUTE)).not.toHaveProperty('blind');
    expect(sightOf([{ ...flow, longestPause: HOUR }], NOON, 45 * MINUTE)).toHaveProperty('blind');
  });

  it('a workspace that cannot be asked', async () => {
    const { respond } = world;
    world.respond = (kql) =>
      kql.includes('by Stretch')
        ? new ServiceError('workspace', 'throttled', 'Busy.')
        : (respond?.(kql) ?? new Error());
    await runAfter(world, hunt, 0);

    expect(news()).toEqual(['baseline-founded']);
    expect(
      world.logged.some(({ event, fields }) => event === 'evidence.failed' && fields['part'] === 'freshness'),
    ).toBe(true);
  });
});

describe('how many devices report', () => {
  it('stands with the counts of every run', async () => {
    receives(after(-3 * DAY), after(DAY));
    await runAfter(world, hunt, 0);

    expect((await state())?.lastRun).toMatchObject({ totals: { reporting: 40 } });
  });
});

describe('asking what tables receive', () => {
  it('is done once a tick for all hunts of a workspace, and again when it failed', async () => {
    receives(after(-DAY), NOON);
    const asked: string[] = [];
    let fails = true;
    const workspace = {
      query<T>(kql: string, _window: TimeWindow, _signal: AbortSignal, read: ReadRows<T>) {
        asked.push(kql);
        if (fails) return Promise.reject(new ServiceError('workspace', 'unavailable', 'Down.'));
        return Promise.resolve(readAnswer(engineOver(events, () => NOON)(kql), read));
      },
    };
    const freshness = askedFreshness(new Map([[aScope().workspace, workspace]]), world.services.log);
    const ask = (at: Date) => freshness.of(aScope().workspace, [TABLE], at, AbortSignal.timeout(5_000));

    expect(await ask(NOON)).toEqual([]);
    fails = false;
    const before = asked.length;
    const all = await Promise.all(Array.from({ length: 66 }, () => ask(NOON)));
    await ask(after(MINUTE));

    expect(asked.length - before).toBe(2);
    expect(all[65]?.[0]).toMatchObject({
      table: TABLE,
      devices: 40,
      latest: after(-10 * MINUTE),
      longestPause: 10 * MINUTE,
    });
  });
});
