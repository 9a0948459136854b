/** A workspace that answers with as many devices as somebody wants, also in parts by the first digit of the hash of their ids. */
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { recorded, type Recorded } from './meter.ts';
import { AFTER_ROWS, BEFORE_ROWS, idOf, rowOf } from './wire-rows.ts';

const ROW_LIMIT = 500_000;
const ROWS_AT_ONCE = 1_000;
/** A query with this word is of a process that warms up: ten devices. */
export const WARM = 'WarmUp';

export interface BenchWorkspace {
  readonly url: string;
  readonly requests: Recorded[];
  /** Bytes of answers. */
  sent: number;
  /** From now on it has this many. */
  devices(count: number): void;
  stop(): void;
}

export async function answersInParts(): Promise<BenchWorkspace> {
  const requests: Recorded[] = [];
  let devices = 0;
  /** The first digit of each device's hash. */
  const digits: string[] = [];

  const send = (response: NodeJS.WritableStream, text: string): boolean => {
    made.sent += text.length;
    return response.write(text);
  };
  const answer = async (response: NodeJS.WritableStream, count: number, part: string | undefined): Promise<void> => {
    send(response, BEFORE_ROWS);
    let written = 0;
    for (let from = 0; from < count; from += ROWS_AT_ONCE) {
      const all = Array.from({ length: Math.min(ROWS_AT_ONCE, count - from) }, (_, n) => from + n);
      const asked = all
        .filter((n) => part === undefined || part.includes(digits[n] ?? '-'))
        .slice(0, ROW_LIMIT - written);
      if (asked.length === 0) continue;
      const rows = asked.map(rowOf).join(',');
      if (!send(response, written === 0 ? rows : `,${rows}`)) await once(response, 'drain');
      written += asked.length;
    }
    send(response, AFTER_ROWS);
    response.end();
  };

  const server = createServer((request, response) => {
    const asked: Buffer[] = [];
    request.on('data', (chunk: Buffer) => asked.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(asked).toString();
      requests.push(recorded(request, `${url()}${request.url ?? ''}`, body));
      response.writeHead(200, { 'content-type': 'application/json' });
      void answer(response, body.includes(WARM) ? 10 : devices, /0, 1\) in \(([^)]*)\)/.exec(body)?.[1]);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = (): string => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const made: BenchWorkspace = {
    url: url(),
    requests,
    sent: 0,
    devices(count) {
      devices = count;
      while (digits.length < count) digits.push(hash('sha256', idOf(digits.length), 'hex').charAt(0));
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return made;
}
