import { ServiceError, type Service, type ServiceFailureReason } from '../errors.ts';

/** What the Azure SDKs' errors have in common; read by shape, since several copies of their class may be installed. */
interface SdkFailure {
  readonly name?: string;
  readonly code?: string;
  readonly statusCode?: number;
  readonly response?: { readonly headers?: { get(name: string): string | null | undefined } };
}

export const sdkFailure = (error: unknown): SdkFailure => (typeof error === 'object' && error !== null ? error : {});

const BY_STATUS: Readonly<Record<number, ServiceFailureReason>> = {
  401: 'denied',
  403: 'denied',
  404: 'not-found',
  408: 'timed-out',
  // A condition that nobody set, or that storage itself got wrong: asking again shows what is true.
  412: 'unavailable',
  429: 'throttled',
  504: 'timed-out',
};

/** Translates an SDK's error at the edge. `what` names the action in words: "read the baseline". */
export function serviceFailure(service: Service, what: string, error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const { statusCode, code, name } = sdkFailure(error);
  const detail = code ?? name ?? 'no detail';
  const status = statusCode === undefined ? '' : `HTTP ${String(statusCode)} `;
  return new ServiceError(service, reasonOf(error), `Could not ${what} (${status}${detail}).`, {
    cause: error,
    ...retryAfterOf(error),
  });
}

function reasonOf(error: unknown): ServiceFailureReason {
  const { statusCode, name } = sdkFailure(error);
  if (name === 'AbortError' || name === 'TimeoutError') return 'timed-out';
  // No status: the connection broke, or the answer did half-way.
  if (statusCode === undefined || statusCode < 400) return 'unavailable';
  return BY_STATUS[statusCode] ?? (statusCode >= 500 ? 'unavailable' : 'rejected');
}

/** `Retry-After` in milliseconds; as a number of seconds or a date. */
export function retryAfterOf(error: unknown): { readonly retryAfter?: number } {
  const value = sdkFailure(error).response?.headers?.get('retry-after');
  if (value === null || value === undefined || value === '') return {};
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(wait) && wait >= 0 ? { retryAfter: wait } : {};
}
