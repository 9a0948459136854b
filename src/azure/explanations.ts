import { atOnce } from '../at-once.ts';
import type { DeviceKey } from '../hunt/device-key.ts';
import type { Explanation } from '../hunt/explanation.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import type { Explanations } from '../services.ts';
import { endAndTell } from './end-and-tell.ts';
import { readJson, writeJson } from './json-property.ts';
import { metaKey } from './ledger-rows.ts';
import { noticePartition, type RowKey } from './outbox-rows.ts';
import type { Entity, Table } from './table.ts';

const EXPLAINED = ['x-', 'x.'] as const;
const keyOf = (scope: HuntScope, device: DeviceKey): RowKey => [noticePartition(scope), `x-${device}`];

/** What explained devices, beside the outbox's notices: an explanation ends in the transaction that tells of it. */
export function tableExplanations(table: Table, now: () => Date): Explanations {
  return {
    async all(scope) {
      const explanations: Explanation[] = [];
      for await (const row of table.list(noticePartition(scope), ...EXPLAINED)) explanations.push(read(row));
      return explanations;
    },

    async remember(scope, explanations) {
      if (explanations.length === 0) return;
      // First the word that there is something to watch: runs look for it only then.
      const watched = explanations.some(({ explained }) => explained);
      const meta = watched ? await table.get(...metaKey(scope)) : undefined;
      if (meta && meta['explained'] !== true) {
        const { partitionKey, rowKey } = meta;
        await table.upsert({ partitionKey, rowKey, explained: true });
      }
      await atOnce(explanations, async (explanation) => {
        const [partitionKey, rowKey] = keyOf(scope, explanation.device);
        const { ended } = explanation;
        await table.upsert({ partitionKey, rowKey, ended, ...writeJson('explanation', explanation) });
      });
    },

    reopen: (findings, context, scope) =>
      endAndTell(table, {
        ...{ kind: 'explanation-ended', scope, context, findings, at: now() },
        keyOf: ({ device }) => keyOf(scope, device),
        isSame: () => true,
      }),
  };
}

const read = (row: Entity): Explanation => ({
  ...readJson<Explanation>(row, 'explanation'),
  ended: row['ended'] === true,
});
