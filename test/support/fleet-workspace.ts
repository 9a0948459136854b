import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND, type Milliseconds } from '../../src/time.ts';

/** A Log Analytics for many processes: it counts what each of its workspaces has at work at a time, and never refuses. */
export interface FleetWorkspace {
  readonly url: string;
  /** How long each query takes from now on. */
  takes: () => Milliseconds;
  /** Workspace id → the most queries that were at work in it at once, since {@link forget}. */
  readonly most: ReadonlyMap<string, number>;
  /** Queries answered since {@link forget}. */
  answered(): number;
  forget(): void;
  stop(): void;
}

export async function fleetWorkspace(): Promise<FleetWorkspace> {
  const atWork = new Map<string, number>();
  const most = new Map<string, number>();
  let answered = 0;
  const server = createServer((request, response) => {
    const id = /workspaces\/([0-9a-f-]{36})\/query/.exec(request.url ?? '')?.[1] ?? '';
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => void answer(id, body, response));
  });
  const answer = async (id: string, body: string, response: ServerResponse): Promise<void> => {
    const now = (atWork.get(id) ?? 0) + 1;
    atWork.set(id, now);
    most.set(id, Math.max(most.get(id) ?? 0, now));
    await sleep(workspace.takes());
    atWork.set(id, (atWork.get(id) ?? 0) - 1);
    answered += 1;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ tables: [{ name: 'PrimaryResult', ...tableFor(body) }] }));
  };
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const workspace: FleetWorkspace = {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    takes: () => 0,
    most,
    answered: () => answered,
    forget() {
      most.clear();
      answered = 0;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return workspace;
}

const columns = (...names: readonly string[]) => names.map((name) => ({ name, type: 'string' }));

/** The same three devices for every hunt, and a table that has just received something for whoever asks how fresh it is. */
function tableFor(body: string) {
  const now = Date.now();
  const at = (ago: Milliseconds): string => new Date(now - ago).toISOString();
  if (body.includes('dcount(DeviceId)')) return { columns: [{ name: 'Devices', type: 'long' }], rows: [[400]] };
  if (body.includes('min(TimeGenerated)'))
    return { columns: columns('Stretch', 'First', 'Last'), rows: [[at(60 * SECOND), at(60 * SECOND), at(SECOND)]] };
  const devices = ['a', 'b', 'c'].map((name) => [`dev-${name}`, `wks-${name}.contoso.com`]);
  return { columns: columns('DeviceId', 'DeviceName'), rows: devices };
}

/** What the SDK sends to Log Analytics goes there instead; the SDK insists on https. */
export function forwardedTo(url: string): HttpClient {
  const plain = createDefaultHttpClient();
  return {
    sendRequest(request) {
      request.url = request.url.replace('https://api.loganalytics.io', url);
      request.allowInsecureConnection = true;
      return plain.sendRequest(request);
    },
  };
}
