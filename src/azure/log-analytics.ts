import type { LogsQueryClient } from '@azure/monitor-query';
import { ServiceError } from '../errors.ts';
import type { RowReader } from '../hunt/answer.ts';
import type { Log } from '../log.ts';
import type { Workspace } from '../services.ts';
import { MINUTE, SECOND, type Milliseconds, type TimeWindow } from '../time.ts';
import { queryFailure } from './query-failure.ts';
import type { QuerySlots } from './query-slots.ts';
import { sdkFailure } from './service-failure.ts';
import { readWireAnswer } from './wire-answer.ts';

export interface LogAnalyticsOptions {
  readonly limit: QuerySlots;
  /** Waits; rejects when the signal fires. */
  readonly sleep: (length: Milliseconds, value: undefined, options: { readonly signal: AbortSignal }) => Promise<void>;
  readonly log: Log;
}

/** The longest the service lets a query run. */
const SERVER_TIMEOUT_SECONDS = 600;
const ATTEMPTS = 3;
const LONGEST_WAIT: Milliseconds = MINUTE;

/** One workspace, asked through the SDK and read from the raw answer: docs/decisions/0006-monitor-query-read-raw.md. */
export function logAnalyticsWorkspace(
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as the decision says
  client: LogsQueryClient,
  workspaceId: string,
  { limit, sleep, log }: LogAnalyticsOptions,
): Workspace {
  return {
    async query(kql, window, signal, read) {
      for (let attempt = 1; ; attempt += 1) {
        const answer = await limit
          .run(() => ask(kql, window, signal, read()), signal)
          .catch((error: unknown) => queryFailure(error, '', signal));
        if (!(answer instanceof ServiceError)) return answer;
        const wait = attempt < ATTEMPTS ? waitBefore(answer, attempt) : undefined;
        if (wait === undefined) throw answer;
        log.warn('run.retried-query', { code: answer.code, attempt, wait });
        await sleep(wait, undefined, { signal }).catch((error: unknown) => {
          throw queryFailure(error, '', signal);
        });
      }
    },
  };

  async function ask<T>(
    kql: string,
    { start, end }: TimeWindow,
    signal: AbortSignal,
    reader: RowReader<T>,
  ): Promise<T> {
    let body = '';
    let stream: AsyncIterable<Uint8Array | string> | undefined;
    let status = 0;
    try {
      await client.queryWorkspace(
        workspaceId,
        kql,
        { startTime: start, endTime: end },
        {
          serverTimeoutInSeconds: SERVER_TIMEOUT_SECONDS,
          abortSignal: signal,
          // The SDK's own reading of a large answer blocks the process for seconds; ours takes it from the stream.
          requestOptions: { shouldDeserialize: (response) => response.status !== 200 },
          onResponse: (response) => {
            body = response.bodyAsText ?? '';
            stream = response.readableStreamBody;
            ({ status } = response);
          },
        },
      );
    } catch (error) {
      // With nothing deserialised the SDK trips over every good answer; the status decides.
      if (status !== 200 && sdkFailure(error).statusCode !== 204) throw queryFailure(error, body, signal);
    }
    // 204: the workspace has no data at all, so neither rows nor columns.
    return status === 200 ? readWireAnswer(stream ?? [body], reader) : reader.end();
  }
}

/** How long to wait before asking again; undefined when asking again would not help. A time-out is not repeated: it cost minutes. */
function waitBefore({ reason, retryAfter }: ServiceError, attempt: number): Milliseconds | undefined {
  if (reason !== 'throttled' && reason !== 'unavailable') return undefined;
  // Jitter, so that the hunts of one tick do not come back together.
  const own = SECOND * 2 ** attempt * (1 + Math.random());
  return Math.min(retryAfter ?? own, LONGEST_WAIT);
}
