import { ServiceError } from '../errors.ts';
import type { Entity, Property, Table } from './table.ts';

/** The etag of the change when it stands, whether its answer came or was lost; undefined when the row has moved on. */
export async function mergeOrSee(
  table: Table,
  { partitionKey, rowKey, etag }: Entity,
  properties: Readonly<Record<string, Property | undefined>>,
  done: (row: Entity) => boolean,
): Promise<string | undefined> {
  try {
    const moved = await table.merge({ ...properties, partitionKey, rowKey }, etag ?? '');
    if (moved !== undefined) return moved;
  } catch (error) {
    if (!(error instanceof ServiceError) || !error.transient) throw error;
  }
  const row = await table.get(partitionKey, rowKey);
  return row && done(row) ? row.etag : undefined;
}
