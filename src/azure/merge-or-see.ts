import { ServiceError } from '../errors.ts';
import type { Entity, Property, Table, TableOperation } from './table.ts';

/**
 * The etag of the change when it stands, whether its answer came or was lost; undefined when the row has moved on. What is
 * written `beside` it, in the same partition, is there when the change is and not otherwise.
 */
export async function mergeOrSee(
  table: Table,
  { partitionKey, rowKey, etag }: Entity,
  properties: Readonly<Record<string, Property | undefined>>,
  done: (row: Entity) => boolean,
  beside: readonly TableOperation[] = [],
): Promise<string | undefined> {
  try {
    const entity = { ...properties, partitionKey, rowKey };
    const moved = await (beside.length === 0 ? table.merge(entity, etag ?? '') : mergeWith(entity, etag ?? ''));
    if (moved !== undefined) return moved;
  } catch (error) {
    if (!(error instanceof ServiceError) || !error.transient) throw error;
  }
  const row = await table.get(partitionKey, rowKey);
  return row && done(row) ? row.etag : undefined;

  async function mergeWith(entity: Entity, expected: string): Promise<string | undefined> {
    const all = await table.transact([{ kind: 'merge', entity, etag: expected }, ...beside]);
    return all.result === 'committed' ? all.etags[0] : undefined;
  }
}
