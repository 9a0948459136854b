import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Posted {
  readonly method: string;
  readonly path: string;
  readonly activity: {
    readonly summary?: string;
    readonly attachments?: readonly { readonly contentType: string; readonly content: unknown }[];
  };
}

/** `never`: no answer. `reset`: the connection breaks. */
export type Reply =
  { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown } | 'never' | 'reset';

/** What becomes of a request. `accepted`: the message is in the conversation, whatever the caller hears of it. */
export type Behaviour = Reply | { readonly accepted: Reply };

/** Teams' side of the Bot Framework: takes messages, or does as a test says. */
export async function fakeConnector() {
  const posted: Posted[] = [];
  const delivered: Posted[] = [];
  let behave: (request: Posted) => Behaviour = () => ({ status: 201 });
  let hungUp = 0;
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableEnded) hungUp += 1;
    });
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const activity = JSON.parse(body || '{}') as Posted['activity'];
      const one: Posted = { method: request.method ?? '', path: request.url ?? '', activity };
      posted.push(one);
      const behaviour = behave(one);
      const accepted = typeof behaviour === 'object' && 'accepted' in behaviour;
      const reply = accepted ? behaviour.accepted : behaviour;
      if (accepted || (typeof reply === 'object' && reply.status < 300)) delivered.push(one);
      if (reply === 'never') return;
      if (reply === 'reset') {
        request.socket.destroy();
        return;
      }
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(JSON.stringify(reply.body ?? { id: `activity-${String(posted.length)}` }));
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    /** Every request, answered or not. */
    posted,
    /** The requests whose message is in the conversation. */
    delivered,
    /** How many callers ended the connection before they had an answer. */
    hungUp: (): number => hungUp,
    answer: (next: Behaviour | ((request: Posted) => Behaviour)): void => {
      behave = typeof next === 'function' ? next : () => next;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
