/**
 * `npm run bench:scale -- --sizes 1000,10000 --heap 300`: what a hunt with so many matching devices costs one instance whose heap
 * has so many MB: each run in a process of its own, against a workspace and tables in this one. Tables answer after 10 ms.
 * Beside each run the floor: the same requests by a bare HTTP client, also in a process of its own. Figures are medians.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { constantTables } from './constant-tables.ts';
import { answersInParts } from './scale-workspace.ts';
import type { FloorResult } from './scale-floor.ts';
import type { ScaleResult, ScaleTask } from './scale-run.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,100000,500000' },
    heap: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
    latency: { type: 'string', default: '10' },
  },
});
const ROUNDS = Number(values.rounds);
/** What a run that comes once a day, as the shipped hunts do, makes of storage in a month. */
const RUNS_A_MONTH = 30;

interface Cost extends ScaleResult {
  readonly floor: FloorResult;
  /** Rows that its transactions name, where a bill counts those. */
  readonly rows: number;
}

const workspace = await answersInParts();
const tables = await constantTables(Number(values.latency), true);

/** What the process tells at its end; before that it may tell that it is warm. */
async function inProcess<T>(
  script: string,
  argument: string,
  flags: readonly string[],
  warm: () => void = () => undefined,
): Promise<T> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), [argument], {
    execArgv: ['--disable-warning=DEP0040', ...flags],
  });
  const told = async (): Promise<T> => {
    const [message] = (await once(child, 'message')) as [T | 'warm'];
    if (message !== 'warm') return message;
    warm();
    return told();
  };
  return Promise.race([
    told(),
    once(child, 'exit').then(() => Promise.reject(new Error('The process died, most likely of its memory.'))),
  ]);
}

/** Each run is on another day, as those of the shipped hunts are: the ledger then writes of every device that it was there. */
let day = 0;

async function costOf(table: string): Promise<Cost> {
  const task: ScaleTask = { tablesUrl: tables.url, table, workspaceUrl: workspace.url, day };
  day += 1;
  const flags = [`--max-old-space-size=${values.heap}`];
  const result = await inProcess<ScaleResult>('./scale-run.ts', JSON.stringify(task), flags, () => {
    tables.requests.length = 0;
    workspace.requests.length = 0;
    workspace.sent = 0;
  });
  const requests = [...workspace.requests, ...tables.requests];
  const bytes = result.bytes + workspace.sent;
  const rows = requests.reduce((sum, { body }) => sum + (body.match(/ HTTP\/1\.1\r\n/g)?.length ?? 1), 0);
  const file = join(tmpdir(), `firstsight-floor-${String(process.pid)}.jsonl`);
  const stream = createWriteStream(file);
  for (const request of requests) if (!stream.write(`${JSON.stringify(request)}\n`)) await once(stream, 'drain');
  await finished(stream.end());
  tables.requests.length = 0;
  const floor = await inProcess<FloorResult>('./scale-floor.ts', file, ['--max-old-space-size=6000']);
  rmSync(file);
  return { ...result, bytes, floor, rows };
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

function print(size: number, what: string, costs: readonly Cost[]): void {
  const of = (pick: (cost: Cost) => number): number => median(costs.map(pick));
  const requests = of(({ reads, writes }) => reads + writes);
  const columns = [
    String(size).padStart(7),
    what.padEnd(10),
    `${of(({ seconds }) => seconds)
      .toFixed(2)
      .padStart(6)} s ${of((c) => c.seconds / c.floor.seconds)
      .toFixed(1)
      .padStart(5)} x floor`,
    `${of(({ cpu }) => cpu)
      .toFixed(2)
      .padStart(6)} s CPU ${of((c) => c.cpu / c.floor.cpu)
      .toFixed(1)
      .padStart(5)} x`,
    `${String(of(({ reads }) => reads)).padStart(4)} reads ${String(of(({ writes }) => writes)).padStart(5)} writes`,
    `${(of(({ bytes }) => bytes) / 1024 / 1024).toFixed(1).padStart(6)} MB`,
    `${of(({ peak }) => peak)
      .toFixed(0)
      .padStart(4)} MB peak`,
    `block ${of(({ block }) => block)
      .toFixed(0)
      .padStart(4)} ms (${of(({ work }) => work).toFixed(0)} its own)`,
    `${String(requests * RUNS_A_MONTH)} transactions a month (${String(of(({ rows }) => rows) * RUNS_A_MONTH)} rows)`,
  ];
  console.log(columns.join('  '));
  for (const { outcome } of costs)
    if (outcome !== OUTCOMES[what]) throw new Error(`A run that was to be "${what}" ended as ${outcome}.`);
}

const OUTCOMES: Readonly<Record<string, string>> = {
  founding: 'baseline-founded',
  unchanged: 'nothing-new',
  '1 % new': 'devices-found',
};

console.log(`Heap of ${values.heap} MB; tables answer after ${values.latency} ms; medians of ${values.rounds} runs.`);
for (const size of values.sizes.split(',').map(Number)) {
  workspace.devices(size);
  const repeat = async (what: string, before: () => void = () => undefined, rounds = ROUNDS): Promise<void> => {
    const costs: Cost[] = [];
    for (let round = 0; round < rounds; round += 1) {
      before();
      costs.push(await costOf(`Scale${String(size)}`));
    }
    print(size, what, costs);
  };
  await repeat('founding', undefined, 1);
  await repeat('unchanged');
  let grown = size;
  await repeat('1 % new', () => {
    workspace.devices((grown += Math.ceil(size / 100)));
  });
}
await tables.stop();
workspace.stop();
