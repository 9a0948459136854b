import { createDefaultHttpClient } from '@azure/core-rest-pipeline';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeLogsQueryClient, type HttpClient } from '../../src/azure/log-analytics-client.ts';
import { logAnalyticsWorkspace } from '../../src/azure/log-analytics.ts';
import { querySlots } from '../../src/azure/query-slots.ts';
import { collectRows } from '../../src/hunt/answer.ts';
import { silentLog } from '../support/silent-log.ts';

const ROWS = Array.from({ length: 5_000 }, (_, n) => `["device-${String(n)}"]`);
const BODY = `{"tables":[{"name":"PrimaryResult","columns":[{"name":"DeviceId","type":"string"}],"rows":[${ROWS.join(',')}]}]}`;

let server: Server;
let url: string;
/** What becomes of an answer when its first half has been sent. */
let then: (response: ServerResponse, rest: Buffer) => void;
let asked: number;

/** As the service: whoever takes packed answers gets them packed. */
beforeEach(async () => {
  asked = 0;
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      asked += 1;
      const isPacked = /gzip/.test(request.headers['accept-encoding'] ?? '');
      const body = isPacked ? gzipSync(BODY) : Buffer.from(BODY);
      response.writeHead(200, {
        'content-type': 'application/json',
        ...(isPacked && { 'content-encoding': 'gzip' }),
      });
      const half = body.length >> 1;
      response.write(body.subarray(0, half), () => {
        then(response, body.subarray(half));
      });
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function query(deadline: number) {
  const plain = createDefaultHttpClient();
  const httpClient: HttpClient = {
    sendRequest(request) {
      // The SDK insists on https; this workspace does not.
      request.url = request.url.replace('https://api.loganalytics.io', url);
      request.allowInsecureConnection = true;
      return plain.sendRequest(request);
    },
  };
  const client = makeLogsQueryClient(
    { getToken: () => Promise.resolve({ token: 'secret', expiresOnTimestamp: Date.now() + 3_600_000 }) },
    { endpoint: 'https://api.loganalytics.io', httpClient },
  );
  const sleep = (): Promise<void> => Promise.resolve();
  const workspace = logAnalyticsWorkspace(client, '11111111-2222-3333-4444-555555555555', {
    ...{ limit: querySlots(1), sleep, log: silentLog },
  });
  const window = { start: new Date('2026-11-15T00:00:00Z'), end: new Date('2026-11-20T00:00:00Z') };
  return workspace.query('T', window, AbortSignal.timeout(deadline), collectRows);
}

describe('an answer on the wire', () => {
  it('is read to its end', async () => {
    then = (response, rest) => response.end(rest);

    expect((await query(10_000)).rows).toHaveLength(ROWS.length);
  });

  it('that stops in the middle and never goes on ends at the deadline', async () => {
    then = () => undefined;

    await expect(query(500)).rejects.toMatchObject({ reason: 'timed-out' });
  });

  it('whose connection breaks in the middle is asked for again, and then said to be unavailable', async () => {
    then = (response) => response.destroy();

    await expect(query(30_000)).rejects.toMatchObject({ reason: 'unavailable' });
    expect(asked).toBe(3);
  });
});
