import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableConversations } from '../../src/azure/conversations.ts';
import { readRunMessage, storageRunQueue } from '../../src/azure/run-queue.ts';
import { scopeRowKey } from '../../src/azure/run-rows.ts';
import { tableRuns } from '../../src/azure/runs.ts';
import { ServiceError } from '../../src/errors.ts';
import type { Table } from '../../src/azure/table.ts';
import { requestedRunId, type RunOrder } from '../../src/hunt/run.ts';
import type { RunEnd, RunJournal, ScopeState } from '../../src/services.ts';
import { DAY, dayOf, HOUR, MINUTE } from '../../src/time.ts';
import { aFinding, aRun, aRunOrder, aScope, NOON } from '../support/builders.ts';
import { azuriteTables } from '../support/azurite-tables.ts';
import { memoryTable } from '../support/memory-table.ts';

let azurite: Awaited<ReturnType<typeof azuriteTables>>;
beforeAll(async () => {
  azurite = await azuriteTables();
});
afterAll(() => azurite.azurite.stop());

const at = (minutes: number): Date => new Date(NOON.getTime() + minutes * MINUTE);
const journal = (table: Table) => tableRuns(table, () => NOON);
const totals = { rows: 1, devices: 1, newlySeen: 1, returning: 0, known: 0, expected: 0, withoutDevice: 0 };
const completed = (more: Partial<RunEnd> = {}): RunEnd => ({
  at: at(1),
  status: 'completed',
  report: { outcome: 'devices-found', totals, findings: [aFinding('a')] },
  settled: true,
  ...more,
});

