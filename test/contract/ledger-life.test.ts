import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_DEVICES_PER_SHARD, readKnownSet } from '../../src/azure/known-set.ts';
import { tableLedger } from '../../src/azure/ledger.ts';
import { headKey, partitionOf, SHARDS, shardOf } from '../../src/azure/ledger-rows.ts';
import type { Entity, Table } from '../../src/azure/table.ts';
import type { Cell } from '../../src/hunt/answer.ts';
import { assembleReport } from '../../src/hunt/compare.ts';
import { deviceKeyOf } from '../../src/hunt/device-key.ts';
import type { LifeEvent } from '../../src/hunt/life.ts';
import { nameHashOf } from '../../src/hunt/name-hash.ts';
import type { HuntReport } from '../../src/hunt/report.ts';
import type { RunTrigger } from '../../src/hunt/run.ts';
import type { DeviceRecord, LedgerSession } from '../../src/services.ts';
import { DAY } from '../../src/time.ts';
import { aHunt, anAnswer, aRun, aScope, NOON } from '../support/builders.ts';
import { azuriteTables } from '../support/azurite-tables.ts';
import { memoryTable } from '../support/memory-table.ts';

let azurite: Awaited<ReturnType<typeof azuriteTables>>;
beforeAll(async () => {
  azurite = await azuriteTables();
});
afterAll(() => azurite.azurite.stop());

const scope = aScope();
const day = (n: number): Date => new Date(NOON.getTime() + n * DAY);
/** Midnight of that day. */
const date = (n: number): Date => new Date(Math.floor(day(n).getTime() / DAY) * DAY);
const runOf = (n: number) => ({ run: aRun({ asOf: day(n) }).id, at: day(n) });

interface Told {
  readonly partial?: boolean;
  readonly trigger?: RunTrigger;
  /** The day of the latest complete answer; that of the day before by default. */
  readonly lastComplete?: number;
}

function reportOf(session: LedgerSession, rows: readonly Cell[][], n: number, told: Told = {}): HuntReport {
  const report = assembleReport({
    hunt: aHunt(),
    run: aRun({ asOf: day(n), ...(told.trigger && { trigger: told.trigger }) }),
    asked: '',
    answer: anAnswer(rows, told.partial === true ? { partial: { code: 'cut', message: 'It was cut off.' } } : {}),
    baseline: session.baseline,
    lastComplete: day(told.lastComplete ?? n - 1),
  });
  if ('missingColumns' in report) throw new Error('The builder answers all columns.');
  return report;
}

async function run(table: Table, rows: readonly Cell[][], n: number, told: Told = {}) {
  const session = await tableLedger(table).open(scope);
  const report = reportOf(session, rows, n, told);
  return { report, receipt: await session.commit(report) };
}

async function devicesOf(table: Table): Promise<DeviceRecord[]> {
  const devices: DeviceRecord[] = [];
  for await (const device of tableLedger(table).devices(scope)) devices.push(device);
  return devices;
}
const deviceOf = async (table: Table, id = 'd'): Promise<DeviceRecord> => {
  const found = (await devicesOf(table)).find((device) => device.id === id);
  if (!found) throw new Error(`No device ${id}.`);
  return found;
};
const kindsOf = ({ trail }: DeviceRecord): string[] => trail.map(({ kind }) => kind);

const row = (
  id: string,
  name: string,
  firstSeen = '2026-11-20T10:00:00Z',
  lastSeen = '2026-11-22T10:00:00Z',
): Cell[] => [id, name, firstSeen, lastSeen, null, null];

/** What the version before this one had written. */
async function forgetLives(table: Table): Promise<void> {
  const partition = partitionOf(scope, 0, 1);
  for await (const head of table.list(partition, '0h-', '0h.')) {
    const bare: Record<string, unknown> = Object.fromEntries(
      Object.entries(head).filter(([name]) => !/^[hf]\d+$/.test(name)),
    );
    await table.remove(head.partitionKey, head.rowKey);
    await table.insert(bare as Entity);
  }
  for await (const device of table.list(partition, 'd-', 'd.')) {
    const bare = Object.fromEntries(Object.entries(device).filter(([name]) => name !== 'trail')) as unknown as Entity;
    await table.remove(device.partitionKey, device.rowKey);
    await table.insert(bare);
  }
}

