import type { TokenCredential } from '@azure/identity';
import { LogsQueryClient, type LogsQueryClientOptions } from '@azure/monitor-query';

type PipelinePolicy = NonNullable<LogsQueryClientOptions['additionalPolicies']>[number]['policy'];
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
    additionalPolicies: [{ policy: streamedAnswers, position: 'perRetry' }],
  });
}

/**
 * Answers come as a stream instead of as one text: a large one would not fit into the smallest instance. And they come as they are:
 * where the SDK unpacks a stream, nobody hears that its connection broke or was given up, and the run would wait for ever.
 */
const streamedAnswers: PipelinePolicy = {
  name: 'streamedAnswers',
  sendRequest(request, next) {
    request.streamResponseStatusCodes = new Set([200]);
    request.headers.set('Accept-Encoding', 'identity');
    return next(request);
  },
};
