/** An endpoint of the API over a world in memory, asked as the Functions host asks it. */
import functions, { type HttpResponseInit } from '@azure/functions';
import { endpoint, type Endpoint } from '../../src/functions/endpoint.ts';
import type { Program } from '../../src/functions/program.ts';
import type { Services } from '../../src/services.ts';

export interface Asked {
  readonly method?: 'GET' | 'POST';
  readonly params?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `known` are the query parameters that the endpoint takes; `address` carries those that are sent. */
export async function askEndpoint(
  services: Services,
  handle: Endpoint,
  known: readonly string[],
  address: string,
  { method = 'GET', params = {}, headers = {} }: Asked = {},
): Promise<HttpResponseInit> {
  const url = new URL(address, 'http://localhost');
  const request = { method, url: url.href, params, query: Object.fromEntries(url.searchParams), headers };
  return endpoint(method, known, onlyServices(services), handle)(new functions.HttpRequest(request));
}

/** A program that no board and no bot is asked of. */
export const onlyServices = (services: Services): Program => ({
  services: () => Promise.resolve(services),
  board: () => Promise.reject(new Error('not asked for')),
  messages: () => Promise.reject(new Error('not asked for')),
});