describe.each([
  ['in memory', () => memoryTable()],
  ['in Table Storage', () => azurite.make().table],
])('the life of a device %s', (_where, make) => {
  it('begins with how it was found', async () => {
    const table = make();
    await run(table, [row('old', 'old')], 0);
    await run(table, [row('old', 'old'), row('d', 'host', '2026-11-23T20:00:00Z')], 1);

    expect((await deviceOf(table, 'old')).trail).toEqual([
      { ...runOf(0), kind: 'found', how: 'baseline', name: 'old', firstSeen: new Date('2026-11-20T10:00:00Z') },
    ]);
    expect((await deviceOf(table)).trail).toEqual([
      { ...runOf(1), kind: 'found', how: 'newly-seen', name: 'host', firstSeen: new Date('2026-11-23T20:00:00Z') },
    ]);
  });

  it('goes on under another name, which is no news', async () => {
    const table = make();
    await run(table, [row('d', 'before')], 0);

    const { report } = await run(table, [row('d', 'after')], 1);

    expect(report).toMatchObject({ outcome: 'nothing-new', findings: [], changes: [{ id: 'd', name: 'after' }] });
    const device = await deviceOf(table);
    expect(device).toMatchObject({ name: 'after', state: 'baseline', lastSeen: date(1) });
    expect(device.trail.slice(1)).toEqual([{ ...runOf(1), kind: 'renamed', from: 'before', to: 'after' }]);
    expect((await run(table, [row('d', 'after')], 1)).receipt.transactions).toBe(0);
  });

  it('is not renamed by another spelling, by no name, by a part of an answer or by a look at the past', async () => {
    const table = make();
    await run(table, [row('d', 'host')], 0);
    await run(table, [row('d', ' HOST ')], 1);
    await run(table, [row('d', '')], 2);
    await run(table, [row('d', 'half')], 3, { partial: true });
    await run(table, [row('d', 'was')], 2, { trigger: 'late-sweep', lastComplete: 3 });
    await run(table, [row('d', 'then')], 2, { trigger: 'request', lastComplete: 3 });

    expect(await deviceOf(table)).toMatchObject({ name: 'host', trail: [{ kind: 'found' }] });
  });

  it('takes the name of the latest row, whatever their order', async () => {
    const old = row('d', 'old', '2026-11-20T10:00:00Z', '2026-11-22T10:00:00Z');
    const fresh = row('d', 'fresh', '2026-11-20T10:00:00Z', '2026-11-22T11:00:00Z');
    for (const rows of [
      [old, fresh],
      [fresh, old],
    ]) {
      const table = make();
      await run(table, [old], 0);
      await run(table, rows, 1);
      await run(table, rows, 2);

      expect(await deviceOf(table)).toMatchObject({
        name: 'fresh',
        trail: [{ kind: 'found' }, { kind: 'renamed', from: 'old', to: 'fresh' }],
      });
    }
  });

  it('gets the name that it did not have when it was found, without having been renamed', async () => {
    const table = make();
    await run(table, [row('d', '')], 0);
    await run(table, [row('d', 'host')], 1);
    await run(table, [row('d', 'other')], 2);

    expect(await deviceOf(table)).toMatchObject({
      name: 'other',
      trail: [
        { kind: 'found', name: '' },
        { kind: 'renamed', from: 'host', to: 'other' },
      ],
    });
  });

  it('has a first seen that moves back only, whichever run sees it', async () => {
    const table = make();
    await run(table, [row('d', 'host', '2026-11-20T10:00:00Z')], 0);
    await run(table, [row('d', 'host', '2026-11-21T10:00:00Z')], 1);
    await run(table, [row('d', 'host', '2026-11-18T10:00:00Z')], 1, { trigger: 'late-sweep' });
    await run(table, [row('d', 'host', '2026-11-19T10:00:00Z')], 2);

    const device = await deviceOf(table);
    expect(device.firstSeen).toEqual(new Date('2026-11-18T10:00:00Z'));
    expect(device.trail.slice(1)).toMatchObject([
      { kind: 'moved-back', from: new Date('2026-11-20T10:00:00Z'), to: new Date('2026-11-18T10:00:00Z') },
    ]);
  });

  it('says when complete answers missed it, for a whole day at least and until it is back', async () => {
    const table = make();
    await run(table, [row('d', 'host'), row('x', 'x')], 0);
    await run(table, [row('x', 'x')], 1);
    await run(table, [row('d', 'host'), row('x', 'x')], 4, { lastComplete: 1 });
    // Nobody looked in between, or the day is the next one: nobody can say that it was away.
    await run(table, [row('d', 'host'), row('x', 'x')], 9, { lastComplete: 4 });
    await run(table, [row('d', 'host'), row('x', 'x')], 10, { lastComplete: 10 });

    expect((await deviceOf(table)).trail.slice(1)).toEqual([
      { ...runOf(4), kind: 'away', from: date(1), until: date(4) },
    ]);
    expect(kindsOf(await deviceOf(table, 'x'))).toEqual(['found']);
  });

  it('says of a device that comes back after long what it is called now, and keeps its first seen', async () => {
    const table = make();
    await run(table, [row('d', 'before', '2026-11-20T10:00:00Z')], 0);

    await run(table, [row('d', 'after', '2026-12-30T10:00:00Z')], 40);

    const device = await deviceOf(table);
    expect(device).toMatchObject({ name: 'after', state: 'returning', firstSeen: new Date('2026-11-20T10:00:00Z') });
    expect(device.trail.slice(1)).toEqual([
      { ...runOf(40), kind: 'returned', lastSeenBefore: date(0) },
      { ...runOf(40), kind: 'renamed', from: 'before', to: 'after' },
    ]);
  });

  it('tells a change of each of several hundred devices once', async () => {
    const table = make();
    const ids = Array.from({ length: 9_000 }, (_, i) => `device-${String(i)}`)
      .filter((id) => shardOf(deviceKeyOf(id, '')) === 7)
      .slice(0, 250);
    await run(
      table,
      ids.map((id) => row(id, id)),
      0,
    );

    const { receipt } = await run(
      table,
      ids.map((id) => row(id, `${id}.new`)),
      1,
    );

    expect(receipt).toEqual({ recorded: 0, alreadyRecorded: 0, transactions: 3 });
    const devices = await devicesOf(table);
    expect(devices.map(({ id, name }) => name === `${id}.new`)).toEqual(ids.map(() => true));
    expect(devices.flatMap(kindsOf).filter((kind) => kind === 'renamed')).toHaveLength(250);
  });

  it('knows nothing of names and first seen in a ledger from before, takes it in by and by, and calls nothing a rename', async () => {
    const table = make();
    await run(table, [row('d', 'before'), row('e', 'e')], 0);
    await forgetLives(table);
    expect((await deviceOf(table)).trail).toMatchObject([{ kind: 'found', how: 'baseline', name: 'before' }]);

    // On the same day nothing is written for it alone.
    expect((await run(table, [row('d', 'meanwhile'), row('e', 'e')], 0)).receipt.transactions).toBe(0);
    const { report } = await run(table, [row('d', 'meanwhile'), row('e', 'e')], 1);
    expect(report.changes).toEqual([]);
    await run(table, [row('d', 'after', '2026-11-19T10:00:00Z'), row('e', 'e')], 2);

    expect(await deviceOf(table)).toMatchObject({
      name: 'after',
      firstSeen: new Date('2026-11-19T10:00:00Z'),
      trail: [
        { kind: 'found' },
        { kind: 'renamed', from: 'before', to: 'after' },
        { kind: 'moved-back', from: new Date('2026-11-20T10:00:00Z') },
      ],
    });
    expect(kindsOf(await deviceOf(table, 'e'))).toEqual(['found']);
  });

  it('is under a new id what a known device of that name may be, and nothing is said from a hash alone', async () => {
    const table = make();
    await run(table, [row('old', 'Host.contoso.com'), row('older', 'host.contoso.com '), row('x', 'x')], 0);
    await run(table, [row('old', 'host.contoso.com')], 1);
    const session = await tableLedger(table).open(scope);
    const named = (id: string, name: string) => ({ device: deviceKeyOf(id, ''), id, name });

    const namesakes = await session.namesakes([
      named('new', 'HOST.contoso.com'),
      named('other', 'y'),
      named('none', ''),
    ]);

    expect([...namesakes]).toEqual([
      [deviceKeyOf('new', ''), { device: deviceKeyOf('old', ''), id: 'old', lastSeen: date(1) }],
    ]);
  });
});

