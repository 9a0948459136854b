/** One run in a process of its own, which tells what it cost. */
import { createDefaultHttpClient } from '@azure/core-rest-pipeline';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { tableLedger } from '../src/azure/ledger.ts';
import { makeLogsQueryClient, type HttpClient } from '../src/azure/log-analytics-client.ts';
import { logAnalyticsWorkspace } from '../src/azure/log-analytics.ts';
import { tableOutbox } from '../src/azure/outbox.ts';
import { tableRuns } from '../src/azure/runs.ts';
import { azureTable } from '../src/azure/azure-table.ts';
import { querySlots } from '../src/azure/query-slots.ts';
import { workspaceSlots } from '../src/azure/workspace-slots.ts';
import { runHunt } from '../src/run-hunt.ts';
import { DAY } from '../src/time.ts';
import { aHunt, aRunOrder } from '../test/support/builders.ts';
import { aWorld, CHANNEL } from '../test/support/services.ts';
import type { HuntId } from '../src/hunt/hunt.ts';
import { meter } from './meter.ts';
import { WARM } from './scale-workspace.ts';

export interface ScaleTask {
  readonly tablesUrl: string;
  readonly table: string;
  readonly workspaceUrl: string;
  /** How many days after today it runs. */
  readonly day: number;
}

export interface ScaleResult {
  readonly seconds: number;
  /** User and system seconds of the whole process, its start included. */
  readonly cpu: number;
  /** Resident MB at most. */
  readonly peak: number;
  /** Milliseconds the event loop was away at most; on a machine with others, they have a part in it. */
  readonly block: number;
  /** Milliseconds of processor that its thread used at most before the loop got its turn. */
  readonly work: number;
  /** To and from the tables. */
  readonly bytes: number;
  readonly reads: number;
  readonly writes: number;
  readonly outcome: string;
}

const { tablesUrl, table, workspaceUrl, day } = JSON.parse(process.argv[2] ?? '{}') as ScaleTask;
const counted = meter(tablesUrl, false);
const tableOf = (name: string) => azureTable(counted.client(`${table}${name}`), 60_000);
const now = (): Date => new Date(Date.now() + day * DAY);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The SDK insists on https; the workspace of this bench does not. */
const plain = createDefaultHttpClient();
const httpClient: HttpClient = {
  sendRequest(request) {
    request.url = request.url.replace('https://api.loganalytics.io', workspaceUrl);
    request.allowInsecureConnection = true;
    return plain.sendRequest(request);
  },
};
const client = makeLogsQueryClient(
  { getToken: () => Promise.resolve({ token: 'none', expiresOnTimestamp: Date.now() + 3_600_000 }) },
  { endpoint: 'https://api.loganalytics.io', httpClient },
);
const WORKSPACE = '99999999-8888-7777-6666-555555555555';
const ledger = tableOf('Ledger');
const world = aWorld();
await world.services.conversations.put(CHANNEL);
const services = {
  ...world.services,
  workspaces: new Map([
    [
      'corp',
      logAnalyticsWorkspace(client, WORKSPACE, {
        limit: workspaceSlots({
          table: tableOf('Runs'),
          ...{ alias: 'corp', id: WORKSPACE, size: 5, own: querySlots(5) },
          now,
          sleep,
          log: silent,
        }),
        sleep: (length) => sleep(length),
        log: silent,
      }),
    ],
  ]),
  ledger: tableLedger(ledger),
  outbox: tableOutbox(ledger, now),
  runs: tableRuns(tableOf('Runs'), now),
  now,
  log: silent,
};

// The first run of anything pays for loading and compiling; an instance runs many hunts.
const warm = aHunt({ id: 'warm-up' as HuntId, query: WARM });
for (let round = 0; round < 3; round += 1)
  await runHunt(
    warm,
    aRunOrder({ scope: { hunt: warm.id, workspace: 'corp' }, asOf: now(), slot: now() }),
    false,
    services,
  );
counted.requests = [];
counted.bytesIn = 0;
await new Promise<void>((told) =>
  process.send?.('warm', undefined, undefined, () => {
    told();
  }),
);

let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50);
const threadTime = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
let work = 0;
let last = Number.NaN;
const turns = setInterval(() => {
  const used = threadTime();
  if (used - last > work) work = used - last;
  last = used;
}, 5);
const loop = monitorEventLoopDelay({ resolution: 5 });
await sleep(50);
loop.enable();
work = 0;
const began = performance.now();
const before = process.cpuUsage();
const ticket = await runHunt(aHunt(), aRunOrder({ asOf: now() }), false, services);
const used = process.cpuUsage(before);
const result: ScaleResult = {
  seconds: (performance.now() - began) / 1000,
  cpu: (used.user + used.system) / 1e6,
  peak: peak / 1024 / 1024,
  block: loop.max / 1e6,
  work,
  bytes: counted.requests.reduce((sum, { sent }) => sum + sent, counted.bytesIn),
  reads: counted.requests.filter(({ method }) => method === 'GET').length,
  writes: counted.requests.filter(({ method }) => method !== 'GET').length,
  outcome: ticket.ended?.report?.outcome ?? 'none',
};
clearInterval(watch);
clearInterval(turns);
process.send?.(result, () => process.exit(0));
