import { createHttpHeaders, RestError, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline';
import { Readable } from 'node:stream';
import { makeLogsQueryClient } from '../../src/azure/log-analytics-client.ts';
import { logAnalyticsWorkspace } from '../../src/azure/log-analytics.ts';
import type { QuerySlots } from '../../src/azure/query-slots.ts';
import type { Log } from '../../src/log.ts';
import type { Workspace } from '../../src/services.ts';
import type { Fault } from './fault.ts';
import type { Life } from './storage.ts';

export const WORKSPACE_ID = '99999999-8888-7777-6666-555555555555';

/** A Log Analytics workspace behind the real SDK, whose wire does what the plan says. */
export function faultyWorkspace(
  body: () => string,
  life: Life,
  fault: () => Fault | undefined,
  log: Log,
  limit: QuerySlots,
): Workspace {
  let giveUp = (): void => undefined;
  const httpClient: HttpClient = {
    async sendRequest(request) {
      const dropped = (): never => {
        throw new RestError('socket hang up', { code: 'ECONNRESET', request });
      };
      if (life.dead) dropped();
      const happening = fault();
      const answer = (status: number, text: string) => ({
        request,
        status,
        headers: createHttpHeaders({ 'content-type': 'application/json' }),
        ...(request.streamResponseStatusCodes?.has(status)
          ? { readableStreamBody: Readable.from([Buffer.from(text)]) }
          : { bodyAsText: text }),
      });
      const kind = happening?.kind;
      if (kind === 'killBefore' || kind === 'killAfter') life.dead = true;
      if (life.dead || kind === 'dropBefore' || kind === 'dropAfter') return dropped();
      if (kind === 'status' || kind === 'statusAfter')
        return answer(happening?.status ?? 500, JSON.stringify({ error: { code: 'ServerBusy', message: 'Busy.' } }));
      if (kind === 'truncate') return answer(200, body().slice(0, body().length >> 1));
      if (kind === 'stall' || kind === 'delay') {
        const aborted = untilAborted(request);
        giveUp();
        return aborted;
      }
      return answer(200, body());
    },
  };
  const client = makeLogsQueryClient(
    { getToken: () => Promise.resolve({ token: 'secret', expiresOnTimestamp: Date.now() + 3_600_000 }) },
    { endpoint: 'https://api.loganalytics.io', httpClient },
  );
  const options = { limit, sleep: () => Promise.resolve(), log };
  const workspace = logAnalyticsWorkspace(client, WORKSPACE_ID, options);
  return {
    query(kql, window, signal, read) {
      const patience = new AbortController();
      // As when the time for the run is over, without waiting for it.
      giveUp = () => {
        patience.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
      };
      return workspace.query(kql, window, AbortSignal.any([signal, patience.signal]), read);
    },
  };
}

const untilAborted = (request: PipelineRequest): Promise<never> =>
  new Promise((_resolve, reject) => {
    request.abortSignal?.addEventListener('abort', () => {
      reject(Object.assign(new Error('aborted'), { name: 'AbortError' }));
    });
  });