describe.each([
  ['in memory', () => memoryTable()],
  ['in Table Storage', () => azurite.make().table],
])('the journal of runs %s', (_where, make) => {
  it('notes an order once, and shows it as queued', async () => {
    const runs = journal(make());
    const order = aRunOrder();

    expect(await runs.order(order)).toBe(true);
    expect(await runs.order(order)).toBe(false);
    expect(await runs.find(order.id)).toEqual({ ...order, status: 'queued', orderedAt: NOON });
  });

  it('knows nothing of a run that was never ordered', async () => {
    expect(await journal(make()).find(aRunOrder().id)).toBeUndefined();
  });

  it('keeps what a later attempt wrote when the beginning or the end of an earlier one arrives late', async () => {
    const table = make();
    const late: (() => Promise<unknown>)[] = [];
    const givenUp = (act: () => Promise<unknown>): Promise<never> => {
      late.push(act);
      return Promise.reject(new ServiceError('table-storage', 'unavailable', 'Given up.'));
    };
    const ofRun = ({ rowKey }: { readonly rowKey: string }): boolean => rowKey.startsWith('r-');
    const stalled: Table = {
      ...table,
      transact: (all) => givenUp(() => table.transact(all)),
      merge: (row, etag) =>
        ofRun(row) && 'endedAt' in row ? givenUp(() => table.merge(row, etag)) : table.merge(row, etag),
    };
    const run = aRun({ asOf: NOON, slot: NOON });

    await expect(journal(stalled).begin(run, HOUR, NOON)).rejects.toThrow('Given up.');
    const slowly = journal({ ...stalled, transact: (all) => table.transact(all) });
    const slow = await slowly.begin(run, HOUR, NOON);
    const again = await journal(table).begin(run, HOUR, at(1));
    await journal(table).finish(again, completed());
    await slowly.finish(slow, completed({ status: 'failed' }));
    expect(late).toHaveLength(2);
    for (const act of late) await act();

    expect(await journal(table).find(run.id)).toMatchObject({ status: 'completed', startedAt: at(1), endedAt: at(1) });
  });

  it('lets one run at a time into a scope, and the next one when it has ended', async () => {
    const runs = journal(make());
    const [first, second] = [aRun({ asOf: NOON }), aRun({ asOf: at(1) })];
    const ticket = await runs.begin(first, HOUR, NOON);

    await expect(runs.begin(second, HOUR, at(1))).rejects.toMatchObject({ code: 'run-in-progress', holder: first.id });
    await runs.finish(ticket, completed());

    expect((await runs.begin(second, HOUR, at(2))).before).toMatchObject({
      lastComplete: first.asOf,
      lastRun: { id: first.id, status: 'completed' },
    });
  });

  it('gives the lease of a dead run to the next one, and marks it abandoned', async () => {
    const runs = journal(make());
    const [dead, next] = [aRun({ asOf: NOON }), aRun({ asOf: at(90) })];
    await runs.begin(dead, HOUR, NOON);

    await runs.begin(next, HOUR, at(90));

    expect(await runs.find(dead.id)).toMatchObject({ status: 'abandoned' });
    expect(await runs.find(next.id)).toMatchObject({ status: 'running' });
  });

  it('lets a run that is tried again take its own lease', async () => {
    const runs = journal(make());
    await runs.begin(aRun(), HOUR, NOON);

    expect(await runs.begin(aRun(), HOUR, at(1))).not.toHaveProperty('ended');
  });

  it('tells a repeated message that its run has ended', async () => {
    const runs = journal(make());
    await runs.finish(await runs.begin(aRun(), HOUR, NOON), completed());

    expect((await runs.begin(aRun(), HOUR, at(2))).ended).toMatchObject({
      status: 'completed',
      report: { findings: [{ id: 'a', firstSeen: new Date('2026-11-20T10:00:00Z') }] },
    });
    expect((await runs.scopes())[0]).not.toHaveProperty('lease');
  });

  it('does not call a run ended that the queue will try again', async () => {
    const runs = journal(make());
    await runs.finish(await runs.begin(aRun(), HOUR, NOON), {
      at: at(1),
      status: 'failed',
      failure: { code: 'x', message: 'y', willRetry: true },
      settled: true,
    });

    expect(await runs.begin(aRun(), HOUR, at(2))).not.toHaveProperty('ended');
  });

  it('does not let a run that has lost its lease speak for the scope', async () => {
    const runs = journal(make());
    const [slow, next] = [aRun({ asOf: NOON }), aRun({ asOf: at(90) })];
    const ticket = await runs.begin(slow, HOUR, NOON);
    await runs.begin(next, HOUR, at(90));

    await runs.finish(ticket, completed());

    expect((await runs.scopes())[0]?.lease).toMatchObject({ run: next.id });
  });

  it('counts only complete answers as complete runs', async () => {
    const runs = journal(make());
    const partial = { outcome: 'devices-found', totals, findings: [], partial: { code: 'x', message: 'y' } } as const;
    await runs.finish(await runs.begin(aRun(), HOUR, NOON), completed({ report: partial }));

    expect((await runs.scopes())[0]).not.toHaveProperty('lastComplete');
  });

  it('remembers that something is untold until it is settled', async () => {
    const runs = journal(make());
    await runs.finish(await runs.begin(aRun(), HOUR, NOON), completed({ settled: false }));
    const [state] = await runs.scopes();
    expect(state?.unsettledSince).toEqual(NOON);

    if (state) await runs.markSettled(state);

    expect((await runs.scopes())[0]).not.toHaveProperty('unsettledSince');
  });

  describe('does not take a scope for settled by what a tick saw', () => {
    const untold = async (runs: RunJournal): Promise<ScopeState> => {
      await runs.finish(await runs.begin(aRun(), HOUR, NOON), completed({ settled: false }));
      return (await runs.scopes())[0] ?? expect.fail('no scope');
    };
    const next = aRun({ asOf: at(5) });

    it('before a run that has left something untold', async () => {
      const runs = journal(make());
      const seen = await untold(runs);
      await runs.finish(await runs.begin(next, HOUR, at(5)), completed({ settled: false }));

      await runs.markSettled(seen);

      expect((await runs.scopes())[0]).toHaveProperty('unsettledSince');
    });

    it('before a run that is under way, or has died', async () => {
      const runs = journal(make());
      const seen = await untold(runs);
      await runs.begin(next, HOUR, at(5));

      await runs.markSettled(seen);

      expect((await runs.begin(next, HOUR, at(6))).before).toHaveProperty('unsettledSince');
    });
  });

  it('remembers what a run leaves untold that has lost its lease', async () => {
    const runs = journal(make());
    const slow = await runs.begin(aRun(), HOUR, NOON);
    const next = await runs.begin(aRun({ asOf: at(90) }), HOUR, at(90));
    await runs.finish(slow, completed({ at: at(91), settled: false }));

    await runs.finish(next, completed({ at: at(92) }));

    expect((await runs.scopes())[0]).toHaveProperty('unsettledSince');
  });

  it('does not call a scope settled whose former holder may still be at work', async () => {
    const runs = journal(make());
    await runs.begin(aRun(), HOUR, NOON);

    await runs.finish(await runs.begin(aRun({ asOf: at(90) }), HOUR, at(90)), completed({ at: at(91) }));

    expect((await runs.scopes())[0]).toHaveProperty('unsettledSince');
  });

  it('lets an abandoned run be done again, as it may have told nobody', async () => {
    const runs = journal(make());
    await runs.begin(aRun(), HOUR, NOON);
    await runs.finish(await runs.begin(aRun({ asOf: at(90) }), HOUR, at(90)), completed({ at: at(91) }));

    expect(await runs.begin(aRun(), HOUR, at(92))).not.toHaveProperty('ended');
  });

  it('counts a slot as answered only when its run has ended for good', async () => {
    const runs = journal(make());
    const failed = (willRetry: boolean): RunEnd => ({
      at: at(1),
      status: 'failed',
      failure: { code: 'x', message: 'y', willRetry },
      settled: false,
    });
    await runs.finish(await runs.begin(aRun(), HOUR, NOON), failed(true));
    expect((await runs.scopes())[0]).not.toHaveProperty('lastSlot');

    await runs.finish(await runs.begin(aRun(), HOUR, at(2)), failed(false));

    expect((await runs.scopes())[0]).toMatchObject({ lastSlot: NOON });
  });

  it('tells a repeated message that its run has ended, though another has run since', async () => {
    const runs = journal(make());
    const { slot: _none, ...asked } = aRun({ id: requestedRunId(aScope(), NOON, 'abc'), trigger: 'request' });
    await runs.finish(await runs.begin(asked, HOUR, NOON), completed());
    await runs.finish(await runs.begin(aRun({ asOf: at(5) }), HOUR, at(5)), completed());

    expect((await runs.begin(asked, HOUR, at(6))).ended).toMatchObject({ status: 'completed' });
  });

  it('keeps a trouble until a run ends without one', async () => {
    const runs = journal(make());
    const trouble = { code: 'workspace-denied', message: 'No right.', since: NOON, toldAt: NOON };
    await runs.finish(await runs.begin(aRun(), HOUR, NOON), {
      at: at(1),
      status: 'failed',
      failure: { code: 'x', message: 'y', willRetry: false },
      trouble,
      settled: true,
    });
    expect((await runs.scopes())[0]?.trouble).toEqual(trouble);

    await runs.finish(await runs.begin(aRun({ asOf: at(5) }), HOUR, at(5)), completed());

    expect((await runs.scopes())[0]).not.toHaveProperty('trouble');
  });

  it('lists the runs of a scope, the newest first', async () => {
    const runs = journal(make());
    for (const minute of [1, 3, 2]) await runs.order(aRunOrder({ asOf: at(minute) }));
    await runs.order(aRunOrder({ scope: aScope({ workspace: 'emea' }) }));

    expect((await runs.recent(aScope(), 2)).map(({ asOf }) => asOf)).toEqual([at(3), at(2)]);
  });

  it('says which run answered instead of one that was asked for meanwhile', async () => {
    const runs = journal(make());
    const asked = requestedRunId(aScope(), at(1), 'abc');
    await runs.order({ ...aRunOrder(), id: asked });

    await runs.join(asked, aRun().id);

    expect(await runs.find(asked)).toMatchObject({ status: 'joined', joinedTo: aRun().id });
  });

  it('ends a run that can never begin', async () => {
    const runs = journal(make());
    await runs.order(aRunOrder());

    await runs.refuse(aRunOrder().id, { code: 'hunt-not-loaded', message: 'gone', willRetry: false }, at(1));

    expect(await runs.find(aRunOrder().id)).toMatchObject({
      status: 'failed',
      failure: { code: 'hunt-not-loaded' },
      endedAt: at(1),
    });
  });

  it('keeps the heartbeat of the timer', async () => {
    const runs = journal(make());
    expect(await runs.lastTick()).toBeUndefined();

    await runs.tick(NOON);

    expect(await runs.lastTick()).toEqual(NOON);
  });
});

