import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableCanaries } from '../../src/azure/canaries.ts';
import { tableRuns } from '../../src/azure/runs.ts';
import type { Table } from '../../src/azure/table.ts';
import { departing, landed, passed } from '../../src/hunt/canary-flight.ts';
import { canaryScope, STAGES, type CanaryState } from '../../src/hunt/canary.ts';
import { scheduledRunId } from '../../src/hunt/run.ts';
import { MINUTE } from '../../src/time.ts';
import { aRunOrder, aScope, NOON } from '../support/builders.ts';
import { azuriteTables } from '../support/azurite-tables.ts';
import { memoryTable } from '../support/memory-table.ts';

let azurite: Awaited<ReturnType<typeof azuriteTables>>;
beforeAll(async () => {
  azurite = await azuriteTables();
});
afterAll(() => azurite.azurite.stop());

const scope = canaryScope('corp');
const id = scheduledRunId(scope, NOON);
const at = (minutes: number): Date => new Date(NOON.getTime() + minutes * MINUTE);
const calm: CanaryState = { schedule: '0 30 7 * * 1', since: NOON };

describe.each([
  ['in memory', (): Table => memoryTable()],
  ['in Table Storage', (): Table => azurite.make().table],
])('where canaries are, %s', (_where, make) => {
  it('is nothing at first', async () => {
    const canaries = tableCanaries(make());

    expect(await canaries.find(scope)).toBeUndefined();
    expect(await canaries.all()).toEqual([]);
  });

  it('comes back as it was noted, with its instants', async () => {
    const canaries = tableCanaries(make());
    const flown = landed(passed(departing(calm, id, at(1)), id, 'begun', at(2)), id, [
      { target: '19:x@thread.tacv2', at: at(3), stored: true },
    ]);
    const missing = {
      since: at(4),
      stage: 'told',
      message: 'm',
      targets: ['19:y'],
      tellings: 1,
      toldAs: 'told 19:y',
    } as const;
    const state: CanaryState = { ...flown, missing, ...(flown.flight && { arrived: flown.flight }) };

    await canaries.change(scope, () => state);

    expect(await canaries.find(scope)).toEqual(state);
    expect(await canaries.all()).toEqual([{ scope, state }]);
  });

  it('is kept for each workspace', async () => {
    const canaries = tableCanaries(make());
    await canaries.change(scope, () => calm);
    await canaries.change(canaryScope('emea'), () => ({ ...calm, schedule: 'off' }));

    expect((await canaries.all()).map(({ scope: { workspace }, state }) => [workspace, state.schedule]).sort()).toEqual(
      [
        ['corp', '0 30 7 * * 1'],
        ['emea', 'off'],
      ],
    );
  });

  it('loses no stage of two that are noted at once', async () => {
    const canaries = tableCanaries(make());
    await canaries.change(scope, () => departing(calm, id, NOON));
    const stages = STAGES.slice(3, 7);

    await Promise.all(
      stages.map((stage, n) => canaries.change(scope, (state = calm) => passed(state, id, stage, at(n)))),
    );

    const marks = (await canaries.find(scope))?.flight?.marks.map(({ stage }) => stage) ?? [];
    expect(marks.sort()).toEqual(['scheduled', ...stages].sort());
  });

  it('writes nothing where nothing changes, however long a state was before', async () => {
    const table = make();
    const canaries = tableCanaries(table);
    const long = { ...calm, schedule: 'x'.repeat(70_000) };
    await canaries.change(scope, () => long);
    await canaries.change(scope, () => calm);
    const [before] = await rowsOf(table);

    expect(await canaries.change(scope, (state = long) => state)).toEqual(calm);

    expect((await rowsOf(table))[0]?.etag).toBe(before?.etag);
  });

  it('is no scope and no run, though it stands in the table of the runs', async () => {
    const table = make();
    const canaries = tableCanaries(table);
    const runs = tableRuns(table, () => NOON);
    await runs.order(aRunOrder());
    await canaries.change(scope, () => calm);

    expect(await runs.scopes()).toEqual([]);
    expect(await runs.recent(scope, 10)).toEqual([]);
    expect(await runs.recent(aScope(), 10)).toHaveLength(1);
    expect(await canaries.all()).toHaveLength(1);
  });
});

async function rowsOf(table: Table) {
  const rows = [];
  for await (const row of table.list('canary', '0', 'g')) rows.push(row);
  return rows;
}
