import { hash } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import type { DeviceKey } from '../hunt/device-key.ts';
import type { Expectation } from '../hunt/expectation.ts';
import type { Finding } from '../hunt/finding.ts';
import type { HuntId, HuntScope } from '../hunt/hunt.ts';
import type { NoticeContext } from '../hunt/notice.ts';
import type { Mute, Promises } from '../services.ts';
import { atOnce } from '../at-once.ts';
import { metaKey } from './ledger-rows.ts';
import { readJson, writeJson } from './json-property.ts';
import { newRecord, noticePartition } from './outbox-rows.ts';
import type { Entity, Table } from './table.ts';

const EXPECTED = ['e-', 'e.'] as const;
const MUTES = 'mutes';
/** A transaction holds 100 rows: the notice and these. */
const PER_TRANSACTION = 97;
const ATTEMPTS = 20;
/** A hunt's id may hold characters that keys may not. */
const muteKey = (hunt: HuntId): string => hash('sha256', hunt.toLowerCase(), 'hex');
/** In the partition of the outbox's notices, so that a promise can end and be told in one transaction. */
const keyOf = (scope: HuntScope, device: DeviceKey): readonly [string, string] => [
  noticePartition(scope),
  `e-${device}`,
];

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

    async lapse(findings, context, scope) {
      let told = 0;
      for (let lost = 0, number = 1; lost < ATTEMPTS; number += 1) {
        const part = await stillLapsed(table, scope, findings);
        if (part.length === 0) return told;
        const { result } = await table.transact(lapseOf(part, context, scope, number, now()));
        if (result === 'committed') told += part.length;
        // Renewed or told by somebody else meanwhile, or the number is taken: the next look decides.
        else lost += 1;
      }
      throw new ServiceError('table-storage', 'unavailable', 'The promises of this hunt are being changed by others.');
    },

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

interface Lapsed {
  readonly row: Entity;
  readonly finding: Finding;
}

async function stillLapsed(table: Table, scope: HuntScope, findings: readonly Finding[]): Promise<readonly Lapsed[]> {
  const lapsed: Lapsed[] = [];
  for (const finding of findings) {
    const row = await table.get(...keyOf(scope, finding.device));
    // The promise that the run saw; a later one holds again.
    const same = row && readExpectation(row).until.getTime() === finding.expected?.until.getTime();
    if (same && row['ended'] !== true) lapsed.push({ row, finding });
    if (lapsed.length === PER_TRANSACTION) break;
  }
  return lapsed;
}

function lapseOf(part: readonly Lapsed[], context: NoticeContext, scope: HuntScope, number: number, at: Date) {
  const id = `${context.run}-expectation-ended-${String(number).padStart(6, '0')}`;
  const notice = { kind: 'devices-found', context, findings: part.map(({ finding }) => finding) } as const;
  return [
    { kind: 'insert', entity: newRecord(noticePartition(scope), id, at, { notice }) } as const,
    ...part.map(({ row }) => ({ kind: 'merge', entity: { ...keys(row), ended: true }, etag: row.etag ?? '' }) as const),
  ];
}

function readExpectation(row: Entity): Expectation {
  return { ...readJson<Expectation>(row, 'promise'), until: new Date(String(row['until'])) };
}

const keys = ({ partitionKey, rowKey }: Entity): Pick<Entity, 'partitionKey' | 'rowKey'> => ({ partitionKey, rowKey });
