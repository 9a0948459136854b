import { describe, expect, it } from 'vitest';
import { tableLedger } from '../../src/azure/ledger.ts';
import { shardOf } from '../../src/azure/ledger-rows.ts';
import { noticePartition } from '../../src/azure/outbox-rows.ts';
import { tableOutbox } from '../../src/azure/outbox.ts';
import type { Table } from '../../src/azure/table.ts';
import type { Notice } from '../../src/hunt/notice.ts';
import { assembleReport } from '../../src/hunt/compare.ts';
import type { HuntReport } from '../../src/hunt/report.ts';
import type { LedgerSession } from '../../src/services.ts';
import { DAY, MINUTE } from '../../src/time.ts';
import { aFinding, aHunt, anAnswer, aRun, aScope, NOON } from '../support/builders.ts';
import { memoryTable } from '../support/memory-table.ts';

const scope = aScope();
const at = (minutes: number): Date => new Date(NOON.getTime() + minutes * MINUTE);
const dayAfter = (days: number): Date => new Date(NOON.getTime() + days * DAY);

function reportOf(
  session: LedgerSession,
  devices: readonly string[],
  asOf: Date,
  lastComplete = new Date(asOf.getTime() - DAY),
): HuntReport {
  const report = assembleReport({
    hunt: aHunt(),
    run: aRun({ asOf }),
    asked: '',
    answer: anAnswer(devices),
    baseline: session.baseline,
    lastComplete,
  });
  if ('missingColumns' in report) throw new Error('The builder answers all columns.');
  return report;
}

async function run(table: Table, devices: readonly string[], asOf: Date): Promise<void> {
  const session = await tableLedger(table).open(scope);
  await session.commit(reportOf(session, devices, asOf));
}

async function tellAll(table: Table): Promise<Notice[]> {
  const outbox = tableOutbox(table, () => at(60));
  const notices: Notice[] = [];
  for (const open of await outbox.open(scope)) {
    const claim = await outbox.claim(open, MINUTE);
    if (!claim) continue;
    notices.push(claim.notice);
    await claim.settle();
  }
  return notices;
}

const toldIds = (notices: readonly Notice[]): string[] =>
  notices.flatMap((notice) => (notice.kind === 'devices-found' ? notice.findings.map(({ id }) => id) : [])).sort();

/** A device whose rows live in this shard. */
function deviceIn(shard: number): string {
  for (let i = 0; ; i += 1) {
    if (shardOf(aFinding(`device-${String(i)}`).device) === shard) return `device-${String(i)}`;
  }
}

/** What is left in the outbox's open records. */
async function recordsOf(table: Table): Promise<string[]> {
  const left: string[] = [];
  for await (const row of table.list(noticePartition(scope), 'o-', 'o.')) left.push(row.rowKey);
  return left;
}

describe('the ledger among rivals', () => {
  it('tells in one go what many runs left pending', async () => {
    const table = memoryTable();
    await run(table, [], NOON);
    for (let n = 1; n <= 14; n += 1) {
      const devices = Array.from({ length: n }, (_, i) => `device-${String(i)}`);
      await run(table, devices, at(n));
    }

    expect(toldIds(await tellAll(table))).toHaveLength(14);
  });

  it.each([1, 2, 3, 4, 5, 6])('loses no device when a rival settles before listing %i of a sealing', async (nth) => {
    const table = memoryTable();
    await run(table, [], NOON);
    await tellAll(table);
    const [first, second] = [deviceIn(1), deviceIn(2)];
    await run(table, [first], at(1));
    const rival = tableOutbox(table, () => at(2));
    const [open] = await rival.open(scope);
    const theirs = open && (await rival.claim(open, MINUTE));
    // The same run is delivered again, and finds one device more.
    await run(table, [first, second], at(1));
    let listings = 0;
    const disturbed: Table = {
      ...table,
      async *list(...args) {
        if ((listings += 1) === nth) await theirs?.settle();
        yield* table.list(...args);
      },
    };

    const told = [...toldIds(theirs ? [theirs.notice] : []), ...toldIds(await tellAll(disturbed))];
    told.push(...toldIds(await tellAll(table)), ...toldIds(await tellAll(table)));

    expect(listings).toBeGreaterThanOrEqual(nth);
    expect(told.sort()).toEqual([first, second].sort());
    expect(await recordsOf(table)).toEqual([]);
  });

  it('never says that all is sealed while rivals keep winning', async () => {
    const table = memoryTable();
    await run(table, [], NOON);
    await tellAll(table);
    await run(table, ['device'], at(1));
    const losing: Table = { ...table, transact: () => Promise.resolve({ result: 'moved' }) };

    await expect(tableOutbox(losing, () => at(2)).open(scope)).rejects.toMatchObject({ reason: 'unavailable' });
  });

  it('tells a return once that two overlapping runs of two days saw', async () => {
    const table = memoryTable();
    await run(table, ['back'], NOON);
    await tellAll(table);
    const one = await tableLedger(table).open(scope);
    const two = await tableLedger(table).open(scope);
    const earlier = reportOf(one, ['back'], dayAfter(40));
    const later = reportOf(two, ['back'], dayAfter(41), dayAfter(39));

    await one.commit(earlier);
    await two.commit(later);

    expect(toldIds(await tellAll(table))).toEqual(['back']);
  });

  it('swallows no device when a commit is repeated after a rival has founded the baseline', async () => {
    const table = memoryTable();
    const mine = await tableLedger(table).open(scope);
    const report = reportOf(mine, ['shared', 'mine'], at(1));
    await run(table, ['shared'], NOON);

    await expect(mine.commit(report)).rejects.toThrow('compare again');
    await expect(mine.commit(report)).rejects.toThrow('compare again');

    await run(table, ['shared', 'mine'], at(2));
    expect(toldIds(await tellAll(table))).toEqual(['mine']);
  });

  it('counts in a card what was stored by a founding that a rival overtook', async () => {
    const table = memoryTable();
    let overtaken = false;
    const slow: Table = {
      ...table,
      async transact(operations) {
        if (!overtaken && operations[0]?.kind === 'merge') {
          overtaken = true;
          await run(table, ['shared'], NOON);
        }
        return table.transact(operations);
      },
    };
    const late = await tableLedger(slow).open(scope);

    await late.commit(reportOf(late, ['shared', 'late'], at(1)));

    const notices = await tellAll(table);
    await run(table, ['shared', 'late'], at(2));
    notices.push(...(await tellAll(table)));
    const counted = Math.max(...notices.map((notice) => (notice.kind === 'baseline-founded' ? notice.total : 0)));
    expect(overtaken).toBe(true);
    expect(counted + toldIds(notices).length).toBe(2);
  });

  it('takes no device for returning because a founding that died had stored it long before', async () => {
    const table = memoryTable();
    let transactions = 0;
    const dying: Table = {
      ...table,
      transact: (operations) =>
        (transactions += 1) > 2 ? Promise.reject(new Error('The process died.')) : table.transact(operations),
    };
    await expect(run(dying, ['device'], NOON)).rejects.toThrow('died');
    expect((await tableLedger(table).open(scope)).baseline.known.size).toBe(1);

    await run(table, ['device'], dayAfter(40));

    const session = await tableLedger(table).open(scope);
    expect(reportOf(session, ['device'], dayAfter(41), dayAfter(40)).findings).toEqual([]);
  });
});
