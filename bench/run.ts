/**
 * What one run costs: founding, unchanged, and with 1 % new devices, over 1,000 / 10,000 / 100,000 matching devices, against
 * Azurite and against a service that always takes the same time. Beside the floor: the same requests by a bare HTTP client
 * in the same process. Machines differ and are noisy, so read the ratios. `npm run bench -- --sizes 1000 --rounds 3`
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startAzurite } from '../local/azurite.ts';
import { tableCallRates } from '../src/azure/call-rates.ts';
import { tableCanaries } from '../src/azure/canaries.ts';
import { tableCases } from '../src/azure/cases.ts';
import { tableConversations } from '../src/azure/conversations.ts';
import { tableExplanations } from '../src/azure/explanations.ts';
import { tableKeptRuns } from '../src/azure/kept-runs.ts';
import { tableLedger } from '../src/azure/ledger.ts';
import { tableLinkSecrets } from '../src/azure/link-secrets.ts';
import { tableOutbox } from '../src/azure/outbox.ts';
import { tablePromises } from '../src/azure/promises.ts';
import { tableRetention } from '../src/azure/retention.ts';
import { querySlots } from '../src/azure/query-slots.ts';
import { tableRuns } from '../src/azure/runs.ts';
import { azureTable } from '../src/azure/azure-table.ts';
import { workspaceSlots } from '../src/azure/workspace-slots.ts';
import { readAnswer, type QueryAnswer } from '../src/hunt/answer.ts';
import { deviceKeyOf } from '../src/hunt/device-key.ts';
import { NO_QUESTIONS } from '../src/hunt/hunt-questions.ts';
import { DEFAULT_DEVICE_COLUMNS, type Hunt, type HuntId } from '../src/hunt/hunt.ts';
import { requestedRunId, type RunOrder } from '../src/hunt/run.ts';
import { runHunt } from '../src/run-hunt.ts';
import type { Services } from '../src/services.ts';
import { memoryTable } from '../test/support/memory-table.ts';
import { DAY, HOUR, MINUTE } from '../src/time.ts';
import { constantTables } from './constant-tables.ts';
import { closeAgent, floor, meter, type Meter } from './meter.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,100000' },
    rounds: { type: 'string', default: '5' },
    latency: { type: 'string', default: '10' },
  },
});
const SIZES = values.sizes.split(',').map(Number);
const ROUNDS = Number(values.rounds);
const LATENCY = Number(values.latency);

const hunt: Hunt = {
  id: 'bench' as HuntId,
  slug: 'bench',
  name: 'Bench',
  description: '',
  tactics: [],
  techniques: [],
  query: 'T',
  lookback: 5 * DAY,
  forgetAfter: 30 * DAY,
  severity: 'medium',
  firstRun: 'learn',
  device: DEFAULT_DEVICE_COLUMNS,
  requiredColumns: ['id'],
  file: 'bench.yaml',
  ...NO_QUESTIONS,
};
const scope = { hunt: hunt.id, workspace: 'bench' };
const COLUMNS = ['DeviceId', 'DeviceName', 'FirstSeen', 'LastSeen', 'Report', 'Count'].map((name) => ({
  name,
  type: 'string',
}));

/** Devices `from` to `to`; ids are as long as Defender's. */
const answerOf = (from: number, to: number): QueryAnswer => ({
  columns: COLUMNS,
  rows: Array.from({ length: to - from }, (_, i) => {
    const id = String(from + i).padStart(40, '0');
    return [id, `wks-${String(from + i)}.contoso.com`, '2026-11-20T10:00:00Z', '2026-11-22T10:00:00Z', '[1,2]', 2];
  }),
});

interface Setting {
  readonly counted: Meter;
  readonly services: Services;
  answer: QueryAnswer;
}

function settingOf(tablesUrl: string): Setting {
  const counted = meter(tablesUrl);
  const suffix = randomBytes(6).toString('hex');
  const ledgerTable = azureTable(counted.client(`L${suffix}`));
  const now = (): Date => new Date();
  const nothing = (): undefined => undefined;
  const log = { info: nothing, warn: nothing, error: nothing };
  const runsTable = azureTable(counted.client(`R${suffix}`));
  const slots = workspaceSlots({
    table: runsTable,
    alias: 'bench',
    id: 'bench',
    size: 5,
    own: querySlots(5),
    now,
    sleep,
    log,
  });
  const setting: Setting = {
    counted,
    answer: answerOf(0, 0),
    services: {
      hunts: { all: () => [hunt], find: () => hunt, problems: () => [], warnings: () => [] },
      workspaces: new Map([
        [
          'bench',
          {
            query: (_kql, _window, signal, read) =>
              slots.run(() => Promise.resolve(readAnswer(setting.answer, read)), signal),
          },
        ],
      ]),
      ledger: tableLedger(ledgerTable),
      outbox: tableOutbox(ledgerTable, now),
      runs: tableRuns(runsTable, now),
      kept: tableKeptRuns(runsTable),
      conversations: {
        ...tableConversations(memoryTable()),
        list: () => Promise.resolve([{ id: 'c', kind: 'channel', reference: {}, rules: [] }]),
      },
      notifier: {
        send: () => Promise.resolve({ activityId: 'a', at: now() }),
        update: () => Promise.resolve(),
        say: () => Promise.resolve(),
      },
      canaries: tableCanaries(memoryTable()),
      cases: tableCases(azureTable(counted.client(`C${suffix}`))),
      promises: tablePromises(ledgerTable, now),
      explanations: tableExplanations(ledgerTable, now),
      freshness: { of: () => Promise.resolve([]) },
      links: tableLinkSecrets(memoryTable()),
      retention: tableRetention({
        ledger: memoryTable(),
        runs: memoryTable(),
        cases: memoryTable(),
        conversations: memoryTable(),
      }),
      rates: tableCallRates(memoryTable()),
      queue: { send: () => Promise.resolve() },
      log,
      policy: {
        schedule: '0 0 6 * * *',
        tick: '0 */5 * * * *',
        digest: '0 0 7 * * 1',
        lateness: 2 * DAY,
        runTimeout: 12 * MINUTE,
        evidenceTimeout: 120_000,
        blindAfter: 2_700_000,
        remindAfter: DAY,
        escalateAfter: 4 * HOUR,
        retain: 400 * DAY,
      },
      now,
    },
  };
  return setting;
}

