import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableCallRates } from '../../src/azure/call-rates.ts';
import type { Table } from '../../src/azure/table.ts';
import { MINUTE, SECOND } from '../../src/time.ts';
import { azuriteTables } from '../support/azurite-tables.ts';
import { NOON } from '../support/builders.ts';
import { memoryTable } from '../support/memory-table.ts';

let azurite: Awaited<ReturnType<typeof azuriteTables>>;
beforeAll(async () => {
  azurite = await azuriteTables();
});
afterAll(() => azurite.azurite.stop());

const later = (time: number): Date => new Date(NOON.getTime() + time);

describe.each<[string, () => Table]>([
  ['in memory', () => memoryTable()],
  ['in Azurite', () => azurite.make().table],
])('calls counted %s', (_where, makeTable) => {
  it('are let through up to the number of a minute; then the wait is told', async () => {
    const rates = tableCallRates(makeTable());

    for (let call = 0; call < 3; call += 1) expect(await rates.count('a', 3, later(call * SECOND))).toBeUndefined();
    expect(await rates.count('a', 3, later(20 * SECOND))).toBe(40 * SECOND);
    expect(await rates.count('b', 3, later(20 * SECOND))).toBeUndefined();
    expect(await rates.count('a', 3, later(MINUTE))).toBeUndefined();
  });

  it('are counted together by all instances, at the same moment, too', async () => {
    const table = makeTable();

    const waits = await Promise.all(
      Array.from({ length: 30 }, (_, call) => tableCallRates(table).count('a', 5, later(call))),
    );

    expect(waits.filter((wait) => wait === undefined).length).toBeLessThanOrEqual(5);
    expect(waits.filter((wait) => wait === undefined).length).toBeGreaterThan(0);
  });
});
