import { createPipelineRequest, type HttpClient, type HttpMethods } from '@azure/core-rest-pipeline';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Environment } from '../src/setting-readers.ts';
import { redirectHttps } from './redirect.ts';

/**
 * Loads out/ as the worker does: nothing of it is replaced. What it asks of Log Analytics reaches `workspace` instead, with a
 * token that it fetches as an app in Azure does; real workspaces are reached as they are, without one.
 */
export async function loadBuiltApp(
  folder: string,
  settings: Environment,
  workspace: HttpClient | undefined,
): Promise<() => void> {
  const server = createServer((asked, answer) => {
    serve(asked, answer, workspace).catch((error: unknown) => {
      console.error(String(error));
      answer.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  // The built app reads its settings where the host puts them, and comes with its own hunts.
  const { HUNTS_FOLDER: _ours, ...rest } = settings;
  Object.assign(process.env, rest);
  if (workspace) {
    Object.assign(process.env, { IDENTITY_ENDPOINT: `${url.href}msi/token`, IDENTITY_HEADER: 'this machine only' });
    redirectHttps((host) => host === 'api.loganalytics.io', url);
  }
  await import(pathToFileURL(path.resolve(folder, 'main.mjs')).href);
  return () => {
    server.closeAllConnections();
    server.close();
  };
}

async function serve(asked: IncomingMessage, answer: ServerResponse, workspace: HttpClient | undefined): Promise<void> {
  asked.setEncoding('utf8');
  let body = '';
  for await (const part of asked as AsyncIterable<string>) body += part;
  if (asked.url?.startsWith('/msi/token?') === true) {
    const token = { access_token: 'token-of-this-machine', expires_on: Math.floor(Date.now() / 1000) + 3_600 };
    answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(token));
    return;
  }
  const request = createPipelineRequest({
    url: `http://localhost${asked.url ?? '/'}`,
    method: asked.method as HttpMethods,
    body,
    allowInsecureConnection: true,
  });
  const response = await workspace?.sendRequest(request);
  answer.writeHead(response?.status ?? 404, { 'content-type': 'application/json' }).end(response?.bodyAsText ?? '');
}
