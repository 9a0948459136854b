import { AzureNamedKeyCredential, generateAccountSas } from '@azure/data-tables';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AZURITE_ACCOUNT, AZURITE_KEY, type Azurite } from '../../local/azurite.ts';
import { WANTED_HOST } from '../../local/redirect.ts';

export interface Cloud {
  readonly url: string;
  /** When the latest card reached Teams, as `performance` counts. */
  cardAt(): number | undefined;
  forgetCard(): void;
  stop(): void;
}

const ROWS = JSON.stringify({
  tables: [
    {
      name: 'PrimaryResult',
      columns: ['DeviceId', 'DeviceName', 'FirstSeen', 'LastSeen', 'Count', 'Report'].map((name) => ({
        name,
        type: 'string',
      })),
      rows: [1, 2, 3].map((n) => [
        String(n).repeat(40),
        `wks-000${String(n)}.contoso.com`,
        '2026-11-20T10:00:00Z',
        '2026-11-22T10:00:00Z',
        '2',
        '["1"]',
      ]),
    },
  ],
});

/** Everything an app in Azure talks to: its identity, storage reached with that identity, Log Analytics, and Teams. */
export async function startCloud(azurite: Azurite): Promise<Cloud> {
  // Azurite takes tokens by https only: what the app's identity opens is opened here with the development key.
  const queueSas = generateAccountSas(new AzureNamedKeyCredential(AZURITE_ACCOUNT, AZURITE_KEY), {
    services: { queue: true },
    resourceTypes: 'sco',
    permissions: { write: true, add: true, delete: true },
  });
  const agent = new Agent({ keepAlive: true });
  let cardAt: number | undefined;
  const server = createServer((asked, answer) => {
    const host = String(asked.headers[WANTED_HOST] ?? '');
    if (host.includes('.table.')) forward(azurite.tablesUrl, asked, answer, tableKey);
    else if (host.includes('.queue.'))
      forward(azurite.queuesUrl, asked, answer, (url) => {
        url.search += `&${queueSas}`;
        return {};
      });
    else if (asked.url?.startsWith('/msi/') === true) {
      asked.resume();
      json(answer, { access_token: 'e30.e30.e30', expires_on: String(Math.floor(Date.now() / 1000) + 86_400) });
    } else if (host.includes('loganalytics')) {
      asked.resume();
      answer.writeHead(200, { 'content-type': 'application/json' }).end(ROWS);
    } else {
      asked.resume();
      cardAt ??= performance.timeOrigin + performance.now();
      json(answer, { id: 'activity' });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  function forward(base: string, asked: IncomingMessage, answer: ServerResponse, open: Open): void {
    const url = new URL(base + (asked.url ?? '/'));
    const { authorization: _token, host, [WANTED_HOST]: wanted, ...headers } = asked.headers;
    const { 'content-length': _length, 'transfer-encoding': _encoding, ...kept } = headers;
    const opened = { ...kept, ...open(url) };
    const sent = httpRequest(url, { method: asked.method, headers: opened, agent }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(answer);
    });
    sent.on('error', () => answer.destroy());
    let body = '';
    asked.setEncoding('utf8');
    asked.on('data', (part: string) => (body += part));
    // A transaction names the rows it changes by their whole address.
    asked.on('end', () => sent.end(body.replaceAll(`https://${String(wanted ?? host)}`, base)));
  }

  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    cardAt: () => cardAt,
    forgetCard: () => {
      cardAt = undefined;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}

/** What opens a request to Azurite: headers, or a change of its address. */
type Open = (url: URL) => Readonly<Record<string, string>>;

/** The table service's short signature: the date and the path. */
const tableKey: Open = ({ pathname }) => {
  const date = new Date().toUTCString();
  const signature = createHmac('sha256', Buffer.from(AZURITE_KEY, 'base64'))
    .update(`${date}\n/${AZURITE_ACCOUNT}${pathname}`)
    .digest('base64');
  return { 'x-ms-date': date, authorization: `SharedKeyLite ${AZURITE_ACCOUNT}:${signature}` };
};

const json = (answer: ServerResponse, body: unknown): void => {
  answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
