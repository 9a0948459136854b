import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { errorFields } from '../log.ts';
import { nearest } from '../nearest.ts';
import type { Services } from '../services.ts';
import { problemResponse, RequestError } from './problem-response.ts';
import type { Program } from './program.ts';

export type Method = 'GET' | 'POST';
export type Endpoint = (request: HttpRequest, services: Services) => Promise<HttpResponseInit>;
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponseInit>;

/** A request body this API could ever need is a few bytes. */
const MAX_BODY = 16 * 1024;

/** Wraps an endpoint of the JSON API: method, query names and body are checked before anything is looked up or done. */
export function endpoint(
  method: Method,
  parameters: readonly string[],
  program: Program,
  handle: Endpoint,
): HttpHandler {
  return async (request) => {
    try {
      checkMethod(request, method);
      checkParameters(request, parameters);
      await checkBody(request);
      const services = await program.services();
      try {
        return await handle(request, services);
      } catch (error) {
        logFailure(error, services);
        throw error;
      }
    } catch (error) {
      return problemResponse(error);
    }
  };
}

function logFailure(error: unknown, { log }: Services): void {
  const status = problemResponse(error).status ?? 500;
  if (status >= 500) log.error('request.failed', { status, ...errorFields(error) });
  else log.info('request.refused', { status, code: error instanceof RequestError ? error.code : 'unknown-name' });
}

/** Azure answers a method that no function registered with an empty 404; ours says what is allowed. */
function checkMethod(request: HttpRequest, method: Method): void {
  const allowed = method === 'GET' ? ['GET', 'HEAD'] : ['POST'];
  if (allowed.includes(request.method.toUpperCase())) return;
  const list = allowed.join(', ');
  throw new RequestError(405, 'method-not-allowed', `This address takes ${list}.`, {
    allow: list,
  });
}

/** A misspelt `dryRun` must not become a real run, so unknown names are refused. */
function checkParameters(request: HttpRequest, known: readonly string[]): void {
  for (const name of request.query.keys()) {
    if (known.includes(name)) continue;
    const hint = nearest(name, known);
    const list = known.length === 0 ? 'none' : known.join(', ');
    const meant = hint === undefined ? '' : ` Did you mean "${hint}"?`;
    throw new RequestError(400, 'unknown-parameter', `That is no parameter here; known: ${list}.${meant}`);
  }
}

async function checkBody(request: HttpRequest): Promise<void> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  const body = announced > MAX_BODY ? undefined : await request.text();
  if (body === undefined || body.length > MAX_BODY) {
    throw new RequestError(413, 'body-too-large', 'This address takes no body; everything goes into the query string.');
  }
  if (body.trim() !== '' && body.trim() !== '{}') {
    throw new RequestError(
      400,
      'unexpected-body',
      'This address takes no body; everything goes into the query string.',
    );
  }
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpResponseInit {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}