describe('the life of a device among rivals and faults', () => {
  const rows = (...ids: string[]): Cell[][] => ids.map((id) => row(id, `${id}.after`, '2026-11-19T10:00:00Z'));
  const before = (...ids: string[]): Cell[][] => ids.map((id) => row(id, `${id}.before`));

  it('has each event once when two runs of the same order commit at once', async () => {
    const table = memoryTable();
    await run(table, before('a', 'b'), 0);
    const sessions = await Promise.all([tableLedger(table).open(scope), tableLedger(table).open(scope)]);

    await Promise.all(sessions.map((session) => session.commit(reportOf(session, rows('a', 'b'), 1))));

    for (const device of await devicesOf(table)) expect(kindsOf(device)).toEqual(['found', 'renamed', 'moved-back']);
  });

  it('has each event once when a run dies at any request, and is run again', async () => {
    for (let request = 1; request <= 12; request += 1) {
      for (const when of ['before', 'after'] as const) {
        const table = memoryTable();
        await run(table, [...before('a', 'b', 'c', 'd'), row('gone', 'gone')], 0);
        await run(table, before('a', 'b', 'c', 'd'), 1);
        let seen = 0;
        const dying: Table = {
          ...table,
          async transact(operations) {
            seen += 1;
            if (seen === request && when === 'before') throw new Error('The process died.');
            const result = await table.transact(operations);
            if (seen === request) throw new Error('The process died.');
            return result;
          },
        };
        const again = [...rows('a', 'b', 'c', 'd'), row('gone', 'gone')];
        await run(dying, again, 3, { lastComplete: 1 }).catch(() => undefined);

        await run(table, again, 3, { lastComplete: 1 });

        const where = `request ${String(request)} ${when}`;
        for (const device of await devicesOf(table)) {
          const kinds = device.id === 'gone' ? ['found', 'away'] : ['found', 'renamed', 'moved-back'];
          expect(kindsOf(device), `${where}, ${device.id}`).toEqual(kinds);
        }
      }
    }
  });

  it('corrects what the same run had told before it was repeated with more', async () => {
    const table = memoryTable();
    await run(table, before('a'), 0);
    await run(table, [row('a', 'first', '2026-11-19T10:00:00Z')], 1);
    await run(table, [row('a', 'second', '2026-11-18T10:00:00Z')], 1);

    const { trail } = await deviceOf(table, 'a');
    expect(trail.slice(1)).toEqual<LifeEvent[]>([
      { ...runOf(1), kind: 'renamed', from: 'a.before', to: 'second' },
      {
        ...{ ...runOf(1), kind: 'moved-back' },
        ...{ from: new Date('2026-11-20T10:00:00Z'), to: new Date('2026-11-18T10:00:00Z') },
      },
    ]);
  });
});

