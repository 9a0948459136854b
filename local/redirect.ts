import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

/** Which host was meant; the server behind all of them reads it here. */
export const WANTED_HOST = 'x-wanted-host';

type OnResponse = (response: IncomingMessage) => void;

/**
 * Sends what this process asks of some https hosts to a plain server of this machine instead. So the built app can be run
 * as it is, with every SDK in it, where the hosts it knows cannot be reached.
 */
export function redirectHttps(isRedirected: (host: string) => boolean, server: URL): void {
  const agent = new http.Agent({ keepAlive: true });
  const original = https.request.bind(https) as (options: RequestOptions, onResponse?: OnResponse) => ClientRequest;
  // Only the form in which the Azure SDKs call it.
  const redirected = (options: RequestOptions, onResponse?: OnResponse): ClientRequest => {
    const host = options.hostname ?? options.host ?? '';
    if (!isRedirected(host)) return original(options, onResponse);
    const headers = { ...(options.headers as Record<string, string>), [WANTED_HOST]: host };
    const { hostname, port } = server;
    return http.request({ ...options, protocol: 'http:', hostname, port, agent, headers }, onResponse);
  };
  https.request = redirected as typeof https.request;
  syncBuiltinESMExports();
}
