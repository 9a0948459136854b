import { expect, it } from 'vitest';
import { tableCanaries } from '../../src/azure/canaries.ts';
import { tableCases } from '../../src/azure/cases.ts';
import { tableConversations } from '../../src/azure/conversations.ts';
import { tableLedger } from '../../src/azure/ledger.ts';
import { tableOutbox } from '../../src/azure/outbox.ts';
import { tablePromises } from '../../src/azure/promises.ts';
import { tableRuns } from '../../src/azure/runs.ts';
import type { Table } from '../../src/azure/table.ts';
import { HOUR, MINUTE } from '../../src/time.ts';
import { aCanaryWorld, type CanaryWorld } from '../support/canary-world.ts';
import { memoryTable } from '../support/memory-table.ts';
import { CHANNEL, failure } from '../support/services.ts';

/** A request that is lost, or one whose answer is. */
type Fault = 'request' | 'answer';

/** A world whose tables lose the `at`th request from now on. */
async function aFaultyWorld(): Promise<{
  readonly world: CanaryWorld;
  readonly lose: (at: number, fault: Fault) => void;
  readonly asked: () => number;
}> {
  let count = 0;
  let plan: { readonly at: number; readonly fault: Fault } | undefined;
  const turn = (): Fault | undefined => ((count += 1) === plan?.at ? plan.fault : undefined);
  const lost = failure('unavailable', 'table-storage');
  const faulty = (table: Table): Table => {
    const through = async <T>(act: () => Promise<T>): Promise<T> => {
      const fault = turn();
      if (fault === 'request') throw lost;
      const result = await act();
      if (fault === 'answer') throw lost;
      return result;
    };
    return {
      get: (...args) => through(() => table.get(...args)),
      insert: (...args) => through(() => table.insert(...args)),
      merge: (...args) => through(() => table.merge(...args)),
      upsert: (...args) => through(() => table.upsert(...args)),
      remove: (...args) => through(() => table.remove(...args)),
      transact: (...args) => through(() => table.transact(...args)),
      async *list(...args) {
        if (turn() !== undefined) throw lost;
        yield* table.list(...args);
      },
    };
  };
  const world = await aCanaryWorld();
  const [ledger, runs, cases, conversations] = [memoryTable(), memoryTable(), memoryTable(), memoryTable()].map(faulty);
  if (!ledger || !runs || !cases || !conversations) throw new Error('There are four.');
  const { now } = world.services;
  Object.assign(world.services, {
    ledger: tableLedger(ledger),
    outbox: tableOutbox(ledger, now),
    promises: tablePromises(ledger, now),
    runs: tableRuns(runs, now),
    canaries: tableCanaries(runs),
    cases: tableCases(cases),
    conversations: tableConversations(conversations),
  });
  await world.services.conversations.put(CHANNEL);
  return {
    world,
    lose: (at, fault) => {
      plan = { at: count + at, fault };
    },
    asked: () => count,
  };
}

/** From a tick before the second canary leaves until the ticks after it has arrived. */
const WATCHED = 20 * MINUTE;

it.each<Fault>(['request', 'answer'])(
  'a %s that storage loses, wherever it is, neither loses a canary nor alarms anybody',
  async (fault) => {
    const calm = await aFaultyWorld();
    await calm.world.live(20 * MINUTE);
    const before = calm.asked();
    await calm.world.live(WATCHED);
    const requests = calm.asked() - before;
    expect(requests).toBeGreaterThan(80);

    for (let at = 1; at <= requests; at += 1) {
      const { world, lose } = await aFaultyWorld();
      await world.live(20 * MINUTE);
      lose(at, fault);
      await world.live(HOUR);

      const where = `request ${String(at)}`;
      expect(
        world.logged.filter(({ event }) => event === 'canary.missing').map(({ fields }) => fields),
        where,
      ).toEqual([]);
      expect(await world.health(), where).toEqual([]);
      expect((await world.state())?.arrived?.slot.toISOString(), where).toBe('2026-11-23T12:30:00.000Z');
      expect(
        world.cards().every((card) => card === 'channel canary'),
        where,
      ).toBe(true);
      expect(world.cards().length, where).toBeGreaterThanOrEqual(2);
    }
  },
  60_000,
);
