import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableCases } from '../../src/azure/cases.ts';
import { tableLedger } from '../../src/azure/ledger.ts';
import { tableLinkSecrets } from '../../src/azure/link-secrets.ts';
import { tableOutbox } from '../../src/azure/outbox.ts';
import { tableRetention } from '../../src/azure/retention.ts';
import { tableRuns } from '../../src/azure/runs.ts';
import type { Table } from '../../src/azure/table.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import { aHunt, anAnswer, aRun, aRunOrder, aScope, NOON } from '../support/builders.ts';
import { azuriteTables } from '../support/azurite-tables.ts';
import { memoryTable } from '../support/memory-table.ts';
import { aWorld } from '../support/services.ts';

let azurite: Awaited<ReturnType<typeof azuriteTables>>;
beforeAll(async () => {
  azurite = await azuriteTables();
});
afterAll(() => azurite.azurite.stop());

const scope = aScope();
const day = (n: number): Date => new Date(NOON.getTime() + n * DAY);

describe.each([
  ['in memory', () => memoryTable()],
  ['in Table Storage', () => azurite.make().table],
])('retention %s', (_where, make: () => Table) => {
  /** Real runs, one a day, each of which finds and tells a device. */
  async function years(days: readonly number[]) {
    const [ledger, runs, cases, conversations] = [make(), make(), make(), make()];
    let now = NOON;
    const clock = (): Date => now;
    const world = aWorld();
    const services = {
      ...world.services,
      ledger: tableLedger(ledger),
      outbox: tableOutbox(ledger, clock),
      runs: tableRuns(runs, clock),
      cases: tableCases(cases),
      now: clock,
    };
    await services.conversations.put({ id: 'channel', kind: 'channel', reference: {} });
    for (const n of days) {
      now = day(n);
      world.answer = anAnswer(days.filter((earlier) => earlier <= n).map((earlier) => `device-${String(earlier)}`));
      await runHunt(aHunt(), aRunOrder({ asOf: now }), false, services);
    }
    return { services, retention: tableRetention({ ledger, runs, cases, conversations }), conversations };
  }

  it('takes old cases off the list of those that wait for an answer', async () => {
    const { services, retention } = await years([0, 1, 2, 3]);
    const cutoff = new Date(day(2).getTime() - HOUR);

    expect(await retention.sweepUnanswered(cutoff)).toBe(1);

    const waiting = await services.cases.unanswered(day(-1), 10);
    expect(waiting.map(({ openedAt }) => openedAt)).toEqual([day(3), day(2)]);
  });

  it('takes away old runs and what they saw, told notices and cases, and keeps what is younger and every known device', async () => {
    const { services, retention } = await years([0, 1, 2, 3]);
    const cutoff = new Date(day(2).getTime() - HOUR);
    const before = await services.runs.recent(scope, 100);

    // A run and what was kept of it, each with its case.
    expect(await retention.sweep(scope, cutoff)).toBe(6);

    const kept = await services.runs.recent(scope, 100);
    expect(kept.map(({ id }) => id)).toEqual(before.slice(0, 2).map(({ id }) => id));
    expect(await services.cases.ofRun(before[0]?.id ?? aRun().id)).toHaveLength(1);
    expect(await services.cases.ofRun(before[3]?.id ?? aRun().id)).toHaveLength(0);
    expect((await services.ledger.open(scope)).baseline.known.size).toBe(4);
    expect(await services.outbox.open(scope)).toEqual([]);
    expect(await retention.sweep(scope, cutoff)).toBe(0);
  });

  it('keeps what is still untold, however old', async () => {
    const { services, retention } = await years([0]);
    const context = { ...(await aContext()), asOf: NOON };
    const trouble = { code: 'x', message: 'x', since: NOON, toldAt: NOON };
    const id = `${aRun({ asOf: NOON }).id}-trouble`;
    await services.outbox.add(scope, { kind: 'trouble', reminder: false, trouble, context }, id);

    await retention.sweep(scope, day(1_000));

    expect((await services.outbox.open(scope)).map((open) => open.id)).toEqual([id]);
  });

  it('takes away many rows in as many batches as they need', async () => {
    const [ledger, runs, cases, conversations] = [make(), make(), make(), make()];
    const journal = tableRuns(runs, () => NOON);
    for (let n = 0; n < 230; n += 1) await journal.order(aRunOrder({ asOf: new Date(NOON.getTime() + n * MINUTE) }));

    expect(await tableRetention({ ledger, runs, cases, conversations }).sweep(scope, day(1))).toBe(230);
    expect(await journal.recent(scope, 10)).toEqual([]);
  });

  it('takes away the marks of used links once nobody can use them, and never the key', async () => {
    const { retention, conversations } = await years([]);
    const links = tableLinkSecrets(conversations);
    const key = await links.key();
    await links.useOnce('old', day(1));
    await links.useOnce('young', day(9));

    expect(await retention.sweepLinks(day(5))).toBe(1);

    expect(await links.useOnce('young', day(9))).toBe(false);
    expect(await tableLinkSecrets(conversations).key()).toEqual(key);
  });

  it('remembers when it last swept', async () => {
    const { retention } = await years([]);

    expect(await retention.lastSweep()).toBeUndefined();
    await retention.swept(NOON);
    expect(await retention.lastSweep()).toEqual(NOON);
  });
});

/** The context of a real notice. */
async function aContext() {
  const world = aWorld();
  await world.services.conversations.put({ id: 'channel', kind: 'channel', reference: {} });
  world.answer = anAnswer(['a']);
  await runHunt(aHunt(), aRunOrder(), false, world.services);
  const [told] = world.told;
  if (!told) throw new Error('Nothing was told.');
  return told.notice.context;
}