interface Cost {
  readonly seconds: number;
  readonly reads: number;
  readonly writes: number;
  readonly sent: number;
  readonly received: number;
  readonly peak: number;
  /** Seconds of the same requests by a bare client; where answering them again changes nothing that is measured. */
  readonly floor: number | undefined;
}

async function cost(setting: Setting, answer: QueryAnswer, withFloor: boolean): Promise<Cost> {
  const { counted, services } = setting;
  setting.answer = answer;
  counted.requests = [];
  counted.bytesIn = 0;
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
  const asOf = new Date();
  const order: RunOrder = {
    id: requestedRunId(scope, asOf, randomBytes(4).toString('hex')),
    scope,
    trigger: 'request',
    asOf,
  };
  const began = performance.now();
  await runHunt(hunt, order, false, services);
  const seconds = (performance.now() - began) / 1000;
  clearInterval(watch);
  const reads = counted.requests.filter(({ method }) => method === 'GET').length;
  const sent = counted.requests.reduce((sum, { body }) => sum + body.length, 0);
  const [writes, received] = [counted.requests.length - reads, counted.bytesIn];
  peak = Math.max(peak, process.memoryUsage.rss());
  // A query slot that is taken once more would stay taken.
  const repeatable = counted.requests.filter(({ url, body }) => !`${url}${body}`.includes('queries-bench'));
  return { seconds, reads, writes, sent, received, peak, floor: withFloor ? await floor(repeatable) : undefined };
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const ms = (seconds: number): string => `${(seconds * 1000).toFixed(0)} ms`.padStart(9);
const kb = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KB`.padStart(9);

function print(where: string, size: number, what: string, costs: readonly Cost[], reading = ''): void {
  const of = (pick: (cost: Cost) => number): number => median(costs.map(pick));
  const floors = costs.flatMap((c) => (c.floor === undefined ? [] : [c.seconds / c.floor]));
  const columns = [
    where.padEnd(9),
    String(size).padStart(7),
    what.padEnd(10),
    ms(of((c) => c.seconds)),
    floors.length === 0 ? ''.padEnd(14) : `${median(floors).toFixed(1).padStart(5)} x floor`,
    `${String(of((c) => c.reads)).padStart(4)} reads ${String(of((c) => c.writes)).padStart(5)} writes`,
    `${kb(of((c) => c.received))} in ${kb(of((c) => c.sent))} out`,
    `${(of((c) => c.peak) / 1024 / 1024).toFixed(0).padStart(5)} MB peak`,
  ];
  console.log(`${columns.join('  ')}  ${reading}`);
}

/** `withFloor`: repeating the same writes does no harm, as on the service that always takes the same time. */
async function measure(where: string, tablesUrl: string, withFloor: boolean): Promise<void> {
  // Warm the process: the first run of anything pays for compiling.
  const warm = settingOf(tablesUrl);
  for (let i = 0; i < 3; i += 1) await cost(warm, answerOf(0, 500), false);
  for (const size of SIZES) {
    const setting = settingOf(tablesUrl);
    print(where, size, 'founding', [await cost(setting, answerOf(0, size), withFloor)]);

    const unchanged: Cost[] = [];
    const reading: number[] = [];
    const floors: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      unchanged.push(await cost(setting, answerOf(0, size), withFloor));
      setting.counted.requests = [];
      const began = performance.now();
      const { baseline } = await setting.services.ledger.open(scope);
      baseline.known.lastSeenDay(deviceKeyOf('nobody', ''));
      reading.push((performance.now() - began) / 1000);
      floors.push(await floor(setting.counted.requests));
    }
    const ratio = median(reading.map((seconds, i) => seconds / (floors[i] ?? 1)));
    print(
      where,
      size,
      'unchanged',
      unchanged,
      `known state read in ${ms(median(reading)).trim()}, ${ratio.toFixed(2)} x floor`,
    );

    const changed: Cost[] = [];
    for (let round = 0, next = size; round < ROUNDS; round += 1) {
      const news = Math.ceil(size / 100);
      const known = answerOf(0, size);
      changed.push(
        await cost(setting, { ...known, rows: [...known.rows, ...answerOf(next, next + news).rows] }, withFloor),
      );
      next += news;
    }
    print(where, size, '1 % new', changed);
  }
}

console.log(`Medians of ${String(ROUNDS)} rounds; the constant service answers after ${String(LATENCY)} ms.`);
const azurite = await startAzurite();
await measure('azurite', azurite.tablesUrl, false);
await azurite.stop();
const constant = await constantTables(LATENCY);
await measure('constant', constant.url, true);
await constant.stop();
closeAgent();
