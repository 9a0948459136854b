import { Agent, createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Seen, Weather } from './storage.ts';

/**
 * Says to our end of the wire that no answer has come in time. Real time would do, too, but a machine that is busy enough
 * would then lose answers that nobody planned to lose.
 */
export const NO_ANSWER = 'x-no-answer';
/** How late a request takes effect that its sender has given up. */
const LATE = 50;

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Stands between one process and a storage service, and does to a request what the plan says. */
export async function faultProxy(
  target: URL,
  { life, fault, hold }: Weather,
): Promise<{ readonly url: string; stop(): void }> {
  const agent = new Agent({ keepAlive: true });
  const pass = async ({ method = '', url = '', headers }: IncomingMessage, body: Buffer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const options = { host: target.hostname, port: target.port, method, path: url, headers, agent };
      const outgoing = send(options, (answer) => {
        void bodyOf(answer).then((content) => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: content });
        }, reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    if (life.dead) {
      request.socket.destroy();
      return;
    }
    const seen = seenOf(request, body);
    await hold?.(seen);
    const happening = fault(seen);
    const kind = happening?.kind;
    const hangUp = (): void => void request.socket.destroy();
    if (kind === 'killBefore') life.dead = true;
    if (kind === 'killBefore' || kind === 'dropBefore') {
      hangUp();
      return;
    }
    if (kind === 'status') {
      refuse(response, happening?.status ?? 500);
      return;
    }
    if (kind === 'delay') {
      giveUp(response);
      await sleep(LATE);
      await pass(request, body);
      return;
    }
    if (kind === 'dup') await pass(request, body);
    const answer = await pass(request, body);
    if (kind === 'killAfter') life.dead = true;
    if (kind === 'killAfter' || kind === 'dropAfter') hangUp();
    else if (kind === 'statusAfter') refuse(response, happening?.status ?? 500);
    else if (kind === 'truncate') cutOff(response, answer);
    // It has happened, and nobody ever hears of it.
    else if (kind === 'stall') giveUp(response);
    else passOn(response, answer);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}${target.pathname}`,
    stop() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

function seenOf({ method = '', url = '' }: IncomingMessage, body: Buffer): Seen {
  const text = body.toString('latin1');
  const rows = [...text.matchAll(/^(?:POST|PUT|PATCH|MERGE|DELETE) \S*\/\w+(\S*) HTTP/gm)].map(([, row]) => row);
  // What is created has its keys in the body.
  const created = [...text.matchAll(/"RowKey":"([^"]*)"/g)].map(([, row]) => `new ${row ?? ''}`);
  const [, what = ''] = /^\/[^/]+\/[^/(?]+(.*)$/.exec(decodeURIComponent(url)) ?? ['', url];
  return { what: [method, what, ...rows, ...created].filter((part) => part !== '').join(' '), body: text };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function giveUp(response: ServerResponse): void {
  response.writeHead(504, { [NO_ANSWER]: 'true' });
  response.end();
}

function refuse(response: ServerResponse, status: number): void {
  const code = status === 412 ? 'UpdateConditionNotSatisfied' : 'ServerBusy';
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: code } } }));
}

function headersOf({ status, headers, body }: Answer): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name]) => !['transfer-encoding', 'connection', 'keep-alive', 'content-length'].includes(name),
  );
  const length: [string, string][] = status === 204 ? [] : [['content-length', String(body.length)]];
  return Object.fromEntries([...kept.map(([name, value]): [string, string] => [name, String(value)]), ...length]);
}

function passOn(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, headersOf(answer));
  response.end(answer.status === 204 ? undefined : answer.body);
}

function cutOff(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, headersOf(answer));
  response.write(answer.body.subarray(0, answer.body.length >> 1));
  setTimeout(() => response.socket?.destroy(), 5);
}
