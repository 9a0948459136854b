import type { HttpResponseInit } from '@azure/functions';
import { FirstsightError, ServiceError, SettingsError, UnknownNameError } from '../errors.ts';

/** The caller must change the request; `detail` says how. */
export class RequestError extends FirstsightError {
  override readonly name = 'RequestError';
  readonly code: string;
  readonly status: 400 | 404 | 405 | 409 | 413 | 429;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: RequestError['status'],
    code: string,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request cannot be understood',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'More than one is meant',
  413: 'The request is too large',
  429: 'Too many requests',
  500: 'Firstsight failed',
  502: 'A service refused',
  503: 'Not available right now',
};

/** Any error as an RFC 9457 problem; bodies name the code, never the cause, and repeat nothing of what was asked. */
export function problemResponse(error: unknown): HttpResponseInit {
  if (error instanceof RequestError) return problem(error.status, error.code, error.message, error.headers);
  if (error instanceof UnknownNameError) return problem(404, error.code, unknownName(error));
  if (error instanceof SettingsError) return problem(503, error.code, error.message);
  if (error instanceof ServiceError) {
    const seconds = Math.ceil((error.retryAfter ?? 30_000) / 1000);
    return error.transient
      ? problem(503, error.code, error.message, { 'retry-after': String(seconds) })
      : problem(502, error.code, error.message);
  }
  if (error instanceof FirstsightError) return problem(500, error.code, error.message);
  return problem(500, 'internal-error', 'An error that nobody expected; the log has the details.');
}

function unknownName({ what, suggestion }: UnknownNameError): string {
  return `There is no such ${what}.${suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`}`;
}

function problem(
  status: number,
  code: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify({
      type: `urn:firstsight:problem:${code}`,
      title: TITLES[status] ?? 'Problem',
      status,
      detail,
    }),
  };
}
