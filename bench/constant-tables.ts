/**
 * Table Storage's wire protocol over a Map, every answer after the same delay: what a client costs when the service does
 * not vary. It knows just what the ledger and the journal ask, and answers 501 to anything else.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { recorded, type Recorded } from './meter.ts';

type Entity = Record<string, unknown>;

export interface ConstantTables {
  readonly url: string;
  /** What it was asked, where it is to remember that. */
  readonly requests: Recorded[];
  stop(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export async function constantTables(latency: number, remember = false): Promise<ConstantTables> {
  const requests: Recorded[] = [];
  const tables = new Map<string, Map<string, Entity>>();
  /** What the operations of the latest batch have changed, and what was there before. */
  const undo: [rows: Map<string, Entity>, key: string, before: Entity | undefined][] = [];
  let version = 0;
  const etag = (): string => `W/"datetime'${String((version += 1))}'"`;
  const table = (name: string): Map<string, Entity> => {
    const found = tables.get(name) ?? new Map<string, Entity>();
    tables.set(name, found);
    return found;
  };

  const operate = (method: string, url: string, headers: Record<string, string | undefined>, body: string): Reply => {
    const path = decodeURIComponent(new URL(url).pathname).replace(/^\/[^/]+\//, '');
    const query = new URL(url).searchParams;
    if (path === 'Tables' && method === 'POST') return { status: 204 };
    const entity = /^(\w+)\(PartitionKey='((?:[^']|'')*)',RowKey='((?:[^']|'')*)'\)$/.exec(path);
    if (entity) return onEntity(method, entity[1] ?? '', `${entity[2] ?? ''}\n${entity[3] ?? ''}`, headers, body);
    const list = /^(\w+)(?:\(\))?$/.exec(path);
    if (list && method === 'GET') return onQuery(list[1] ?? '', query.get('$filter') ?? '');
    if (list && method === 'POST') {
      const created = JSON.parse(body) as Entity;
      return onEntity(
        'POST',
        list[1] ?? '',
        `${String(created['PartitionKey'])}\n${String(created['RowKey'])}`,
        headers,
        body,
      );
    }
    return { status: 501 };
  };

  const onEntity = (
    method: string,
    name: string,
    key: string,
    headers: Record<string, string | undefined>,
    body: string,
  ): Reply => {
    const rows = table(name);
    const current = rows.get(key);
    if (method === 'GET')
      return current ? { status: 200, body: JSON.stringify(current) } : failure(404, 'ResourceNotFound');
    if (method === 'POST' && current) return failure(409, 'EntityAlreadyExists');
    const match = headers['if-match'];
    if (method !== 'POST' && match !== undefined && match !== '*' && current?.['odata.etag'] !== match) {
      return failure(current ? 412 : 404, current ? 'UpdateConditionNotSatisfied' : 'ResourceNotFound');
    }
    if (method === 'DELETE') {
      undo.push([rows, key, current]);
      rows.delete(key);
      return { status: 204 };
    }
    const keep = method === 'MERGE' || method === 'PATCH' ? current : undefined;
    const [PartitionKey = '', RowKey = ''] = key.split('\n');
    const stored = { ...keep, ...(JSON.parse(body) as Entity), PartitionKey, RowKey, 'odata.etag': etag() };
    undo.push([rows, key, current]);
    rows.set(key, stored);
    return { status: 204, headers: { etag: stored['odata.etag'] } };
  };

  const onQuery = (name: string, filter: string): Reply => {
    const pk = /PartitionKey eq '([^']*)'/.exec(filter)?.[1];
    const from = /RowKey ge '([^']*)'/.exec(filter)?.[1] ?? '';
    const to = /RowKey lt '([^']*)'/.exec(filter)?.[1] ?? '\uffff';
    const value = [...table(name).values()].filter(
      (row) => row['PartitionKey'] === pk && String(row['RowKey']) >= from && String(row['RowKey']) < to,
    );
    return { status: 200, body: JSON.stringify({ value }) };
  };

  /** All or nothing: the rows are put back when one operation fails. */
  const onBatch = (body: string): Reply => {
    undo.length = 0;
    const parts: string[] = [];
    for (const [, method = '', url = '', rest = ''] of body.matchAll(
      /\r\n(POST|PUT|MERGE|PATCH|DELETE) (\S+) HTTP\/1\.1\r\n([\s\S]*?)(?=\r\n--)/g,
    )) {
      const [head = '', ...payload] = rest.split('\r\n\r\n');
      const headers = Object.fromEntries(
        head
          .split('\r\n')
          .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const reply = operate(method, url, headers, payload.join('\r\n\r\n').trim());
      if (reply.status >= 400) {
        for (const [rows, key, before] of undo.reverse()) {
          if (before) rows.set(key, before);
          else rows.delete(key);
        }
        return multipart([
          part({ ...reply, body: (reply.body ?? '').replace('"value":"', `"value":"${String(parts.length)}:`) }),
        ]);
      }
      parts.push(part(reply));
    }
    return multipart(parts);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = `http://${request.headers.host ?? ''}${request.url ?? '/'}`;
    const body = Buffer.concat(chunks).toString();
    if (remember) requests.push(recorded(request, url, body));
    const headers = { 'if-match': request.headers['if-match'] };
    const reply = url.endsWith('/$batch') ? onBatch(body) : operate(request.method ?? 'GET', url, headers, body);
    undo.length = 0;
    await sleep(latency);
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers }).end(reply.body);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/devstoreaccount1`,
    requests,
    stop: () =>
      new Promise((stopped) => {
        server.close(() => {
          stopped();
        });
        server.closeAllConnections();
      }),
  };
}

const failure = (status: number, code: string): Reply => ({
  status,
  headers: { 'x-ms-error-code': code },
  body: JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: code } } }),
});

const part = ({ status, headers = {}, body = '' }: Reply): string =>
  [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    `HTTP/1.1 ${String(status)} X`,
    // The SDK looks for this header by its exact case.
    ...(headers['etag'] === undefined ? [] : [`ETag: ${headers['etag']}`]),
    ...(body === '' ? [] : ['Content-Type: application/json']),
    '',
    body,
  ].join('\r\n');

const multipart = (parts: readonly string[]): Reply => ({
  status: 202,
  headers: { 'content-type': 'multipart/mixed; boundary=batchresponse_1' },
  body: `--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_1\r\n\r\n${parts
    .map((text) => `--changesetresponse_1\r\n${text}\r\n`)
    .join('')}--changesetresponse_1--\r\n--batchresponse_1--\r\n`,
});
