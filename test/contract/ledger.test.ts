import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableLedger } from '../../src/azure/ledger.ts';
import { partitionOf, shardOf } from '../../src/azure/ledger-rows.ts';
import { tableOutbox } from '../../src/azure/outbox.ts';
import type { Table } from '../../src/azure/table.ts';
import type { HuntReport } from '../../src/hunt/report.ts';
import { assembleReport } from '../../src/hunt/compare.ts';
import type { Notice } from '../../src/hunt/notice.ts';
import type { DeviceRecord, LedgerSession } from '../../src/services.ts';
import { DAY, dayOf, MINUTE } from '../../src/time.ts';
import { aFinding, aHunt, anAnswer, aRun, aScope, NOON } from '../support/builders.ts';
import { azuriteTables, type StormyTable } from '../support/azurite-tables.ts';
import { memoryTable } from '../support/memory-table.ts';

let azurite: Awaited<ReturnType<typeof azuriteTables>>;
beforeAll(async () => {
  azurite = await azuriteTables();
});
afterAll(() => azurite.azurite.stop());

const scope = aScope();
const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `device-${String(from + i)}`);
const at = (minutes: number): Date => new Date(NOON.getTime() + minutes * MINUTE);

/** What a run at `asOf` reports about these devices, compared with the session's baseline. */
function reportOf(session: LedgerSession, devices: readonly string[], asOf: Date): HuntReport {
  const report = assembleReport({
    hunt: aHunt(),
    run: aRun({ asOf }),
    asked: '',
    answer: anAnswer(devices),
    baseline: session.baseline,
    lastComplete: new Date(asOf.getTime() - DAY),
  });
  if ('missingColumns' in report) throw new Error('The builder answers all columns.');
  return report;
}

async function run(table: Table, devices: readonly string[], asOf: Date) {
  const session = await tableLedger(table).open(scope);
  const report = reportOf(session, devices, asOf);
  return { report, receipt: await session.commit(report) };
}

/** Tells everything that is pending, and says what. */
async function tellAll(table: Table): Promise<Notice[]> {
  const outbox = tableOutbox(table, () => at(60));
  const notices: Notice[] = [];
  for (const open of await outbox.open(scope)) {
    const claim = await outbox.claim(open, MINUTE);
    if (!claim) continue;
    notices.push(claim.notice);
    await claim.told('channel', { activityId: 'a', at: NOON });
    await claim.settle();
  }
  return notices;
}
const toldIds = (notices: readonly Notice[]): string[] =>
  notices.flatMap((notice) => (notice.kind === 'devices-found' ? notice.findings.map(({ id }) => id) : [])).sort();

async function devicesOf(table: Table): Promise<DeviceRecord[]> {
  const devices: DeviceRecord[] = [];
  for await (const device of tableLedger(table).devices(scope)) devices.push(device);
  return devices;
}

