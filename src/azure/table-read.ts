/** Reading one row of Table Storage, which may be the head of a shard with half a megabyte in it. */
import { RestError } from '@azure/data-tables';
import { addAbortSignal, Readable } from 'node:stream';
import { readEntity, refusal, rowPath, sendWire, type Wire } from './table-wire.ts';
import type { Entity } from './table.ts';

export interface ReadOptions {
  readonly select: readonly string[] | undefined;
  readonly abortSignal: AbortSignal;
  /** The heads of a baseline are asked for together, and come together: each is taken apart in a turn of its own. */
  readonly turn: () => Promise<void>;
}

const LARGE = 100_000;

/** Undefined for a row that is not there. Throws the SDK's error for everything else that is no row. */
export async function readRow(
  wire: Wire,
  [partitionKey, rowKey]: readonly [string, string],
  { select, abortSignal, turn }: ReadOptions,
): Promise<Entity | undefined> {
  const sent = await sendWire(
    wire,
    {
      method: 'GET',
      path: rowPath(wire.client.tableName, partitionKey, rowKey),
      ...(select && { query: { $select: ['PartitionKey', 'RowKey', ...select].join(',') } }),
      headers: { Accept: 'application/json;odata=minimalmetadata' },
      abortSignal,
    },
    true,
  );
  const { status, readableStreamBody } = sent.response;
  // Nothing is in a table that is not there, either.
  if (status === 404) return undefined;
  if (status !== 200) throw refusal('The row could not be read.', sent);
  const chunks: Buffer[] = [];
  try {
    // Also where somebody between here and the service has packed it: an unpacking stream does not hear of an abort by itself.
    const body = readableStreamBody instanceof Readable ? addAbortSignal(abortSignal, readableStreamBody) : [];
    let length = 0;
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
    }
    if (length > LARGE) await turn();
    return readEntity(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    abortSignal.throwIfAborted();
    throw Object.assign(new RestError('The answer with a row broke off.', { ...sent, code: 'PARSE_ERROR' }), { cause });
  }
}
