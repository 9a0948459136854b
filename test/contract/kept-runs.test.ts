import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableKeptRuns } from '../../src/azure/kept-runs.ts';
import { tableRetention } from '../../src/azure/retention.ts';
import { tableRuns } from '../../src/azure/runs.ts';
import type { Entity, Table, TableOperation } from '../../src/azure/table.ts';
import { ServiceError } from '../../src/errors.ts';
import { compareRows } from '../../src/hunt/compare.ts';
import { readAnswer, type Cell } from '../../src/hunt/answer.ts';
import { keepingRows, type KeptRow } from '../../src/hunt/kept-rows.ts';
import type { KeptPart } from '../../src/hunt/kept-run.ts';
import type { Run } from '../../src/hunt/run.ts';
import { keepRun } from '../../src/keep-run.ts';
import type { KeptRun, RunEnd } from '../../src/services.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import { aHunt, anAnswer, aRow, aRun, aScope, NOON } from '../support/builders.ts';
import { azuriteTables } from '../support/azurite-tables.ts';
import { memoryTable } from '../support/memory-table.ts';

let azurite: Awaited<ReturnType<typeof azuriteTables>>;
beforeAll(async () => {
  azurite = await azuriteTables();
});
afterAll(() => azurite.azurite.stop());

const scope = aScope();
const day = (n: number): Date => new Date(NOON.getTime() + n * DAY);
const at = (minutes: number): Date => new Date(NOON.getTime() + minutes * MINUTE);

/** The end of a run whose answer had these rows and that found these devices. */
function endOf(table: Table, run: Run, rows: readonly (string | Cell[])[], more: Partial<RunEnd> = {}): RunEnd {
  const keep = keepRun(tableKeptRuns(table).pack);
  const baseline = {
    state: 'established',
    since: NOON,
    known: { size: 0, lastSeenDay: () => undefined, recall: () => undefined },
  } as const;
  const input = { hunt: aHunt(), run, asked: '', baseline, lastComplete: day(-1) };
  const { value, kept } = readAnswer(anAnswer(rows), keepingRows(compareRows(input), aHunt().device, keep.pack));
  if ('missingColumns' in value) throw new Error('The answer lacks columns.');
  keep.compared(input, [kept]);
  const ended = more.at ?? new Date(run.asOf.getTime() + MINUTE);
  const report = { outcome: value.outcome, totals: value.totals, findings: [] };
  return { at: ended, status: 'completed', report, settled: true, keep: keep.ended(value, ended, false), ...more };
}

const finished = async (table: Table, run: Run, rows: readonly (string | Cell[])[]): Promise<void> => {
  const runs = tableRuns(table, () => NOON);
  const ticket = await runs.begin(run, HOUR, run.asOf);
  const end = endOf(table, run, rows);
  // Packed without a break, as no run does: on a busy machine a connection may have been closed meanwhile, which shows at a turn.
  for (let turn = 0; turn < 3; turn += 1) await setImmediate();
  await runs.finish(ticket, end);
};

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
};
const partsOf = async (kept: KeptRun | undefined): Promise<KeptPart[]> =>
  kept ? all(kept.parts()) : expect.fail('nothing was kept');
const rowsIn = (parts: readonly KeptPart[]): KeptRow[] =>
  parts.flatMap((part) => (part.kind === 'rows' ? part.rows : []));
const rowsOf = async (kept: KeptRun | undefined): Promise<KeptRow[]> => rowsIn(await partsOf(kept));

/** Rows that do not get smaller: 40 hex digits of their own each. */
const many = (count: number): Cell[][] =>
  Array.from({ length: count }, (_, i) => {
    const digits = Array.from({ length: 5 }, (_none, part) => ((i + 1) * 2_654_435_761 * (part + 7)) % 2 ** 32);
    return aRow(digits.map((digit) => Math.floor(digit).toString(16).padStart(8, '0')).join(''));
  });