describe.each([
  ['in memory', () => memoryTable()],
  ['in Table Storage', () => azurite.make().table],
])('the ledger %s', (_where, make) => {
  it('lists its devices in pages, and says when nothing has changed', async () => {
    const table = make();
    await run(table, ids(0, 150), NOON);
    await run(table, ids(0, 151), at(5));
    const ledger = tableLedger(table);
    const before = await ledger.list(scope);
    const seen: DeviceRecord[] = [];
    for (let page = 0; page < 4; page += 1) {
      const after = seen.at(-1)?.device;
      let read = 0;
      for await (const device of before.devices({ pageSize: 50, ...(after !== undefined && { after }) })) {
        seen.push(device);
        if ((read += 1) === 50) break;
      }
    }
    const all: DeviceRecord[] = [];
    for await (const device of ledger.devices(scope)) all.push(device);
    expect(seen).toEqual(all);
    expect(before).toMatchObject({ size: 151, since: NOON });

    await run(table, ids(0, 151), at(10));
    expect((await ledger.list(scope)).revision).toBe(before.revision);
    await run(table, ids(0, 152), at(15));
    expect((await ledger.list(scope)).revision).not.toBe(before.revision);
  });

  it('finds one device without reading the others, in small scopes and in large ones', async () => {
    for (const count of [3, 5_001]) {
      const table = make();
      await run(table, ids(0, count), NOON);
      const { device } = aFinding('device-2');

      const scopes = [aScope({ workspace: 'elsewhere' }), scope];
      expect(await tableLedger(table).find(device, scopes)).toMatchObject([
        { scope, device: { id: 'device-2', state: 'baseline', device, lastSeen: new Date('2026-11-23T00:00:00Z') } },
      ]);
      expect(await tableLedger(table).find(aFinding('nobody').device, scopes)).toEqual([]);
    }
  });

  it('has no baseline before a first run, and does not take that for an empty one', async () => {
    const { baseline } = await tableLedger(make()).open(scope);

    expect(baseline.state).toBe('absent');
  });

  it('founds a baseline once, with one notice that counts its devices', async () => {
    const table = make();

    const { receipt } = await run(table, ids(0, 120), NOON);

    const { baseline } = await tableLedger(table).open(scope);
    expect(receipt.recorded).toBe(120);
    expect(baseline).toMatchObject({ state: 'established', since: NOON });
    expect(baseline.known.size).toBe(120);
    const notices = await tellAll(table);
    expect(notices).toMatchObject([{ kind: 'baseline-founded', total: 120 }]);
    expect(notices[0]?.kind === 'baseline-founded' && notices[0].devices).toHaveLength(97);
    expect(await tellAll(table)).toEqual([]);
  });

  it('founds a baseline without any device, from which the first one is news', async () => {
    const table = make();
    await run(table, [], NOON);
    await tellAll(table);

    await run(table, ['first'], at(1));

    expect(toldIds(await tellAll(table))).toEqual(['first']);
  });

  it('tells every new device once, however many a run finds', async () => {
    const table = make();
    await run(table, ids(0, 10), NOON);
    await tellAll(table);

    const { report, receipt } = await run(table, ids(0, 215), at(1));

    const perShard = Map.groupBy(report.findings, ({ device }) => shardOf(device));
    const needed = [...perShard.values()].reduce((sum, found) => sum + Math.ceil(found.length / 97), 0);
    expect(receipt).toEqual({ recorded: 205, alreadyRecorded: 0, transactions: needed });
    expect(toldIds(await tellAll(table))).toEqual(ids(10, 215).sort());
    const { receipt: again } = await run(table, ids(0, 215), at(2));
    expect(again.transactions).toBe(0);
    expect(await tellAll(table)).toEqual([]);
  });

  it('splits what one shard has new over as many transactions as it needs', async () => {
    const table = make();
    await run(table, [], NOON);
    await tellAll(table);
    const oneShard = ids(0, 9_000)
      .filter((id) => shardOf(aFinding(id).device) === 7)
      .slice(0, 200);

    const { receipt } = await run(table, oneShard, at(1));

    expect(receipt).toEqual({ recorded: 200, alreadyRecorded: 0, transactions: 3 });
    expect(toldIds(await tellAll(table))).toEqual([...oneShard].sort());
  });

  it('tells a device again, as returning, when it was gone for longer than the hunt remembers', async () => {
    const table = make();
    await run(table, ['stays', 'leaves'], NOON);
    for (let day = 1; day <= 31; day += 1) await run(table, ['stays'], new Date(NOON.getTime() + day * DAY));
    await tellAll(table);

    await run(table, ['stays', 'leaves'], new Date(NOON.getTime() + 32 * DAY));

    const notices = await tellAll(table);
    expect(notices).toMatchObject([
      { findings: [{ id: 'leaves', novelty: 'returning', lastSeenBefore: new Date(dayOf(NOON) * DAY) }] },
    ]);
    expect(await devicesOf(table)).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ id: 'leaves', state: 'returning', firstSeen: new Date('2026-11-20T10:00:00Z') }),
      ]) as DeviceRecord[],
    );
  });

  it('moves the day a device was last seen forward, never back', async () => {
    const table = make();
    await run(table, ['d'], NOON);
    await run(table, ['d'], new Date(NOON.getTime() + 2 * DAY));
    await run(table, ['d'], new Date(NOON.getTime() + DAY));

    const [device] = await devicesOf(table);

    expect(device?.lastSeen).toEqual(new Date((dayOf(NOON) + 2) * DAY));
  });

  it('records each device of two overlapping runs once', async () => {
    const table = make();
    await run(table, [], NOON);
    await tellAll(table);
    const [one, two] = await Promise.all([tableLedger(table).open(scope), tableLedger(table).open(scope)]);

    const receipts = await Promise.all([
      one.commit(reportOf(one, ids(0, 60), at(1))),
      two.commit(reportOf(two, ids(30, 90), at(2))),
    ]);

    expect(receipts.reduce((sum, { recorded }) => sum + recorded, 0)).toBe(90);
    expect(toldIds(await tellAll(table))).toEqual(ids(0, 90).sort());
    expect(await devicesOf(table)).toHaveLength(90);
  });

  it('may be asked to commit the same report twice', async () => {
    const table = make();
    await run(table, [], NOON);
    await tellAll(table);
    const session = await tableLedger(table).open(scope);
    const report = reportOf(session, ids(0, 5), at(1));

    await session.commit(report);

    expect(await session.commit(report)).toEqual({ recorded: 0, alreadyRecorded: 5, transactions: 0 });
    expect(toldIds(await tellAll(table))).toEqual(ids(0, 5));
  });

  it('stores nothing of a partial first answer', async () => {
    const table = make();
    const session = await tableLedger(table).open(scope);

    await session.commit({ ...reportOf(session, ['d'], NOON), outcome: 'baseline-not-founded' });

    expect((await tableLedger(table).open(scope)).baseline.state).toBe('absent');
  });

  it('keeps hostile names as they are and lets none of them into a key', async () => {
    const table = make();
    const hostile = [
      "a'b",
      '../../x',
      '/\\#?',
      '\u202ereversed',
      '=cmd|calc',
      'n'.repeat(1000),
      '{{DATE()}}',
      'Ünïcode',
    ];
    await run(table, [], NOON);
    await tellAll(table);

    await run(table, hostile, at(1));

    expect((await devicesOf(table)).map(({ id }) => id).sort()).toEqual([...hostile].sort());
    expect((await run(table, hostile, at(2))).receipt.recorded).toBe(0);
  });

  it('stops when a head is gone, instead of taking its devices for unknown', async () => {
    const table = make();
    const { report } = await run(table, ids(0, 3), NOON);
    const shard = String(shardOf(report.founding.at(0)?.device ?? aFinding('x').device)).padStart(2, '0');
    for await (const row of table.list(await headPartition(table), '0h-', '0h.')) {
      if (row.rowKey === `0h-${shard}`) await table.remove(row.partitionKey, row.rowKey);
    }

    await expect(tableLedger(table).open(scope)).rejects.toMatchObject({ code: 'ledger-damaged' });
  });
});