describe.each([
  ['in memory', () => memoryTable()],
  ['in Table Storage', () => azurite.make().table],
])('the targets %s', (_where, make) => {
  const target = {
    id: '19:abc@thread.tacv2/#?',
    kind: 'channel' as const,
    tenantId: 't',
    reference: { conversation: { id: '19:abc' }, start: '2026-11-23T12:00:00Z' },
  };

  it('are added, refreshed and removed by their id', async () => {
    const targets = tableConversations(make());
    await targets.put(target);
    await targets.put({ ...target, reference: { serviceUrl: 'new' } });
    expect(await targets.list()).toEqual([{ ...target, rules: [], reference: { serviceUrl: 'new' } }]);

    await targets.remove(target.id);

    expect(await targets.list()).toEqual([]);
  });

  it('are broken until they are installed again', async () => {
    const targets = tableConversations(make());
    await targets.put(target);
    await targets.markBroken(target.id, 'gone', NOON);
    await targets.markBroken('nobody', 'gone', NOON);
    expect(await targets.list()).toEqual([{ ...target, rules: [], broken: { since: NOON, reason: 'gone' } }]);

    await targets.put(target);

    expect(await targets.list()).toEqual([{ ...target, rules: [] }]);
  });
});

describe.each([
  ['in memory', () => memoryTable()],
  ['in Table Storage', () => azurite.make().table],
])('the history of a scope %s', (_where, make) => {
  const days = (n: number): Date => new Date(NOON.getTime() + n * DAY);
  const historyOf = async (runs: RunJournal) => (await runs.scopes())[0]?.history;
  const runAt = async (runs: RunJournal, asOf: Date, end: Partial<RunEnd> = {}, order: Partial<RunOrder> = {}) => {
    const run = aRun({ asOf, ...order });
    const ended = new Date(asOf.getTime() + 4_200);
    await runs.finish(await runs.begin(run, HOUR, asOf), completed({ at: ended, ...end }));
    return run;
  };

  it('has the latest thirty runs, newest first, with what they saw and how long they took', async () => {
    const runs = journal(make());
    for (let n = 0; n < 33; n += 1) await runAt(runs, days(n));
    const failed: Partial<RunEnd> = { status: 'failed', failure: { code: 'x', message: 'm', willRetry: false } };
    const { report: _none, ...end } = completed({ ...failed, at: days(33) });
    const last = aRun({ asOf: days(33) });
    await runs.finish(await runs.begin(last, HOUR, days(33)), end);

    const history = await historyOf(runs);

    expect(history?.marks).toHaveLength(30);
    expect(history?.marks.slice(0, 2)).toEqual([
      { run: last.id, asOf: days(33), status: 'failed', devices: 0, newlySeen: 0, returning: 0, took: 0 },
      {
        run: aRun({ asOf: days(32) }).id,
        asOf: days(32),
        status: 'completed',
        devices: 1,
        newlySeen: 1,
        returning: 0,
        took: 4_200,
      },
    ]);
  });

  it('counts newly seen devices by day, for ninety days', async () => {
    const runs = journal(make());
    await runAt(runs, days(0));
    await runAt(runs, days(50));
    await runAt(runs, new Date(days(50).getTime() + HOUR));
    await runAt(runs, days(100));

    expect(await historyOf(runs)).toMatchObject({
      newsByDay: new Map([
        [dayOf(days(50)), 2],
        [dayOf(days(100)), 1],
      ]),
    });
  });

  it('has no mark of a look at the past, nor of a try that is repeated, but what they found', async () => {
    const runs = journal(make());
    const slot = await runAt(runs, NOON, { status: 'failed', failure: { code: 'x', message: 'm', willRetry: true } });
    await runAt(runs, NOON);
    await runAt(runs, at(-9_999), {}, { trigger: 'catch-up', id: requestedRunId(aScope(), at(3), 'catchup') });

    const history = await historyOf(runs);

    expect(history?.marks.map(({ run, status }) => [run, status])).toEqual([[slot.id, 'completed']]);
    expect([...(history?.newsByDay.values() ?? [])].reduce((sum, n) => sum + n, 0)).toBe(2);
  });

  it('is bounded, however many runs there were: a few kilobytes of its row', async () => {
    const table = make();
    const runs = journal(table);
    const busy = { ...totals, devices: 99_999, newlySeen: 9_999, returning: 9_999 };
    const report = { outcome: 'devices-found', totals: busy, findings: [] } as const;
    for (let n = 0; n < 120; n += 1) await runAt(runs, days(n), { at: days(n + 0.02), report });

    const [partitionKey, rowKey] = scopeRowKey(aScope());
    const row = await table.get(partitionKey, rowKey);

    expect(String(row?.['marks']).length).toBeLessThan(2_500);
    expect(String(row?.['news']).length).toBeLessThan(2_500);
  });
});

