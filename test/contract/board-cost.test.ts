import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableCases } from '../../src/azure/cases.ts';
import { tableConversations } from '../../src/azure/conversations.ts';
import { tableLedger } from '../../src/azure/ledger.ts';
import { tablePromises } from '../../src/azure/promises.ts';
import { tableRuns } from '../../src/azure/runs.ts';
import type { Table } from '../../src/azure/table.ts';
import { readDevice } from '../../src/board/device-view.ts';
import { readFilter } from '../../src/board/filter.ts';
import { readHunt } from '../../src/board/hunt-view.ts';
import { readOverview } from '../../src/board/overview.ts';
import { readRun } from '../../src/board/run-view.ts';

import { aFinding, NOON } from '../support/builders.ts';
import { azuriteTables } from '../support/azurite-tables.ts';
import { seedDevices, seedHunts, seedScopes, seedYear } from '../support/board-seed.ts';
import { memoryTable, type TableTraffic } from '../support/memory-table.ts';
import { aWorld } from '../support/services.ts';

let azurite: Awaited<ReturnType<typeof azuriteTables>>;
beforeAll(async () => {
  azurite = await azuriteTables();
});
afterAll(() => azurite.azurite.stop());

const WORKSPACES = ['corp', 'emea', 'apac', 'lab', 'ot'];
const ALL = readFilter(new URLSearchParams(), new Set(WORKSPACES));
const now = NOON;

type Counted = { readonly table: Table; readonly traffic: TableTraffic };
const inMemory = (): Counted => {
  const table = memoryTable();
  return { table, traffic: table.traffic };
};

/** A program over tables whose requests, and the rows they answer, are counted. */
async function aSoc(
  make: () => Counted,
  { hunts: count, devices, years }: { hunts: number; devices: number; years: number },
) {
  const [ledger, runs, cases, conversations] = [make(), make(), make(), make()];
  let rows = 0;
  const counting = ({ table }: Counted): Table => ({
    ...table,
    async *list(...asked) {
      for await (const row of table.list(...asked)) {
        rows += 1;
        yield row;
      }
    },
  });
  const tables = {
    ledger: counting(ledger),
    runs: counting(runs),
    cases: counting(cases),
    conversations: counting(conversations),
  };
  const hunts = seedHunts(count);
  const seed = { hunts, workspaces: WORKSPACES, now };
  await seedScopes(seed, tables);
  const { run } = await seedDevices(seed, tables, devices);
  const scopes = hunts.flatMap(({ id }) => WORKSPACES.map((workspace) => ({ hunt: id, workspace })));
  for (const scope of scopes.slice(0, years)) await seedYear(scope, now, tables.runs);
  const { services } = aWorld({ hunts, workspaces: WORKSPACES });
  services.ledger = tableLedger(tables.ledger);
  services.runs = tableRuns(tables.runs, () => now);
  services.cases = tableCases(tables.cases);
  services.promises = tablePromises(tables.ledger, () => now);
  services.conversations = tableConversations(tables.conversations);
  const spent = async <T>(
    act: () => Promise<T>,
  ): Promise<{ readonly value: T; readonly requests: number; readonly rows: number }> => {
    const total = (): number =>
      [ledger, runs, cases, conversations].reduce((sum, { traffic }) => sum + traffic.reads + traffic.writes, 0);
    const before = total();
    rows = 0;
    const value = await act();
    return { value, requests: total() - before, rows };
  };
  return { services, hunts, run, spent };
}

describe('the board, over 120 hunts in five workspaces that have run every day of a year', () => {
  it('is five requests and a row for each scope, in memory with all 219,000 runs', async () => {
    const { services, spent } = await aSoc(inMemory, { hunts: 120, devices: 1_000, years: 600 });

    const { value, requests, rows } = await spent(() => readOverview(ALL, services));

    expect(value.rows).toHaveLength(120);
    expect(requests).toBe(5);
    expect(rows).toBeLessThan(600 + 10);
  });

  it('is five requests and a row for each scope, in Table Storage', async () => {
    const make = (): Counted => azurite.make();
    const { services, spent } = await aSoc(make, { hunts: 120, devices: 200, years: 3 });

    const { value, requests, rows } = await spent(() => readOverview(ALL, services));

    expect(value.rows).toHaveLength(120);
    expect(value.counts).toMatchObject({ failing: 10, muted: 1, new: 2 });
    expect(requests).toBe(5);
    expect(rows).toBeLessThan(600 + 10);
  });
});

describe('the other pages', () => {
  it('of a hunt read one page of devices and thirty runs, however many there are', async () => {
    const make = (): Counted => azurite.make();
    const { services, spent, hunts } = await aSoc(make, { hunts: 3, devices: 6_000, years: 1 });
    const [hunt] = hunts;
    if (!hunt) throw new Error('There is a hunt.');

    const { value, requests, rows } = await spent(() => readHunt(hunt, { workspace: 'corp' }, services));

    expect(value.devices).toHaveLength(200);
    expect(value).toMatchObject({ total: 6_003, next: value.devices.at(-1)?.device });
    // Heads, the partitions of a large scope, lists of one request each, and cases of the runs that found what is shown.
    expect(requests).toBeLessThan(33 + 2 * 16 + 10);
    // A request per partition has a whole page ready, of which one page in all is shown.
    expect(rows).toBeLessThan(15 + 31 + 200 + 2 * 16 + 10);
  });

  it('of a device look in every scope, and read no other device', async () => {
    const { services, spent } = await aSoc(inMemory, { hunts: 4, devices: 6_000, years: 1 });

    const { value, requests, rows } = await spent(() => readDevice(aFinding('device-7').device, services));

    expect(value.entries).toMatchObject([{ scope: { workspace: 'corp' }, device: { name: 'wks-7.contoso.com' } }]);
    expect(requests).toBeLessThan(4 * 5 * 2 + 10);
    expect(rows).toBeLessThan(10);
  });

  it('of a run read the run and what was told of it', async () => {
    const { services, spent, run } = await aSoc(inMemory, { hunts: 2, devices: 100, years: 2 });

    const { value, requests } = await spent(() => readRun(run.id, services));

    expect(value).toMatchObject({ query: { certainty: 'as-asked' }, record: { id: run.id }, cases: [{}, {}] });
    expect(requests).toBe(3);
  });
});

it('stays the same on the second day of a hunt and after a year', async () => {
  const young = await aSoc(inMemory, { hunts: 5, devices: 10, years: 0 });
  const old = await aSoc(inMemory, { hunts: 5, devices: 10, years: 25 });

  const cost = async ({ services, spent }: typeof young) => {
    const { requests, rows } = await spent(() => readOverview(ALL, services));
    return { requests, rows };
  };

  expect(await cost(old)).toEqual(await cost(young));
});
