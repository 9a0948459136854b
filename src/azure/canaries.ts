import { ServiceError } from '../errors.ts';
import type { CanaryState } from '../hunt/canary.ts';
import type { HuntId, HuntScope } from '../hunt/hunt.ts';
import { scopeKeyOf } from '../hunt/run.ts';
import type { Canaries, KnownCanary } from '../services.ts';
import { readJson, writeJson } from './json-property.ts';
import type { Entity, Table } from './table.ts';

/** One row for each workspace, in one partition: all of them cost a request, and none of them grows. */
const CANARIES = 'canary';
/** Rivals are the timer and the canary's own run. */
const ATTEMPTS = 10;

/** Where canaries are, in the table of the runs. */
export function tableCanaries(table: Table): Canaries {
  return {
    async all() {
      const known: KnownCanary[] = [];
      for await (const row of table.list(CANARIES, '0', 'g')) known.push({ scope: scopeOf(row), state: stateOf(row) });
      return known;
    },

    async find(scope) {
      const row = await table.get(CANARIES, scopeKeyOf(scope));
      return row && stateOf(row);
    },

    async change(scope, change) {
      const key = { partitionKey: CANARIES, rowKey: scopeKeyOf(scope) };
      const { hunt, workspace } = scope;
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const row = await table.get(key.partitionKey, key.rowKey);
        const before = row && stateOf(row);
        const after = change(before);
        if (after === before) return after;
        const entity: Entity = { ...key, hunt, workspace, ...writeJson('state', after) };
        const stored = row
          ? (await table.merge(entity, row.etag ?? '')) !== undefined
          : (await table.insert(entity)) === 'inserted';
        if (stored) return after;
      }
      throw new ServiceError('table-storage', 'unavailable', 'Where the canary is changes too fast to be noted.');
    },
  };
}

const stateOf = (row: Entity): CanaryState => readJson<CanaryState>(row, 'state');
const scopeOf = (row: Entity): HuntScope => ({
  hunt: String(row['hunt']) as HuntId,
  workspace: String(row['workspace']),
});