describe('the journal in Table Storage', () => {
  it('costs an undisturbed run five requests', async () => {
    const { table, traffic } = azurite.make();
    const runs = journal(table);
    await runs.finish(await runs.begin(aRun(), HOUR, NOON), completed());
    traffic.reads = traffic.writes = 0;

    await runs.finish(await runs.begin(aRun({ asOf: at(5) }), HOUR, at(5)), completed());

    expect(traffic).toEqual({ reads: 1, writes: 4 });
  });
});

describe('the queue of runs', () => {
  it('carries an order as it was given', async () => {
    const client = new QueueClient(azurite.azurite.connectionString, 'hunt-runs');
    const order = aRunOrder();

    await storageRunQueue(client).send(order);

    const [message] = (await client.receiveMessages()).receivedMessageItems;
    expect(readRunMessage(Buffer.from(message?.messageText ?? '', 'base64').toString())).toEqual(order);
  });

  it.each([
    [undefined],
    ['x'],
    ['{}'],
    [{ v: 2 }],
    [{ v: 1, id: '../x', hunt: 'h', workspace: 'w', trigger: 'schedule', asOf: NOON.toISOString() }],
    [[]],
  ])('takes %j for no order', (message) => {
    expect(readRunMessage(message)).toBeUndefined();
  });

  it('says that it could not be reached', async () => {
    const nowhere = new QueueClient(
      'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=eA==;QueueEndpoint=http://127.0.0.1:1/a',
      'hunt-runs',
      { retryOptions: { maxTries: 1 } },
    );

    await expect(storageRunQueue(nowhere).send(aRunOrder())).rejects.toMatchObject({
      service: 'queue-storage',
      transient: true,
    });
  });
});
