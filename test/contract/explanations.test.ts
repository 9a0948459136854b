import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tableExplanations } from '../../src/azure/explanations.ts';
import { tableLedger } from '../../src/azure/ledger.ts';
import { tableOutbox } from '../../src/azure/outbox.ts';
import type { Table } from '../../src/azure/table.ts';
import type { Explanation } from '../../src/hunt/explanation.ts';
import { noticeContext } from '../../src/hunt/notice.ts';
import type { Explanations } from '../../src/services.ts';
import { azuriteTables } from '../support/azurite-tables.ts';
import { aFinding, aHunt, aReport, aRun, aScope, aSighting, NOON } from '../support/builders.ts';
import { memoryTable } from '../support/memory-table.ts';

let azurite: Awaited<ReturnType<typeof azuriteTables>>;
beforeAll(async () => {
  azurite = await azuriteTables();
});
afterAll(() => azurite.azurite.stop());

const scope = aScope();
const context = noticeContext(aHunt(), aRun());
const explained = (id: string, more: Partial<Explanation> = {}): Explanation => {
  const { device, name } = aSighting(id);
  const matches = [{ by: ['Backup'], executions: 4 }];
  const traits = { hashes: ['h'], paths: ['c:\\x'], accounts: ['ana'], parents: [], addresses: [] };
  return {
    ...{ device, id, name, at: NOON, lastSeen: NOON, matches, traits, explained: true, hidden: true, ended: false },
    ...more,
  };
};
const ended = (id: string) =>
  aFinding(id, {
    novelty: 'explanation-ended',
    explainedSoFar: { by: ['Backup'], since: NOON, because: ['a new path'] },
  });

describe.each([
  ['in memory', () => memoryTable()],
  ['in Table Storage', () => azurite.make().table],
])('explanations %s', (_where, make: () => Table) => {
  let table: Table;
  let explanations: Explanations;
  const toldDevices = async (): Promise<string[]> => {
    const outbox = tableOutbox(table, () => NOON);
    const told: string[] = [];
    for (const open of await outbox.open(scope)) {
      const claim = await outbox.claim(open, 1_000);
      if (claim?.notice.kind === 'devices-found') told.push(...claim.notice.findings.map(({ id }) => id));
    }
    return told.sort();
  };

  beforeEach(async () => {
    table = make();
    explanations = tableExplanations(table, () => NOON);
    const session = await tableLedger(table).open(scope);
    await session.commit(aReport({ founding: [aSighting('old')] }));
  });

  it('come back as they went, dates as dates', async () => {
    await explanations.remember(scope, [explained('a'), explained('b', { explained: false, hidden: false })]);

    const all = [...(await explanations.all(scope))].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(all).toEqual([explained('a'), explained('b', { explained: false, hidden: false })]);
  });

  it('say to the ledger that there is something to watch, only when there is', async () => {
    const isExplained = async () => (await tableLedger(table).open(scope)).explained;
    await explanations.remember(scope, [explained('a', { explained: false })]);
    const before = await isExplained();
    await explanations.remember(scope, [explained('b')]);

    expect([before, await isExplained()]).toEqual([false, true]);
  });

  it('end once, and what ends is told once, however often it is asked for', async () => {
    await explanations.remember(scope, [explained('a'), explained('b')]);

    const told = [
      await explanations.reopen([ended('a'), ended('never explained')], context, scope),
      await explanations.reopen([ended('a')], context, scope),
    ];

    expect(told).toEqual([1, 0]);
    expect(await toldDevices()).toEqual(['a']);
    expect((await explanations.all(scope)).filter((one) => one.ended).map(({ id }) => id)).toEqual(['a']);
  });

  it('end once between rivals', async () => {
    await explanations.remember(
      scope,
      Array.from({ length: 120 }, (_, n) => explained(`d${String(n)}`)),
    );
    const all = Array.from({ length: 120 }, (_, n) => ended(`d${String(n)}`));

    const counts = await Promise.all([1, 2, 3].map(() => explanations.reopen(all, context, scope)));

    expect(counts.reduce((a, b) => a + b)).toBe(120);
    expect(await toldDevices()).toEqual(all.map(({ id }) => id).sort());
  });
});
