import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { aFleet, between, type Fleet, type Instance } from '../support/fleet.ts';
import { until } from '../support/until.ts';

const HUNTS = 8;
const WORKSPACES = 5;
const RUNS = HUNTS * WORKSPACES;

let fleet: Fleet;
let instances: readonly Instance[] = [];
beforeAll(async () => {
  fleet = await aFleet({ hunts: HUNTS, workspaces: WORKSPACES });
  fleet.workspace.takes = between(50, 200);
}, 120_000);
afterEach(async () => {
  await Promise.all(instances.map((instance) => instance.stop()));
});
afterAll(() => fleet.stop());

/** Everything is due; the first instance has the timer. */
async function allAtOnce(): Promise<void> {
  const completed = (): number => instances.reduce((sum, one) => sum + one.completed().length, 0);
  await instances[0]?.tick();
  await until('all runs to end', () => completed() >= RUNS, 120_000);
}
const eventsOf = (name: string): string[] =>
  instances.flatMap(({ logged }) =>
    logged.flatMap(({ event, fields }) => (event === name ? [String(fields['run'])] : [])),
  );
const troubles = (): unknown[] =>
  instances.flatMap(({ logged }) =>
    logged.filter(({ event }) => /failed|retried|skipped|poisoned|waiting/.test(event)),
  );

it.each([
  ['one instance', 1, 2],
  ['three instances', 3, 1],
])(
  'hunts that are due in the same minute in five workspaces are all run by %s, a slot once, with no more queries at once in a workspace than is set',
  async (_who, count, concurrency) => {
    instances = await fleet.start(count, concurrency);

    await allAtOnce();

    const ordered = eventsOf('run.queued').sort();
    expect(new Set(ordered).size).toBe(RUNS);
    expect(eventsOf('run.started').sort()).toEqual(ordered);
    expect(eventsOf('run.completed').sort()).toEqual(ordered);
    expect(troubles()).toEqual([]);
    for (const instance of instances) expect(instance.completed().length).toBeGreaterThan(0);
    expect(fleet.workspace.most.size).toBe(WORKSPACES);
    expect(Math.max(...fleet.workspace.most.values())).toBeLessThanOrEqual(concurrency);
    expect(fleet.workspace.answered()).toBeGreaterThanOrEqual(RUNS);
    const states = await fleet.services.runs.scopes();
    const slots = new Set(states.map(({ lastSlot }) => lastSlot?.getTime()));
    expect(states).toHaveLength(RUNS);
    expect(slots.size).toBe(1);
    for (const { lastRun, lease } of states) {
      expect(lastRun?.status).toBe('completed');
      expect(lease).toBeUndefined();
    }
  },
  150_000,
);
