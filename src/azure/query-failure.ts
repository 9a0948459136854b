import { ServiceError, type ServiceFailureReason } from '../errors.ts';
import { retryAfterOf, sdkFailure } from './service-failure.ts';

interface ErrorDetail {
  readonly code: string;
  readonly message: string;
}

/** The API nests its reason: the innermost code and message are the ones a person can act on. */
export function innermost(error: unknown): ErrorDetail {
  let found: ErrorDetail = { code: 'unknown', message: 'no detail' };
  for (let at: unknown = error, depth = 0; typeof at === 'object' && at !== null && depth < 10; depth += 1) {
    const { code, message, innererror, innerError, details } = at as Record<string, unknown>;
    if (typeof code === 'string') found = { code, message: typeof message === 'string' ? message : found.message };
    at = innererror ?? innerError ?? (Array.isArray(details) ? (details as unknown[])[0] : undefined);
  }
  return { code: found.code.slice(0, 100), message: found.message.slice(0, 1_000) };
}

/** Translates what LogsQueryClient throws. `body` is the answer's text, which the SDK's error does not keep whole. */
export function queryFailure(error: unknown, body: string, signal: AbortSignal): ServiceError {
  if (error instanceof ServiceError) return error;
  const { statusCode } = sdkFailure(error);
  const detail = innermost(errorOf(body));
  const options = { cause: error, ...retryAfterOf(error) };
  const fail = (reason: ServiceFailureReason, message: string): ServiceError =>
    new ServiceError('workspace', reason, message, options);
  if (signal.aborted) return fail('timed-out', 'The query did not finish before the deadline of the run.');
  switch (statusCode) {
    case 400:
      return fail('rejected', `The workspace refuses the query (${detail.code}): ${detail.message}`);
    case 401:
    case 403:
      return fail(
        'denied',
        `No right to read the workspace (${detail.code}). It needs the role Log Analytics Data Reader.`,
      );
    case 404:
      return fail('not-found', `There is no such workspace (${detail.code}).`);
    case 408:
    case 504:
      return fail('timed-out', 'The workspace did not finish the query in the time it allows.');
    case 429:
      return fail('throttled', 'The workspace is throttling queries.');
    case undefined:
      return fail('unavailable', 'The connection to the workspace broke.');
    default:
      // Also what the API does not document, such as 412 from something in between: it says nothing about the query.
      return fail('unavailable', `The workspace failed (HTTP ${String(statusCode)}, ${detail.code}).`);
  }
}

function errorOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { readonly error?: unknown } | null)?.error;
  } catch {
    // A gateway answers HTML; the status says enough.
    return undefined;
  }
}
