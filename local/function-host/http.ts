import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { FunctionsCore, HostLog, HttpAnswer, RegisteredFunction, TypedData } from './core.ts';

interface Route {
  readonly fn: RegisteredFunction;
  readonly methods: readonly string[];
  readonly segments: readonly string[];
}

/** Azure's front end takes 100 MB. */
const MAX_BODY = 100 * 1024 * 1024;

/** Serves the HTTP triggers as the host does: a wrong method or path is an empty 404, a handler that throws an empty 500. */
export function httpServer(
  core: FunctionsCore,
  prefix: string,
  trigger: (fn: RegisteredFunction) => void,
  log: HostLog,
): Server {
  const routes = [...core.functions.values()]
    .filter((fn) => fn.trigger.type === 'httpTrigger')
    .map((fn) => routeOf(fn, prefix))
    .sort(moreLiteralFirst);
  return createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      log('error', error instanceof Error ? (error.stack ?? error.message) : String(error));
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
    if (url.pathname.startsWith('/admin/functions/')) {
      admin(decoded(url.pathname.slice('/admin/functions/'.length)) ?? '', request, response);
      return;
    }
    for (const route of routes) {
      const params = route.methods.includes(request.method ?? '') ? paramsOf(route, url.pathname) : undefined;
      if (!params) continue;
      const body = await bodyOf(request);
      if (!body) {
        response.writeHead(413).end();
        return;
      }
      send(response, await core.invoke(route.fn, { http: rpcRequest(request, url, params, body) }), request.method);
      return;
    }
    response.writeHead(404).end();
  }

  /** `POST /admin/functions/{name}` starts a function by hand, as Core Tools and Azure do. */
  function admin(name: string, request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const fn = core.functions.get(name);
    if (!fn || request.method !== 'POST' || fn.trigger.type !== 'timerTrigger') {
      response.writeHead(404).end();
      return;
    }
    trigger(fn);
    response.writeHead(202).end();
  }
}

function routeOf(fn: RegisteredFunction, prefix: string): Route {
  const { route, methods } = fn.trigger as unknown as { readonly route?: string; readonly methods: readonly string[] };
  return {
    fn,
    methods: methods.map((method) => method.toUpperCase()),
    segments: `${prefix}/${route ?? fn.name}`.split('/').filter((segment) => segment !== ''),
  };
}

const isParameter = (segment: string): boolean => segment.startsWith('{');
const rank = ({ segments }: Route): string => segments.map((segment) => (isParameter(segment) ? '1' : '0')).join('');
const moreLiteralFirst = (a: Route, b: Route): number => (rank(a) < rank(b) ? -1 : 1);

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // A broken escape matches no route.
    return undefined;
  }
}

function paramsOf({ segments }: Route, path: string): Readonly<Record<string, string>> | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const part = decoded(parts[i] ?? '');
    if (part === undefined) return undefined;
    if (isParameter(segment)) params[segment.slice(1, -1)] = part;
    else if (segment.toLowerCase() !== part.toLowerCase()) return undefined;
  }
  return params;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const nullable = (values: Readonly<Record<string, string>>): TypedData =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));

function rpcRequest(
  request: IncomingMessage,
  url: URL,
  params: Readonly<Record<string, string>>,
  body: Buffer,
): TypedData {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );
  // The host joins repeated query names with a comma.
  const query = Object.fromEntries(
    [...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name).join(',')]),
  );
  return {
    method: request.method,
    url: url.href,
    nullableHeaders: nullable(headers),
    nullableParams: nullable(params),
    nullableQuery: nullable(query),
    ...(body.length > 0 && { body: { bytes: body } }),
  };
}

function send(response: ServerResponse, answer: HttpAnswer | undefined, method: string | undefined): void {
  if (!answer) {
    response.writeHead(204).end();
    return;
  }
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  const body = answer.body?.bytes ?? answer.body?.string;
  response
    .writeHead(Number(answer.statusCode ?? 200))
    .end(method === 'HEAD' || body === undefined ? undefined : Buffer.from(body as string));
}
