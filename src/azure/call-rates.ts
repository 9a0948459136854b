import type { CallRates } from '../services.ts';
import { MINUTE } from '../time.ts';
import type { Table } from './table.ts';

const RATES = 'rates';
/** As often another call may have been counted between reading and counting; more at once are too many in any case. */
const ATTEMPTS = 8;

/** Counted in storage, a row for each caller: instances come and go with the load, and would each allow the whole number. */
export function tableCallRates(table: Table): CallRates {
  return {
    async count(caller, most, now) {
      const minute = Math.floor(now.getTime() / MINUTE);
      const wait = (minute + 1) * MINUTE - now.getTime();
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const row = await table.get(RATES, caller);
        const calls = row?.['minute'] === minute ? Number(row['calls']) : 0;
        if (calls >= most) return wait;
        const counted = { partitionKey: RATES, rowKey: caller, minute, calls: calls + 1 };
        if (!row && (await table.insert(counted)) === 'inserted') return undefined;
        if (row && (await table.merge(counted, row.etag ?? '')) !== undefined) return undefined;
      }
      return wait;
    },
  };
}
