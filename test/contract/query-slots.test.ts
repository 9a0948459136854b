import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { querySlots } from '../../src/azure/query-slots.ts';
import { slotRows } from '../../src/azure/slot-rows.ts';
import type { Entity, Table } from '../../src/azure/table.ts';
import { workspaceSlots, type WorkspaceSlotsOptions } from '../../src/azure/workspace-slots.ts';
import { ServiceError, type ServiceFailureReason } from '../../src/errors.ts';
import type { LogFields } from '../../src/log.ts';
import { MINUTE, SECOND } from '../../src/time.ts';
import { azuriteTables } from '../support/azurite-tables.ts';
import { NOON } from '../support/builders.ts';
import { memoryTable, type TableTraffic } from '../support/memory-table.ts';
import { until } from '../support/until.ts';

let azurite: Awaited<ReturnType<typeof azuriteTables>>;
beforeAll(async () => {
  azurite = await azuriteTables();
});
afterAll(() => azurite.azurite.stop());

const CORP = '99999999-8888-7777-6666-555555555555';
const EMEA = '11111111-8888-7777-6666-555555555555';
const never = new AbortController().signal;

const rowsOf = async (table: Table, id = CORP): Promise<readonly Entity[]> => {
  const rows: Entity[] = [];
  for await (const row of table.list(`queries-${id}`, '0', ':')) rows.push(row);
  return rows;
};

/** What every process has in common: a clock, and a hundredth of the time to wait. */
function world(table: Table) {
  let clock = NOON;
  const logged: LogFields[] = [];
  const now = (): Date => clock;
  const logs = (_event: string, fields: LogFields = {}): void => void logged.push(fields);
  return {
    logged,
    now,
    pass: (time: number): void => {
      clock = new Date(clock.getTime() + time);
    },
    /** One process of the program. */
    process: (size: number, more: Partial<WorkspaceSlotsOptions> = {}) =>
      workspaceSlots({
        table,
        alias: 'corp',
        id: CORP,
        size,
        own: querySlots(size),
        now,
        sleep: (length, value, options) => sleep(length / 100, value, options),
        log: { info: logs, warn: logs, error: logs },
        ...more,
      }),
    /** The slots as a process has them that is killed without a word. */
    rows: (size: number, over = table) => slotRows(over, CORP, size, now),
  };
}

/** Queries that are at work until they are told to end. */
function queries() {
  const ends: (() => void)[] = [];
  const count = { atWork: 0, most: 0, done: 0 };
  return {
    count,
    ask: async (): Promise<string> => {
      count.atWork += 1;
      count.most = Math.max(count.most, count.atWork);
      await new Promise<void>((resolve) => ends.push(resolve));
      count.atWork -= 1;
      count.done += 1;
      return 'answer';
    },
    /** Lets so many come to work, one after another, and end. */
    finish: async (times: number): Promise<void> => {
      for (let ended = 0; ended < times; ended += 1) {
        while (ends.length === 0) await sleep(1);
        ends.shift()?.();
      }
    },
  };
}

const lost = (reason: ServiceFailureReason = 'unknown-outcome'): ServiceError =>
  new ServiceError('table-storage', reason, 'It is gone.');
type Part = 'transact' | 'merge' | 'remove';
/** A table that loses one answer: what it was asked has happened. */
function losingAnswer(table: Table, part: Part): Table {
  let losing = true;
  const lose = async <T>(act: () => Promise<T>): Promise<T> => {
    const answer = await act();
    if (!losing) return answer;
    losing = false;
    throw lost();
  };
  const parts: Pick<Table, Part> = {
    transact: (operations) => lose(() => table.transact(operations)),
    merge: (entity, etag) => lose(() => table.merge(entity, etag)),
    remove: (partitionKey, rowKey, etag) => lose(() => table.remove(partitionKey, rowKey, etag)),
  };
  return { ...table, [part]: parts[part] };
}
/** A table that refuses one part of what it is asked. */
const refusing = (table: Table, part: Part | 'list', reason: ServiceFailureReason = 'unavailable'): Table => ({
  ...table,
  [part]: () => (part === 'list' ? failingList(reason) : Promise.reject(lost(reason))),
});
// eslint-disable-next-line @typescript-eslint/require-await, require-yield -- as a list that fails at its first page
async function* failingList(reason: ServiceFailureReason): AsyncGenerator<Entity> {
  throw lost(reason);
}

