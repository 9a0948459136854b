import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Posted {
  readonly path: string;
  readonly activity: {
    readonly summary?: string;
    readonly attachments?: readonly { readonly contentType: string; readonly content: unknown }[];
  };
}

/** Teams' side of the Bot Framework: takes messages, or answers as a test says. */
export async function fakeConnector() {
  const posted: Posted[] = [];
  let reply: { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown } | 'never' =
    { status: 201 };
  let hungUp = 0;
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableEnded) hungUp += 1;
    });
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      posted.push({ path: request.url ?? '', activity: JSON.parse(body || '{}') as Posted['activity'] });
      if (reply === 'never') return;
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(JSON.stringify(reply.body ?? { id: `activity-${String(posted.length)}` }));
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    posted,
    /** How many callers ended the connection before they had an answer. */
    hungUp: (): number => hungUp,
    answer: (next: typeof reply): void => {
      reply = next;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
