import type { TokenCredential } from '@azure/identity';
import { LogsQueryClient, type LogsQueryClientOptions } from '@azure/monitor-query';

export type HttpClient = NonNullable<LogsQueryClientOptions['httpClient']>;

/**
 * The SDK's client. `endpoint` is an https address without a path; sovereign clouds use it as their audience too.
 * No retries: it would repeat a query that timed out after ten minutes three times.
 */
export function makeLogsQueryClient(
  credential: TokenCredential,
  options: { readonly endpoint: string; readonly httpClient?: HttpClient },
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- see docs/decisions/0006-monitor-query-read-raw.md
): LogsQueryClient {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as above
  return new LogsQueryClient(credential, {
    endpoint: options.endpoint,
    audience: options.endpoint,
    retryOptions: { maxRetries: 0 },
    ...(options.httpClient && { httpClient: options.httpClient }),
  });
}
