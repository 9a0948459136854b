import { Readable } from 'node:stream';
import { createHttpHeaders, RestError, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { makeLogsQueryClient } from '../../src/azure/log-analytics-client.ts';
import { logAnalyticsWorkspace } from '../../src/azure/log-analytics.ts';
import { querySlots } from '../../src/azure/query-slots.ts';
import type { ServiceError } from '../../src/errors.ts';
import { collectRows, type QueryAnswer } from '../../src/hunt/answer.ts';
import type { Log } from '../../src/log.ts';
import { until } from '../support/until.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const ID = '99999999-8888-7777-6666-555555555555';
const WINDOW = { start: new Date('2026-11-16T06:00:00Z'), end: new Date('2026-11-23T06:00:00Z') };

interface Reply {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** A workspace behind the real SDK whose wire answers with `replies` in turn; the last one goes on. */
function workspace(...replies: (Reply | 'dropped' | 'stalled')[]) {
  const requests: PipelineRequest[] = [];
  const waits: number[] = [];
  const httpClient: HttpClient = {
    sendRequest(request) {
      requests.push(request);
      const reply = replies[Math.min(requests.length, replies.length) - 1] ?? { status: 200 };
      if (reply === 'dropped') return Promise.reject(new RestError('socket hang up', { code: 'ECONNRESET', request }));
      if (reply === 'stalled') {
        return new Promise((_resolve, reject) => {
          request.abortSignal?.addEventListener('abort', () => {
            reject(Object.assign(new Error('aborted'), { name: 'AbortError' }));
          });
        });
      }
      const headers = createHttpHeaders({ 'content-type': 'application/json', ...reply.headers });
      // As the SDK's own client does: what was to be streamed comes as a stream.
      const body = request.streamResponseStatusCodes?.has(reply.status)
        ? { readableStreamBody: Readable.from([Buffer.from(reply.body ?? '')]) }
        : { bodyAsText: reply.body ?? '' };
      return Promise.resolve({ request, status: reply.status, headers, ...body });
    },
  };
  const client = makeLogsQueryClient(
    { getToken: () => Promise.resolve({ token: 'secret', expiresOnTimestamp: Date.now() + 3_600_000 }) },
    { endpoint: 'https://api.loganalytics.io', httpClient },
  );
  const sleep = (length: number): Promise<void> => {
    waits.push(length);
    return Promise.resolve();
  };
  const asked = logAnalyticsWorkspace(client, ID, { limit: querySlots(5), sleep, log: silent });
  return {
    requests,
    waits,
    query: (signal = AbortSignal.timeout(5_000)) => asked.query('T', WINDOW, signal, collectRows),
  };
}

const table = (columns: [string, string][], rows: string): string =>
  `{"tables":[{"name":"PrimaryResult","columns":${JSON.stringify(columns.map(([name, type]) => ({ name, type })))},"rows":${rows}}]}`;
const ONE = table([['DeviceId', 'string']], '[["d"]]');
const failureOf = (asked: Promise<QueryAnswer>): Promise<ServiceError> =>
  asked.then(
    () => Promise.reject(new Error('It was answered.')),
    (error: unknown) => error as ServiceError,
  );
const error = (code: string, inner?: unknown): string =>
  JSON.stringify({ error: { code, message: `${code}!`, innererror: inner } });

describe('asking a workspace', () => {
  it('sends the query with an explicit time span, and asks for the longest time the service gives', async () => {
    const { requests, query } = workspace({ status: 200, body: ONE });

    expect(await query()).toEqual({ columns: [{ name: 'DeviceId', type: 'string' }], rows: [['d']] });

    expect(requests[0]?.url).toBe(`https://api.loganalytics.io/v1/workspaces/${ID}/query`);
    expect(JSON.parse(requests[0]?.body as string)).toMatchObject({
      query: 'T',
      timespan: '2026-11-16T06:00:00.000Z/2026-11-23T06:00:00.000Z',
    });
    expect(requests[0]?.headers.get('prefer')).toContain('wait=600');
  });

  it('reads nulls as nulls, instants as they were sent, and 64-bit values exactly', async () => {
    const columns: [string, string][] = [
      ['t', 'datetime'],
      ['u', 'datetime'],
      ['n', 'long'],
      ['b', 'bool'],
      ['d', 'dynamic'],
      ['s', 'string'],
    ];
    const { query } = workspace({
      status: 200,
      body: table(
        columns,
        '[[null,"2026-11-23T06:00:00.1234567Z",9007199254740993,null,"[9007199254740993,1]",""],[null,null,7,true,null,"9007199254740993"]]',
      ),
    });

    expect((await query()).rows).toEqual([
      [null, '2026-11-23T06:00:00.1234567Z', 9007199254740993n, null, '[9007199254740993,1]', ''],
      [null, null, 7, true, null, '9007199254740993'],
    ]);
  });

  it('writes a dynamic value that comes as JSON as text, every digit of it', async () => {
    const { query } = workspace({ status: 200, body: table([['d', 'dynamic']], '[[[9007199254740993,{"a":1}]]]') });

    expect((await query()).rows).toEqual([['[9007199254740993,{"a":1}]']]);
  });

  it('marks an answer that the service calls partial, with the innermost reason', async () => {
    const partial = {
      code: 'PartialError',
      message: 'There were some errors',
      details: [
        {
          code: 'EngineError',
          message: 'x',
          innererror: { code: '-2133196797', message: 'E_QUERY_RESULT_SET_TOO_LARGE' },
        },
      ],
    };
    const { query } = workspace({ status: 200, body: ONE.replace(/}$/, `,"error":${JSON.stringify(partial)}}`) });

    expect(await query()).toMatchObject({
      rows: [['d']],
      partial: { code: '-2133196797', message: 'E_QUERY_RESULT_SET_TOO_LARGE' },
    });
  });

  it('marks an answer with as many rows as the service ever gives', async () => {
    const { query } = workspace({ status: 200, body: table([['n', 'long']], `[${'[1],'.repeat(499_999)}[1]]`) });

    expect((await query()).partial?.code).toBe('row-limit');
  });

  it('takes 204 for a workspace without any data', async () => {
    const { query } = workspace({ status: 204 });

    expect(await query()).toEqual({ columns: [], rows: [] });
  });

  it('takes an answer without rows for one', async () => {
    const { query } = workspace({ status: 200, body: table([['DeviceId', 'string']], '[]') });

    expect(await query()).toEqual({ columns: [{ name: 'DeviceId', type: 'string' }], rows: [] });
  });
});

describe('a failure', () => {
  it.each([
    [
      {
        status: 400,
        body: error('BadArgumentError', {
          code: 'SemanticError',
          message: "'where' operator: Failed to resolve column 'x'",
        }),
      },
      'rejected',
      1,
      /SemanticError.*Failed to resolve column/,
    ],
    [{ status: 401, body: error('InvalidTokenError') }, 'denied', 1, /Log Analytics Data Reader/],
    [{ status: 403, body: error('InsufficientAccessError') }, 'denied', 1, /InsufficientAccessError/],
    [{ status: 404, body: error('WorkspaceNotFoundError') }, 'not-found', 1, /no such workspace/],
    [{ status: 412 }, 'unavailable', 3, /HTTP 412/],
    [{ status: 429, body: error('ThrottledError') }, 'throttled', 3, /throttling/],
    [{ status: 500, body: '<html>' }, 'unavailable', 3, /HTTP 500/],
    [{ status: 502 }, 'unavailable', 3, /HTTP 502/],
    [{ status: 503 }, 'unavailable', 3, /HTTP 503/],
    [{ status: 504 }, 'timed-out', 1, /did not finish/],
    [{ status: 200, body: '' }, 'unavailable', 3, /empty body/],
    [{ status: 200, body: ONE.slice(0, -9) }, 'unavailable', 3, /broke off/],
    [{ status: 200, body: '[]' }, 'unavailable', 3, /no result/],
    ['dropped', 'unavailable', 3, /connection/],
  ] as const)('%j is %s after %i attempt(s)', async (reply, reason, attempts, message) => {
    const { requests, query } = workspace(reply);

    const failure = await failureOf(query());

    expect(failure).toMatchObject({ service: 'workspace', reason });
    expect(failure.message).toMatch(message);
    expect(failure.message).not.toContain('secret');
    expect(requests).toHaveLength(attempts);
  });

  it('that passes is forgotten', async () => {
    const { waits, query } = workspace(
      'dropped',
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 200, body: ONE },
    );

    expect((await query()).rows).toHaveLength(1);
    expect(waits[1]).toBe(7_000);
  });

  it('is not waited for longer than a minute, whatever the service asks', async () => {
    const { waits, query } = workspace({ status: 429, headers: { 'retry-after': '3600' } });

    await failureOf(query());

    expect(waits).toEqual([60_000, 60_000]);
  });

  it('of the deadline ends the query', async () => {
    const { query } = workspace('stalled');

    expect(await failureOf(query(AbortSignal.timeout(20)))).toMatchObject({ reason: 'timed-out' });
  });
});

describe('five queries at once', () => {
  it('are all that run; the sixth waits its turn, and gives up at its own deadline', async () => {
    const slots = querySlots(5);
    const order: number[] = [];
    const finish: (() => void)[] = [];
    const ask = (n: number, signal = new AbortController().signal): Promise<void> =>
      slots.run(() => {
        order.push(n);
        return new Promise((resolve) => finish.push(resolve));
      }, signal);

    const running = [1, 2, 3, 4, 5].map((n) => ask(n));
    const sixth = ask(6);
    const impatient = new AbortController();
    const seventh = ask(7, impatient.signal);
    await until('five to run', () => order.length === 5);
    impatient.abort(new Error('deadline'));

    await expect(seventh).rejects.toThrow('deadline');
    expect(order).toEqual([1, 2, 3, 4, 5]);
    finish[0]?.();
    await until('the sixth to run', () => order.includes(6));
    for (const end of finish) end();
    await Promise.all([...running, sixth]);
  });
});