describe.each([
  ['in memory', () => memoryTable()],
  ['in Table Storage', () => azurite.make().table],
])('what is kept of runs %s', (_where, make: () => Table) => {
  it('is what the answer said, the clock and what was decided', async () => {
    const table = make();
    const run = aRun();

    await finished(table, run, [aRow('a'), ['b', 'béta "x"\n', null, '2026-11-22T10:00:00Z', '[9]', 2n ** 60n], 'c']);

    const kept = await tableKeptRuns(table).find(run.id);
    expect(kept).toMatchObject({ id: run.id, scope, asOf: NOON, outcome: 'devices-found', rows: 3, again: false });
    const parts = await partsOf(kept);
    expect(rowsIn(parts)).toEqual([
      ['a', 'a.contoso.com', '2026-11-20T10:00:00Z', '2026-11-22T10:00:00Z', 2, '[7,8]'],
      ['b', 'béta "x"\n', null, '2026-11-22T10:00:00Z', (2n ** 60n).toString(), '[9]'],
      ['c', 'c.contoso.com', '2026-11-20T10:00:00Z', '2026-11-22T10:00:00Z', 2, '[7,8]'],
    ]);
    expect(parts.find((part) => part.kind === 'facts')).toMatchObject({
      facts: { baselineSince: NOON, lastComplete: day(-1), hunt: { query: aHunt().query, forgetAfter: 30 * DAY } },
    });
    const findings = parts.flatMap((part) => (part.kind === 'findings' ? part.list : []));
    expect(findings.map(({ id, novelty }) => [id, novelty])).toContainEqual(['a', 'newly-seen']);
    expect(findings.find(({ id }) => id === 'a')).toMatchObject({ firstSeen: new Date('2026-11-20T10:00:00Z') });
  });

  it('is nothing of a run that failed, and nothing of one that nobody began', async () => {
    const table = make();
    const runs = tableRuns(table, () => NOON);
    const run = aRun();
    const failure = { code: 'x', message: 'y', willRetry: false };
    await runs.finish(await runs.begin(run, HOUR, NOON), { at: at(1), status: 'failed', failure, settled: true });

    expect(await tableKeptRuns(table).find(run.id)).toBeUndefined();
    expect(await tableKeptRuns(table).find(aRun({ asOf: day(5) }).id)).toBeUndefined();
  });

  it('lists the runs of a time as they ended, and no other run', async () => {
    const table = make();
    for (const n of [0, 1, 2, 3]) await finished(table, aRun({ asOf: day(n) }), [`device-${String(n)}`]);
    await finished(table, aRun({ asOf: day(1), scope: aScope({ workspace: 'lab' }) }), ['x']);

    const listed = await all(tableKeptRuns(table).of(scope, day(1), day(3)));

    expect(listed.map(({ asOf }) => asOf)).toEqual([day(1), day(2)]);
    expect((await rowsOf(listed[1])).map(([id]) => id)).toEqual(['device-2']);
  });

  it('does not show up among the runs', async () => {
    const table = make();
    await finished(table, aRun(), many(20_000));

    expect(await tableRuns(table, () => NOON).recent(scope, 100)).toHaveLength(1);
  });

  it('holds answers of any size', async () => {
    const table = make();
    const [small, large] = [aRun(), aRun({ asOf: day(1) })];
    const rows = many(130_000);
    await finished(table, small, many(2_000));
    await finished(table, large, rows);

    expect((await rowsOf(await tableKeptRuns(table).find(small.id))).length).toBe(2_000);
    expect((await rowsOf(await tableKeptRuns(table).find(large.id))).map(([id]) => id)).toEqual(rows.map(([id]) => id));
  });

  it('keeps of a long list of reports the first few and their number', async () => {
    const table = make();
    const reports = JSON.stringify(Array.from({ length: 100_000 }, (_, i) => i + 1_000_000));
    await finished(table, aRun(), [['a', 'a', null, null, reports, 1]]);

    const [row] = await rowsOf(await tableKeptRuns(table).find(aRun().id));
    expect(row?.[6]).toBe(100_000);
    expect(JSON.parse(String(row?.[5]))).toEqual([1_000_000, 1_000_001, 1_000_002].concat(range(1_000_003, 12)));
  });

  it('stands as the first attempt that came to its end left it', async () => {
    const table = make();
    const run = aRun({ slot: NOON });
    const runs = tableRuns(table, () => NOON);
    await finished(table, run, ['a', 'b']);
    // The lease was never given back: the message comes again, and the slot looks unanswered.
    await table.upsert({ partitionKey: 'scopes', rowKey: run.id.split('-')[1] ?? '', lastSlot: '', lastRunParts: 0 });

    const again = await runs.begin(run, HOUR, at(5));
    expect(again.again).toBe(true);
    await runs.finish(again, endOf(table, run, ['a'], { at: at(6) }));

    expect((await rowsOf(await tableKeptRuns(table).find(run.id))).map(([id]) => id)).toEqual(['a', 'b']);
  });

  it.each([
    ['small', 3],
    ['large', 20_000],
  ])('is there when a %s run has ended, whichever of its requests is lost or answered late', async (_size, size) => {
    const run = aRun({ slot: NOON });
    const rows = many(size);
    for (let request = 1; ; request += 1) {
      const table = make();
      const late: (() => Promise<unknown>)[] = [];
      let count = 0;
      const runs = tableRuns(
        failingAt(table, () => (count += 1) === request, late),
        () => NOON,
      );
      const attempt = async (more: Partial<RunEnd>): Promise<boolean> => {
        try {
          await runs.finish(await runs.begin(run, HOUR, NOON), endOf(table, run, rows, more));
          return true;
        } catch (error) {
          expect(error).toBeInstanceOf(ServiceError);
          return false;
        }
      };
      const first = await attempt({});
      if (count < request) break;
      if (!first) await attempt({ at: at(9) });
      for (const act of late) await act();

      const record = await tableRuns(table, () => NOON).find(run.id);
      expect(record?.status).toBe('completed');
      const kept = await tableKeptRuns(table).find(run.id);
      expect(kept?.endedAt).toEqual(record?.endedAt);
      expect(await rowsOf(kept)).toHaveLength(size);
    }
  });

  it('goes with the runs when their time is over', async () => {
    const table = make();
    const others = [make(), make(), make()] as const;
    for (const n of [0, 1, 2, 3]) await finished(table, aRun({ asOf: day(n) }), many(n === 1 ? 20_000 : 1));
    const [ledger, cases, conversations] = others;

    await tableRetention({ ledger, runs: table, cases, conversations }).sweep(scope, day(2));

    const kept = await all(tableKeptRuns(table).of(scope, day(-9), day(9)));
    expect(kept.map(({ asOf }) => asOf)).toEqual([day(2), day(3)]);
    const left: string[] = [];
    for await (const { rowKey } of table.list(aRun().id.split('-')[1] ?? '', '!', '~')) left.push(rowKey.slice(0, 2));
    expect(left.sort()).toEqual(['k-', 'k-', 'r-', 'r-']);
  });

  it('says that it is damaged rather than give a part of it', async () => {
    const table = make();
    await finished(table, aRun(), many(20_000));
    const [partition, pages] = [aRun().id.split('-')[1] ?? '', [] as string[]];
    for await (const { rowKey } of table.list(partition, 'kp-', 'kp.')) pages.push(rowKey);
    await table.remove(partition, pages.at(-1) ?? '');

    await expect(rowsOf(await tableKeptRuns(table).find(aRun().id))).rejects.toThrow('is not whole');
  });

  it('costs an undisturbed run no request', async () => {
    const traffic = { reads: 0, writes: 0 };
    const table = memoryTable(traffic);
    await finished(table, aRun({ asOf: day(0) }), many(2_000));
    const before = traffic.reads + traffic.writes;

    await finished(table, aRun({ asOf: day(1) }), many(2_000));

    expect(traffic.reads + traffic.writes - before).toBe(5);
  });
});

const range = (from: number, length: number): number[] => Array.from({ length }, (_, i) => from + i);

/** One request is given up: it takes effect later, when its answer no longer matters. */
function failingAt(table: Table, isIt: () => boolean, late: (() => Promise<unknown>)[]): Table {
  const through =
    <A extends unknown[], R>(act: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> => {
      if (!isIt()) return act(...args);
      late.push(() => act(...args));
      return Promise.reject(new ServiceError('table-storage', 'timed-out', 'Given up.'));
    };
  return {
    ...table,
    get: through((...asked: Parameters<Table['get']>) => table.get(...asked)),
    insert: through((row: Entity) => table.insert(row)),
    merge: through((row: Entity, etag: string) => table.merge(row, etag)),
    upsert: through((row: Entity) => table.upsert(row)),
    transact: through((operations: readonly TableOperation[]) => table.transact(operations)),
  };
}
