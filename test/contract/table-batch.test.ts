import { createDefaultHttpClient } from '@azure/core-rest-pipeline';
import { TableClient, type TransactionAction } from '@azure/data-tables';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { submitBatch } from '../../src/azure/table-batch.ts';
import type { Entity, TableOperation } from '../../src/azure/table.ts';

interface Received {
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const received: Received[] = [];
let reply: { readonly status: number; readonly body: string };
let server: Server;
let client: TableClient;
const httpClient = createDefaultHttpClient();

const part = (status: number, rest = ''): string =>
  `--changesetresponse_1\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 ${String(status)} X\r\n${rest}\r\n`;
const answer = (...parts: readonly string[]): string =>
  `--b\r\n\r\n${parts.join('')}--changesetresponse_1--\r\n--b--\r\n`;

beforeEach(async () => {
  received.length = 0;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(reply.status, { 'content-type': 'multipart/mixed; boundary=b' }).end(reply.body);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/account`;
  client = TableClient.fromConnectionString(
    `DefaultEndpointsProtocol=http;AccountName=account;AccountKey=c2VjcmV0;TableEndpoint=${url}`,
    'Ledger',
    { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } },
  );
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const row = (rowKey: string, properties: Partial<Entity> = {}): Entity => ({
  partitionKey: 'p',
  rowKey,
  ...properties,
});
const hostile = '/\\#?%00\'"\u202e\ud800<b>=1+1\r\n--changeset_x\r\n\r\nDELETE http://x HTTP/1.1';
const operations: readonly TableOperation[] = [
  { kind: 'merge', entity: row('head', { rev: 2, bytes: Uint8Array.of(0, 1, 255), etag: 'W/"old"' }), etag: 'W/"1"' },
  { kind: 'insert', entity: row("d-'quoted'", { text: hostile, yes: true, real: 1.5, none: undefined }) },
  { kind: 'upsert', entity: row('d-2', { name: 'Ü\u{1f600}' }) },
  { kind: 'delete', entity: row('o-1') },
];
const submit = (list = operations) => submitBatch({ client, httpClient }, list, AbortSignal.timeout(5_000));

/** The ids of a batch are new each time. */
const normal = (text: string): string => text.replaceAll(/(batch|changeset)_[0-9a-f-]{36}/g, '$1');

describe('a transaction on the wire', () => {
  it('is to the letter what the SDK would have written', async () => {
    reply = { status: 202, body: answer(part(204), part(204), part(204), part(204)) };
    const actions: TransactionAction[] = [
      [
        'update',
        { partitionKey: 'p', rowKey: 'head', rev: 2, bytes: Uint8Array.of(0, 1, 255) },
        'Merge',
        { etag: 'W/"1"' },
      ],
      ['create', { partitionKey: 'p', rowKey: "d-'quoted'", text: hostile, yes: true, real: 1.5 }],
      ['upsert', { partitionKey: 'p', rowKey: 'd-2', name: 'Ü\u{1f600}' }, 'Merge'],
      ['delete', { partitionKey: 'p', rowKey: 'o-1' }],
    ];

    await submit();
    await client.submitTransaction(actions);

    const [ours, theirs] = received;
    expect(ours?.url).toBe(theirs?.url);
    expect(normal(ours?.body ?? '')).toBe(normal(theirs?.body ?? ''));
    for (const header of ['content-type', 'x-ms-version', 'dataserviceversion', 'maxdataserviceversion', 'accept'])
      expect(normal(String(ours?.headers[header]))).toBe(normal(String(theirs?.headers[header])));
    expect(ours?.headers['authorization']).toMatch(/^SharedKeyLite account:/);
  });

  it('answers the etag of each row, and none for one that was deleted', async () => {
    reply = {
      status: 202,
      body: answer(part(204, 'ETag: W/"a"\r\n'), part(204, 'etag: W/"b"\r\n'), part(204, 'ETag: W/"c"\r\n'), part(204)),
    };

    expect(await submit()).toEqual({ etags: ['W/"a"', 'W/"b"', 'W/"c"', undefined] });
  });

  it('that was refused says the status and the code of the operation', async () => {
    const error = '{"odata.error":{"code":"UpdateConditionNotSatisfied","message":{"lang":"en-US","value":"0:The …"}}}';
    reply = { status: 202, body: answer(part(412, `Content-Type: application/json\r\n\r\n${error}`)) };

    await expect(submit()).rejects.toMatchObject({ statusCode: 412, code: 'UpdateConditionNotSatisfied' });
  });

  it('that was refused as a whole says so', async () => {
    reply = { status: 403, body: '{"odata.error":{"code":"AuthorizationFailure","message":{"value":"no"}}}' };

    await expect(submit()).rejects.toMatchObject({ statusCode: 403, code: 'AuthorizationFailure' });
  });

  it.each([
    ['nothing', ''],
    ['fewer answers than operations', answer(part(204), part(204))],
    ['an end in the middle of an answer', answer(part(204), part(204), part(204), part(204)).slice(0, -40)],
  ])('whose answer is %s may or may not have happened', async (_what, body) => {
    reply = { status: 202, body };

    await expect(submit()).rejects.toThrow('broke off');
  });
});
