/**
 * Requests to Table Storage by the SDK's own pipeline, which signs, tries again and traces them, but without its reading and
 * writing of bodies: see docs/decisions/0080-large-rows-in-our-own-words.md.
 */
import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { RestError, type TableClient } from '@azure/data-tables';
import type { Entity } from './table.ts';

const VERSION = { 'x-ms-version': '2019-02-02', DataServiceVersion: '3.0' };

/** A table and what carries its requests: the SDK's client keeps its own to itself. */
export interface Wire {
  readonly client: TableClient;
  readonly httpClient: HttpClient;
}

export interface WireRequest {
  readonly method: 'GET' | 'POST';
  /** Behind the account's address. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly abortSignal: AbortSignal;
}

export const accountUrl = ({ url }: TableClient): string => url.replace(/[?].*$/, '').replace(/\/$/, '');

/** `streamed`: the body of a 200 is left to be read. */
export async function sendWire(
  { client, httpClient }: Wire,
  { method, path, query = {}, headers, body, abortSignal }: WireRequest,
  streamed = false,
): Promise<{ readonly request: PipelineRequest; readonly response: PipelineResponse }> {
  const url = new URL(`${accountUrl(client)}/${path}`);
  url.search = new URL(client.url).search;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const request = createPipelineRequest({
    url: url.href,
    method,
    headers: createHttpHeaders({ ...VERSION, ...headers }),
    ...(body !== undefined && { body }),
    abortSignal,
    // Only Azurite has an address without TLS: see storage-clients.ts.
    allowInsecureConnection: url.protocol === 'http:',
    ...(streamed && { streamResponseStatusCodes: new Set([200]) }),
  });
  return { request, response: await client.pipeline.sendRequest(httpClient, request) };
}

/** The SDK's error for an answer that is none, with the code that the service names in its text. */
export function refusal(
  message: string,
  { request, response }: { readonly request: PipelineRequest; readonly response: PipelineResponse },
  { statusCode = response.status, text = response.bodyAsText ?? '' } = {},
): RestError {
  const code = /"code"\s*:\s*"(\w+)"/.exec(text)?.[1];
  return new RestError(message, { statusCode, request, response, ...(code !== undefined && { code }) });
}

export const rowPath = (table: string, partitionKey: string, rowKey: string): string =>
  `${table}(PartitionKey='${quoted(partitionKey)}',RowKey='${quoted(rowKey)}')`;

const quoted = (key: string): string => encodeURIComponent(key.replaceAll("'", "''"));

/** As the service writes a row: the keys in capitals, bytes in base64 with their type beside them. */
export function writeEntity({ partitionKey, rowKey, etag: _seen, ...properties }: Entity): string {
  let text = `{"PartitionKey":${JSON.stringify(partitionKey)},"RowKey":${JSON.stringify(rowKey)}`;
  for (const [name, value] of Object.entries(properties)) {
    if (value instanceof Uint8Array) {
      // Base64 has nothing to escape, and a head has 100 KB of it.
      const base64 = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
      text += `,${JSON.stringify(name)}:"${base64}",${JSON.stringify(`${name}${TYPE}`)}:"${BINARY}"`;
    } else if (value !== undefined) text += `,${JSON.stringify(name)}:${JSON.stringify(value)}`;
  }
  return `${text}}`;
}

const TYPE = '@odata.type';
const BINARY = 'Edm.Binary';
/** What the service says of a row beside its properties. */
const OTHERS = new Set(['PartitionKey', 'RowKey', 'Timestamp', 'odata.etag', 'odata.metadata']);

/** Throws for a text that is no row. */
export function readEntity(text: string): Entity {
  const wire = JSON.parse(text) as Record<string, string | number | boolean>;
  const properties: Record<string, string | number | boolean | Uint8Array> = {};
  for (const [name, value] of Object.entries(wire)) {
    if (OTHERS.has(name) || name.endsWith(TYPE)) continue;
    properties[name] = wire[`${name}${TYPE}`] === BINARY ? Buffer.from(String(value), 'base64') : value;
  }
  const { PartitionKey, RowKey, 'odata.etag': etag } = wire;
  return {
    ...properties,
    partitionKey: String(PartitionKey),
    rowKey: String(RowKey),
    ...(etag !== undefined && { etag: String(etag) }),
  };
}
