import { hash } from 'node:crypto';
import type { DeviceKey } from '../hunt/device-key.ts';
import type { Expectation } from '../hunt/expectation.ts';
import type { HuntId, HuntScope } from '../hunt/hunt.ts';
import type { Mute, Promises } from '../services.ts';
import { atOnce } from '../at-once.ts';
import { endAndTell } from './end-and-tell.ts';
import { metaKey } from './ledger-rows.ts';
import { readJson, writeJson } from './json-property.ts';
import { noticePartition, type RowKey } from './outbox-rows.ts';
import type { Entity, Table } from './table.ts';

const EXPECTED = ['e-', 'e.'] as const;
const MUTES = 'mutes';
/** A hunt's id may hold characters that keys may not. */
const muteKey = (hunt: HuntId): string => hash('sha256', hunt.toLowerCase(), 'hex');
/** In the partition of the outbox's notices, so that a promise can end and be told in one transaction. */
const keyOf = (scope: HuntScope, device: DeviceKey): RowKey => [noticePartition(scope), `e-${device}`];

/** Promises about devices and hunts, in the ledger's own table. */
export function tablePromises(table: Table, now: () => Date): Promises {
  return {
    async expected(scope) {
      const expectations = new Map<DeviceKey, Expectation>();
      for await (const row of table.list(noticePartition(scope), ...EXPECTED)) {
        if (row['ended'] !== true) expectations.set(row.rowKey.slice(2) as DeviceKey, readExpectation(row));
      }
      return expectations;
    },

    async expect(scope, expectations) {
      // First the word that there are promises: runs look for them only then. A scope whose ledger is gone has no word to
      // change: then the device is told once more, which is the safe side.
      const meta = await table.get(...metaKey(scope));
      if (meta && meta['promised'] !== true) await table.upsert({ ...keys(meta), promised: true });
      await atOnce(expectations, async (expectation) => {
        const [partition, row] = keyOf(scope, expectation.device);
        const until = expectation.until.toISOString();
        const promise = { until, ended: false, ...writeJson('promise', expectation) };
        await table.upsert({ partitionKey: partition, rowKey: row, ...promise });
      });
    },

    async withdraw(scope, devices, at) {
      await atOnce(devices, async (device) => {
        const row = await table.get(...keyOf(scope, device));
        if (row) await table.merge({ ...keys(row), until: at.toISOString() }, row.etag ?? '');
      });
    },

    lapse: (findings, context, scope) =>
      endAndTell(table, {
        ...{ kind: 'expectation-ended', scope, context, findings, at: now() },
        keyOf: ({ device }) => keyOf(scope, device),
        // The promise that the run saw; a later one holds again.
        isSame: (row, { expected }) => readExpectation(row).until.getTime() === expected?.until.getTime(),
      }),

    async forget(scope, devices) {
      await atOnce(devices, (device) => table.remove(...keyOf(scope, device)));
    },

    async mutes() {
      const mutes: Mute[] = [];
      for await (const row of table.list(MUTES, '0', 'g')) mutes.push(readJson<Mute>(row, 'mute'));
      return mutes;
    },
    mute: (mute) => table.upsert({ partitionKey: MUTES, rowKey: muteKey(mute.hunt), ...writeJson('mute', mute) }),
    unmute: (hunt) => table.remove(MUTES, muteKey(hunt)),
  };
}

function readExpectation(row: Entity): Expectation {
  return { ...readJson<Expectation>(row, 'promise'), until: new Date(String(row['until'])) };
}

const keys = ({ partitionKey, rowKey }: Entity): Pick<Entity, 'partitionKey' | 'rowKey'> => ({ partitionKey, rowKey });