describe('a head', () => {
  const head = (size: number, more: Record<string, Uint8Array> = {}): Entity => {
    const chunks: Record<string, Uint8Array> = {};
    for (let chunk = 0; chunk * 4_096 < size; chunk += 1) {
      const count = Math.min(4_096, size - chunk * 4_096);
      const keys = Buffer.alloc(count * 16);
      for (let i = 0; i < count; i += 1) keys.writeUInt32LE(chunk * 4_096 + i, i * 16 + 4);
      Object.assign(chunks, { [`c${String(chunk)}`]: keys, [`s${String(chunk)}`]: new Uint8Array(count * 2) });
    }
    return { partitionKey: 'p', rowKey: headKey(0), rev: 0, tx: '', n: size, ...chunks, ...more };
  };
  const key = (i: number): string => {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32LE(i, 4);
    return bytes.toString('hex');
  };
  const known = { day: 20_000, nameHash: nameHashOf('x'), firstSeen: 1_000 };

  it('holds half a million devices a scope twice over, within what Azurite counts of a row', () => {
    const set = readKnownSet(head(MAX_DEVICES_PER_SHARD), 0);
    for (let i = 0; i < MAX_DEVICES_PER_SHARD; i += 1) set.touch(key(i), known);
    const bytes = Object.values(set.changes()).reduce<number>(
      (sum, of) => sum + (typeof of === 'number' ? 0 : of.length),
      0,
    );
    const all = ((bytes + MAX_DEVICES_PER_SHARD * 16) * 4) / 3;

    expect(all).toBeLessThan(1_048_576 - 10_000);
    expect(MAX_DEVICES_PER_SHARD * SHARDS).toBeGreaterThan(900_000);
    expect(() => {
      set.add(key(MAX_DEVICES_PER_SHARD), known);
    }).toThrow('900,000');
  });

  it('uploads only the chunks that changed', () => {
    const set = readKnownSet(head(10_000), 0);
    for (let i = 0; i < 10_000; i += 1) set.touch(key(i), { ...known, day: 18_262 });
    expect(set.changes()).toEqual({});

    set.correct(key(5_000), known);
    expect(Object.keys(set.changes()).sort()).toEqual(['f1', 'h1', 'n']);
    set.saved();
    set.add(key(10_000), known);
    expect(Object.keys(set.changes()).sort()).toEqual(['c2', 'f2', 'h2', 'n', 's2']);
  });

  it('knows nothing of devices that a version before this one has added since', () => {
    const set = readKnownSet(head(3, { h0: new Uint8Array(8).fill(7) }), 0);

    expect([0, 1, 2].map((i) => set.recall(key(i))?.nameHash)).toEqual([0x07070707, 0x07070707, 0]);
    expect(set.recall(key(2))?.firstSeen).toBe(0);
  });

  it('that contradicts itself is damage', () => {
    expect(() => readKnownSet(head(3, { h0: new Uint8Array(16) }), 0)).toThrow('h0 does not hold 12 bytes');
    expect(() => readKnownSet({ ...head(3), s0: new Uint8Array(4) }, 0)).toThrow('s0 does not hold 6 bytes');
  });
});
