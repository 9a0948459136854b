import { TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { AZURITE_ACCOUNT, AZURITE_KEY } from '../local/azurite.ts';

export interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Bytes of the body, also where it is not kept. */
  readonly sent: number;
}

/** A request as a server got it, to be sent again by a bare client. */
export const recorded = (request: IncomingMessage, url: string, body: string): Recorded => ({
  method: request.method ?? '',
  url,
  headers: Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      typeof value !== 'string' || CONNECTION.has(name) ? [] : [[name, value] as const],
    ),
  ),
  body,
  sent: Buffer.byteLength(body),
});

/** What a client says of its own connection. */
const CONNECTION = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding']);

/** Counts what a table client sends, and keeps it for the floor. */
export interface Meter {
  requests: Recorded[];
  bytesIn: number;
  readonly client: (table: string) => TableClient;
}

/** `keepBodies`: for the floor, with the headers; without, a large founding does not hold all it has sent. */
export function meter(tablesUrl: string, keepBodies = true): Meter {
  const made: Meter = {
    requests: [],
    bytesIn: 0,
    client: (table) => {
      const connection = `DefaultEndpointsProtocol=http;AccountName=${AZURITE_ACCOUNT};AccountKey=${AZURITE_KEY};TableEndpoint=${tablesUrl}`;
      const policy: NonNullable<TableServiceClientOptions['additionalPolicies']>[number]['policy'] = {
        name: 'meter',
        async sendRequest(request, next) {
          const response = await next(request);
          const headers = keepBodies ? Object.fromEntries(Object.entries(request.headers.toJSON())) : {};
          const body = typeof request.body === 'string' ? request.body : '';
          made.requests.push({
            method: request.method,
            url: request.url,
            headers,
            body: keepBodies ? body : '',
            sent: body.length,
          });
          made.bytesIn += response.bodyAsText?.length ?? 0;
          return response;
        },
      };
      return TableClient.fromConnectionString(connection, table, {
        allowInsecureConnection: true,
        additionalPolicies: [{ position: 'perRetry', policy }],
      });
    },
  };
  return made;
}

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/** The same requests by a bare HTTP client and nothing else: their answers are read and thrown away. Seconds. */
export async function floor(requests: readonly Recorded[]): Promise<number> {
  const began = performance.now();
  const queue = [...requests];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await send(next);
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  return (performance.now() - began) / 1000;
}

function send({ method, url, headers, body }: Recorded): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers, agent }, (response) => {
      response.on('data', () => undefined);
      response.on('end', resolve);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export function closeAgent(): void {
  agent.destroy();
}