async function headPartition(table: Table): Promise<string> {
  const session = await tableLedger(table).open(scope);
  expect(session.baseline.state).toBe('established');
  return partitionOf(scope, 0, 1);
}

describe('the ledger in Table Storage', () => {
  let stormy: StormyTable;
  /** Loses the nth request or answer from now on. */
  const lose = (
    when: 'before' | 'after',
    nth: number,
    only: (method: string, url: string) => boolean = () => true,
  ): void => {
    let seen = 0;
    stormy.weather[when] = (method, url) => {
      if (only(method, url) && (seen += 1) === nth) throw Object.assign(new Error('lost'), { code: 'ECONNRESET' });
    };
  };
  const clear = (): void => {
    delete stormy.weather.before;
    delete stormy.weather.after;
  };

  it('reads 33 rows and writes none when nothing has changed since earlier on the same day', async () => {
    stormy = azurite.make();
    await run(stormy.table, ids(0, 200), NOON);
    stormy.traffic.reads = stormy.traffic.writes = 0;

    await run(stormy.table, ids(0, 200), at(5));

    expect(stormy.traffic).toEqual({ reads: 33, writes: 0 });
  });

  it('neither loses nor repeats a device when the answer to a commit is lost', async () => {
    stormy = azurite.make();
    await run(stormy.table, [], NOON);
    await tellAll(stormy.table);
    lose('after', 1, (_method, url) => url.includes('$batch'));

    const { receipt } = await run(stormy.table, ids(0, 40), at(1));

    clear();
    expect(receipt.recorded).toBe(40);
    expect(toldIds(await tellAll(stormy.table))).toEqual(ids(0, 40).sort());
  });

  it('spreads a large scope over 16 partitions', async () => {
    stormy = azurite.make();

    const { receipt } = await run(stormy.table, ids(0, 6_000), NOON);
    await run(stormy.table, ids(0, 6_001), at(1));

    expect(receipt.recorded).toBe(6_000);
    expect(await stormy.table.get(partitionOf(scope, 15, 16), '0h-15')).toBeDefined();
    const notices = await tellAll(stormy.table);
    expect(notices.map(({ kind }) => kind).sort()).toEqual(['baseline-founded', 'devices-found']);
    expect(toldIds(notices)).toEqual(['device-6000']);
    expect(await devicesOf(stormy.table)).toHaveLength(6_001);
  });

  it.each(['before', 'after'] as const)(
    'finishes a founding that died %s any request took effect, and then tells one baseline',
    async (when) => {
      for (const request of [1, 2, 3, 4, 5, 6, 20, 35, 36, 37, 38, 40, 50, 60]) {
        stormy = azurite.make();
        lose(when, request);
        const died = await run(stormy.table, ids(0, 40), NOON).then(
          () => false,
          () => true,
        );
        clear();
        // Whoever looks meanwhile sees what there is, and no damage.
        expect((await devicesOf(stormy.table)).length).toBeLessThanOrEqual(40);

        await run(stormy.table, ids(0, 41), at(1));

        const notices = await tellAll(stormy.table);
        const founded = notices.filter(({ kind }) => kind === 'baseline-founded');
        expect(founded, `request ${String(request)}`).toHaveLength(1);
        // What the finished founding did not have yet is news; what it had is not.
        const total = founded[0]?.kind === 'baseline-founded' ? founded[0].total : 0;
        expect(total + toldIds(notices).length, `request ${String(request)}, died ${String(died)}`).toBe(41);
        expect((await tableLedger(stormy.table).open(scope)).baseline.known.size).toBe(41);
      }
    },
  );

  it('loses no device when a run dies at any request and is run again', async () => {
    for (let request = 1; request <= 90; request += 8) {
      stormy = azurite.make();
      await run(stormy.table, [], NOON);
      await tellAll(stormy.table);
      lose(request % 2 === 0 ? 'before' : 'after', request);
      await run(stormy.table, ids(0, 60), at(1)).catch(() => undefined);
      clear();

      await run(stormy.table, ids(0, 60), at(2));

      expect(toldIds(await tellAll(stormy.table)), `request ${String(request)}`).toEqual(ids(0, 60).sort());
    }
  });
});
