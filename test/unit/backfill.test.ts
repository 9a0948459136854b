import { beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill.ts';
import { backfillClocks } from '../../src/hunt/coverage.ts';
import { foundsQuietly, requestedRunId, type RunOrder } from '../../src/hunt/run.ts';
import { readAnswer, type ReadRows } from '../../src/hunt/answer.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { DAY, HOUR, type TimeWindow } from '../../src/time.ts';
import { aHunt, anAnswer, aRunOrder, aScope, NOON } from '../support/builders.ts';
import { aWorld, CHANNEL, failure, type World } from '../support/services.ts';

const scope = aScope();
const hunt = aHunt();
const ago = (days: number): Date => new Date(NOON.getTime() - days * DAY);
const order = (more: Partial<RunOrder> = {}): RunOrder => ({
  id: requestedRunId(scope, NOON, 'cli'),
  scope,
  trigger: 'backfill',
  asOf: NOON,
  ...more,
});

let world: World;
/** What the workspace holds: a device and when it was seen. */
let telemetry: readonly (readonly [device: string, at: Date])[];
beforeEach(async () => {
  world = aWorld();
  await world.services.conversations.put(CHANNEL);
  telemetry = [
    ['month-old', ago(28)],
    ['fortnight-old', ago(14)],
    ['of-today', ago(0.5)],
  ];
  world.services.workspaces = new Map([
    [
      'corp',
      {
        query<T>(kql: string, window: TimeWindow, _signal: AbortSignal, read: ReadRows<T>): Promise<T> {
          world.asked.push({ kql, window });
          if (world.answer instanceof Error) return Promise.reject(world.answer);
          const seen = telemetry.filter(
            ([, at]) => at > new Date(window.end.getTime() - hunt.lookback) && at <= window.end,
          );
          const { columns } = anAnswer([]);
          const times = columns.map(({ name }) => name);
          const rows = anAnswer(seen.map(([device]) => device)).rows.map((row, n) =>
            row.map((cell, at) => (times[at] === 'LastSeen' ? (seen[n]?.[1].toISOString() ?? null) : cell)),
          );
          return Promise.resolve(readAnswer({ columns, rows }, read));
        },
      },
    ],
  ]);
});

describe('a backfill', () => {
  it('founds the baseline with what every window of the past saw, and tells nobody', async () => {
    const report = await backfill(hunt, order(), 30 * DAY, world.services);

    expect(report.outcome).toBe('baseline-founded');
    expect([...report.founding].map(({ id }) => id).sort()).toEqual(['fortnight-old', 'month-old', 'of-today']);
    expect(world.asked.map(({ window }) => window.end)).toEqual([25, 20, 15, 10, 5, 0].map(ago));
    expect(world.told).toEqual([]);
    expect(await world.services.outbox.open(scope)).toEqual([]);
  });

  it('leaves a world in which the next run tells only what the past did not have', async () => {
    await backfill(hunt, order(), 30 * DAY, world.services);
    telemetry = [...telemetry, ['new', NOON]];
    world.pass(HOUR);

    await runHunt(hunt, aRunOrder({ asOf: world.services.now() }), false, world.services);

    expect(world.told.map(({ notice }) => notice.kind)).toEqual(['devices-found']);
    expect(JSON.stringify(world.told[0]?.notice)).toContain('"new"');
    expect(JSON.stringify(world.told[0]?.notice)).not.toContain('month-old');
  });

  it('remembers on which day each device was seen last', async () => {
    await backfill(hunt, order(), 30 * DAY, world.services);

    const seen = new Map<string, string>();
    for await (const { id, lastSeen } of world.services.ledger.devices(scope))
      seen.set(id, lastSeen.toISOString().slice(0, 10));
    expect(seen.get('month-old')).toBe(ago(28).toISOString().slice(0, 10));
    expect(seen.get('of-today')).toBe(ago(0.5).toISOString().slice(0, 10));
  });

  it('covers its whole time, so that no run looks there again', async () => {
    await backfill(hunt, order(), 30 * DAY, world.services);

    const [state] = await world.services.runs.scopes();
    expect(state).toMatchObject({ coverage: { from: ago(30), until: NOON }, lastRun: { status: 'completed' } });
    expect(state?.lease).toBeUndefined();
  });

  it('refuses where there is a baseline, and changes nothing', async () => {
    await runHunt(hunt, aRunOrder({ asOf: NOON }), false, world.services);
    const known = (await world.services.ledger.open(scope)).baseline.known.size;
    world.pass(HOUR);
    const late = order({ id: requestedRunId(scope, world.services.now(), 'cli') });

    await expect(backfill(hunt, late, 30 * DAY, world.services)).rejects.toMatchObject({ code: 'baseline-exists' });

    expect((await world.services.ledger.open(scope)).baseline.known.size).toBe(known);
    expect((await world.services.runs.find(late.id))?.failure).toMatchObject({ code: 'baseline-exists' });
  });

  it('founds nothing when one window cannot be read, and can be tried again', async () => {
    world.answer = failure('timed-out');
    await expect(backfill(hunt, order(), 30 * DAY, world.services)).rejects.toThrow('timed-out');
    expect((await world.services.ledger.open(scope)).baseline.state).toBe('absent');
    expect(world.told).toEqual([]);

    world.answer = anAnswer([]);
    world.pass(HOUR);
    const again = order({ id: requestedRunId(scope, world.services.now(), 'cli') });
    expect((await backfill(hunt, again, 30 * DAY, world.services)).outcome).toBe('baseline-founded');
  });

  it('asks at clock readings a window apart, oldest first, and at least once', () => {
    expect(backfillClocks(NOON, 30 * DAY, 5 * DAY)).toHaveLength(6);
    expect(backfillClocks(NOON, 31 * DAY, 5 * DAY)[0]).toEqual(ago(30));
    expect(backfillClocks(NOON, HOUR, 5 * DAY)).toEqual([NOON]);
  });
});

describe('a baseline founded from a past day', () => {
  it('is not told when somebody asked for that day, and is when the run is of now', async () => {
    const past = aRunOrder({ id: requestedRunId(scope, NOON, 'abc'), trigger: 'request', asOf: ago(20) });
    expect(foundsQuietly(past)).toBe(true);
    expect(foundsQuietly({ ...past, asOf: NOON })).toBe(false);
    expect(foundsQuietly({ ...past, trigger: 'schedule' })).toBe(false);

    await runHunt(hunt, past, false, world.services);

    expect(world.told).toEqual([]);
    expect((await world.services.ledger.open(scope)).baseline.state).toBe('established');
  });
});