describe.each<[string, () => { readonly table: Table; readonly traffic: TableTraffic }]>([
  ['in memory', () => withTraffic(memoryTable())],
  ['in Table Storage', () => azurite.make()],
])('the slots of a workspace %s', (_where, make) => {
  it('are never exceeded, however many processes ask for however much, and all get their turn', async () => {
    const { table } = make();
    const { process } = world(table);
    const { count, ask, finish } = queries();
    const processes = Array.from({ length: 4 }, () => process(3));

    const asked = Promise.all(processes.flatMap((one) => Array.from({ length: 10 }, () => one.run(ask, never))));
    await until('all slots to be taken', () => count.atWork === 3);
    await finish(40);

    expect(await asked).toHaveLength(40);
    expect(count).toMatchObject({ most: 3, done: 40 });
    expect(await rowsOf(table)).toEqual([]);
  });

  it('cost two writes for a query that meets no other', async () => {
    const { table, traffic } = make();
    const { process } = world(table);
    const one = process(5);
    await one.run(() => Promise.resolve(), never);
    Object.assign(traffic, { reads: 0, writes: 0 });

    for (let n = 0; n < 3; n += 1) await one.run(() => Promise.resolve(), never);

    expect(traffic).toEqual({ reads: 0, writes: 6 });
  });

  it('cost two writes as well for each of several queries of one process', async () => {
    const { table, traffic } = make();
    const { process } = world(table);
    const { ask, finish } = queries();
    const one = process(5);
    await one.run(() => Promise.resolve(), never);
    Object.assign(traffic, { reads: 0, writes: 0 });

    const asked = Promise.all(Array.from({ length: 5 }, () => one.run(ask, never)));
    await finish(5);
    await asked;

    expect(traffic).toEqual({ reads: 0, writes: 10 });
  });

  it('are waited for by reading only, by one query of a process', async () => {
    const { table, traffic } = make();
    const { process, rows } = world(table);
    const { count, ask, finish } = queries();
    const holder = await rows(1).take();
    const other = process(1);
    const asked = Promise.all(Array.from({ length: 3 }, () => other.run(ask, never)));
    await until('them to have looked', () => traffic.reads > 2);
    const before = { ...traffic };

    await until('them to have looked more often', () => traffic.reads > before.reads + 5);

    expect(traffic.writes).toBe(before.writes);
    expect(count.atWork).toBe(0);
    await holder?.giveBack();
    await finish(3);
    expect(await asked).toHaveLength(3);
  });

  it('are free while nobody asks, and wait for nobody of another workspace', async () => {
    const { table } = make();
    const { process } = world(table);
    const { count, ask, finish } = queries();
    const running = process(1).run(ask, never);
    await until('the first to be at work', () => count.atWork === 1);

    const own = querySlots(2);
    const waiting = process(1, { own }).run(ask, never);
    const elsewhere = process(1, { own, alias: 'emea', id: EMEA }).run(ask, never);
    await until('the one elsewhere to be at work', () => count.atWork === 2);
    expect(await rowsOf(table, EMEA)).toHaveLength(1);

    await finish(3);
    expect(await Promise.all([running, waiting, elsewhere])).toEqual(['answer', 'answer', 'answer']);
  });

  it('that a killed process had are taken by others after a minute, and not before', async () => {
    const { table } = make();
    const { rows, pass } = world(table);
    await Promise.all([rows(2).take(), rows(2).take()]);

    pass(MINUTE - 1);
    expect(await rows(2).take()).toBeUndefined();
    pass(1);
    const rivals = await Promise.all(Array.from({ length: 6 }, () => rows(2).take()));

    expect(rivals.filter((slot) => slot !== undefined)).toHaveLength(2);
    expect(await rowsOf(table)).toHaveLength(2);
  });

  it('are kept as long as a query takes', async () => {
    const { table } = make();
    const { process, rows, now, pass } = world(table);
    const { count, ask, finish } = queries();
    const running = process(1).run(ask, never);
    await until('it to be at work', () => count.atWork === 1);

    for (let minute = 0; minute < 3; minute += 1) {
      pass(MINUTE - SECOND);
      await until('the slot to be renewed', async () => {
        const [row] = await rowsOf(table);
        return row?.['until'] === new Date(now().getTime() + MINUTE).toISOString();
      });
      expect(await rows(1).take()).toBeUndefined();
    }

    await finish(1);
    expect(await running).toBe('answer');
    expect(await rowsOf(table)).toEqual([]);
  });

  it('that somebody took over are theirs: who had them before neither renews nor frees them', async () => {
    const { table } = make();
    const { rows, pass } = world(table);
    const slow = await rows(1).take();
    pass(MINUTE);
    const heir = await rows(1).take();

    expect(await slow?.renew()).toBe(false);
    await slow?.giveBack();
    expect(await rowsOf(table)).toHaveLength(1);
    expect(await heir?.renew()).toBe(true);
    await heir?.giveBack();
    expect(await rowsOf(table)).toEqual([]);
  });

  it('are taken once when the answer of taking one is lost', async () => {
    const { table } = make();
    const { rows } = world(table);

    const slot = await rows(5, losingAnswer(table, 'transact')).take();

    expect(await rowsOf(table)).toHaveLength(1);
    await slot?.giveBack();
    expect(await rowsOf(table)).toEqual([]);
  });

  it('are taken over once when the answer of that is lost', async () => {
    const { table } = make();
    const { rows, pass } = world(table);
    await rows(1).take();
    pass(MINUTE);

    const heir = await rows(1, losingAnswer(table, 'merge')).take();

    expect(heir).toBeDefined();
    expect(await rowsOf(table)).toHaveLength(1);
    await heir?.giveBack();
    expect(await rowsOf(table)).toEqual([]);
  });

  it('are still ours when the answer of a renewal was lost', async () => {
    const { table } = make();
    const { rows } = world(table);
    const slot = await rows(1, losingAnswer(table, 'merge')).take();

    await expect(slot?.renew()).rejects.toThrow('It is gone.');
    expect(await slot?.renew()).toBe(true);
    await slot?.giveBack();
    expect(await rowsOf(table)).toEqual([]);
  });

  it.each<[string, (table: Table) => Table, number]>([
    ['is lost', (table) => losingAnswer(table, 'remove'), 0],
    ['fails', (table) => refusing(table, 'remove'), 1],
  ])('do not cost a run its answer when giving one back %s; a minute later it is free', async (_how, broken, left) => {
    const { table } = make();
    const { process, rows, logged, pass } = world(table);

    expect(await process(1, { table: broken(table) }).run(() => Promise.resolve('answer'), never)).toBe('answer');

    expect(logged).toMatchObject([
      { workspace: 'corp', step: 'give-back', code: 'table-storage-' + (left ? 'unavailable' : 'unknown-outcome') },
    ]);
    expect(await rowsOf(table)).toHaveLength(left);
    pass(MINUTE);
    expect(await rows(1).take()).toBeDefined();
  });

  it('are given back by a query that fails', async () => {
    const { table } = make();
    const { process } = world(table);

    await expect(process(1).run(() => Promise.reject(new Error('no such table')), never)).rejects.toThrow(
      'no such table',
    );

    expect(await rowsOf(table)).toEqual([]);
  });

  it('are waited for until the deadline, and not taken after it', async () => {
    const { table } = make();
    const { process } = world(table);
    const { count, ask, finish } = queries();
    const deadline = new AbortController();
    const running = process(1).run(ask, never);
    await until('the first to be at work', () => count.atWork === 1);
    const other = process(1);
    const first = other.run(ask, deadline.signal);
    const behind = other.run(ask, deadline.signal);
    const patient = other.run(ask, never);

    deadline.abort(new Error('deadline'));

    await expect(first).rejects.toThrow('deadline');
    await expect(behind).rejects.toThrow('deadline');
    expect(count.atWork).toBe(1);
    await finish(2);
    expect(await Promise.all([running, patient])).toEqual(['answer', 'answer']);
    expect(await rowsOf(table)).toEqual([]);
  });

  it('that were taken while the deadline came are given back unused', async () => {
    const { table } = make();
    const deadline = new AbortController();
    const { process } = world(table);
    const slow: Table = {
      ...table,
      async transact(operations) {
        const outcome = await table.transact(operations);
        deadline.abort(new Error('deadline'));
        return outcome;
      },
    };

    await expect(process(1, { table: slow }).run(() => Promise.resolve(), deadline.signal)).rejects.toThrow('deadline');

    expect(await rowsOf(table)).toEqual([]);
  });

  it('do not stop a query when storage cannot be had; the limit of the process stays, and the log says so', async () => {
    const { table } = make();
    const { process, logged } = world(table);
    const { count, ask, finish } = queries();
    const one = process(2, { table: refusing(refusing(table, 'transact'), 'list') });

    const asked = Promise.all(Array.from({ length: 5 }, () => one.run(ask, never)));
    await until('two to be at work', () => count.atWork === 2);
    await finish(5);

    expect(await asked).toHaveLength(5);
    expect(count.most).toBe(2);
    expect(logged).toHaveLength(5);
    expect(logged[0]).toMatchObject({ workspace: 'corp', step: 'take', code: 'table-storage-unavailable' });
  });

  it('do not stop a query when storage denies them', async () => {
    const { table } = make();
    const { process, logged } = world(table);

    const denied = process(2, { table: refusing(table, 'transact', 'denied') });

    expect(await denied.run(() => Promise.resolve('answer'), never)).toBe('answer');
    expect(logged).toMatchObject([{ step: 'take', code: 'table-storage-denied' }]);
  });

  it('are left to others for a moment by a process that has had all of them for ten seconds', async () => {
    const { table } = make();
    const { process, pass } = world(table);
    const order: string[] = [];
    let steppedBack = 0;
    const one = process(1, {
      async sleep(length, value, options) {
        if (length !== SECOND) return sleep(length / 100, value, options);
        steppedBack += 1;
        await until('the other to have its turn', () => order.includes('other'));
      },
    });
    const busy = Promise.all(
      Array.from({ length: 12 }, () =>
        one.run(() => {
          order.push('busy');
          pass(4 * SECOND);
          return Promise.resolve();
        }, never),
      ),
    );
    const other = process(1).run(() => Promise.resolve(order.push('other')), never);

    await Promise.all([busy, other]);

    expect(steppedBack).toBeGreaterThan(0);
    expect(order.lastIndexOf('busy')).toBeGreaterThan(order.indexOf('other'));
  });
});

const withTraffic = (table: ReturnType<typeof memoryTable>) => ({ table, traffic: table.traffic });
