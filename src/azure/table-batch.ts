/** Transactions of Table Storage as one request. */
import { RestError, type TableClient } from '@azure/data-tables';
import { randomUUID } from 'node:crypto';
import { accountUrl, refusal, rowPath, sendWire, writeEntity, type Wire } from './table-wire.ts';
import type { TableOperation } from './table.ts';

export interface BatchAnswer {
  /** Of each operation, in their order; undefined for a row that was deleted. */
  readonly etags: readonly (string | undefined)[];
}

const LINE = '\r\n';

/** All or nothing. Throws the SDK's error, with the status and code of the operation that the service refused. */
export async function submitBatch(
  wire: Wire,
  operations: readonly TableOperation[],
  abortSignal: AbortSignal,
): Promise<BatchAnswer> {
  const boundary = `batch_${randomUUID()}`;
  const sent = await sendWire(wire, {
    method: 'POST',
    path: '$batch',
    headers: {
      'Content-Type': `multipart/mixed; boundary=${boundary}`,
      Accept: 'application/json',
      DataServiceVersion: '3.0;',
      MaxDataServiceVersion: '3.0;NetFx',
    },
    body: bodyOf(operations, wire.client, boundary),
    abortSignal,
  });
  const { status, bodyAsText } = sent.response;
  if (status >= 300) throw refusal('The transaction was refused.', sent);
  const parts = partsOf(bodyAsText ?? '');
  const refused = parts.find(({ statusCode }) => statusCode >= 300);
  if (refused) throw refusal('The transaction was refused.', sent, refused);
  // Fewer answers than operations: it broke off, and whether they took effect shows only by reading again.
  if (parts.length !== operations.length) throw new RestError('The answer to a transaction broke off.', sent);
  return { etags: parts.map(({ text }) => /^ETag: (.*)$/im.exec(text)?.[1]?.trim()) };
}

/** To the letter what the SDK writes, which the service is known to understand. */
function bodyOf(operations: readonly TableOperation[], client: TableClient, boundary: string): string {
  const changeset = `changeset_${randomUUID()}`;
  const account = accountUrl(client);
  const lines = [`--${boundary}`, `content-type: multipart/mixed; boundary=${changeset}`, '', ''];
  for (const operation of operations) {
    lines.push(`--${changeset}`, 'content-type: application/http', 'content-transfer-encoding: binary', '');
    lines.push(...headOf(operation, account, client.tableName), '', '');
    if (operation.kind !== 'delete') lines.push(writeEntity(operation.entity));
  }
  lines.push(`--${changeset}--`, `--${boundary}--`, '');
  return lines.join(LINE);
}

function headOf(operation: TableOperation, account: string, table: string): readonly string[] {
  const { kind, entity } = operation;
  const row = `${account}/${rowPath(table, entity.partitionKey, entity.rowKey)}`;
  const version = 'DataServiceVersion: 3.0';
  switch (kind) {
    case 'insert':
      return [
        `POST ${account}/${table} HTTP/1.1`,
        'Content-Type: application/json;odata=nometadata',
        'Accept: application/json;odata=minimalmetadata',
        version,
        'Prefer: return-no-content',
      ];
    case 'delete':
      return [`DELETE ${row} HTTP/1.1`, 'Accept: application/json;odata=minimalmetadata', version, 'If-Match: *'];
    default: {
      const match = kind === 'merge' ? [`If-Match: ${operation.etag}`] : [];
      return [`PATCH ${row} HTTP/1.1`, 'Content-Type: application/json', version, 'Accept: application/json', ...match];
    }
  }
}

/** What the service says of each operation; of one that failed, only of that one. */
const partsOf = (body: string): { readonly statusCode: number; readonly text: string }[] =>
  body
    .split('--changesetresponse_')
    .slice(1, -1)
    .map((text) => ({ statusCode: Number(/HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text }));
