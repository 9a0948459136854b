/**
 * `npm run bench:scale -- 100000 300`: what a hunt with so many matching devices costs one instance whose heap has so many MB:
 * each run in a process of its own, against a workspace and tables in this one. Tables answer after 10 ms.
 */
import { fork } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { constantTables } from './constant-tables.ts';
import { AFTER_ROWS, BEFORE_ROWS, idOf, rowOf } from './wire-rows.ts';
import type { ScaleResult, ScaleTask } from './scale-run.ts';

const SIZE = Number(process.argv[2] ?? 100_000);
const NEW = Math.ceil(SIZE / 100);
const LATENCY = 10;

let devices = SIZE;
/** The first hex digit of the hash of each device's id: above the service's limit the hunt asks for the devices of some digits. */
const digits = Array.from({ length: SIZE + NEW }, (_, n) => hash('sha256', idOf(n), 'hex').charAt(0));
const ROW_LIMIT = 500_000;

const workspace = createServer((request, response) => {
  const asked: Buffer[] = [];
  request.on('data', (chunk: Buffer) => asked.push(chunk));
  request.on('end', () => {
    const part = /0, 1\) in \(([^)]*)\)/.exec(Buffer.concat(asked).toString())?.[1];
    response.writeHead(200, { 'content-type': 'application/json' });
    void answer(response, part);
  });
});

async function answer(response: NodeJS.WritableStream, part: string | undefined): Promise<void> {
  response.write(BEFORE_ROWS);
  let written = 0;
  for (let from = 0; from < devices; from += 1_000) {
    const all = Array.from({ length: Math.min(1_000, devices - from) }, (_, n) => from + n);
    const asked = all
      .filter((n) => part === undefined || part.includes(digits[n] ?? '-'))
      .slice(0, ROW_LIMIT - written);
    if (asked.length === 0) continue;
    const rows = asked.map(rowOf).join(',');
    if (!response.write(written === 0 ? rows : `,${rows}`)) await once(response, 'drain');
    written += asked.length;
  }
  response.end(AFTER_ROWS);
}

async function run(task: ScaleTask): Promise<ScaleResult> {
  const child = fork(fileURLToPath(new URL('./scale-run.ts', import.meta.url)), [JSON.stringify(task)], {
    execArgv: ['--disable-warning=DEP0040', `--max-old-space-size=${process.argv[3] ?? '300'}`],
  });
  const result = Promise.race([
    once(child, 'message').then(([told]) => told as ScaleResult),
    once(child, 'exit').then(() => Promise.reject(new Error('The process died, most likely of its memory.'))),
  ]);
  return result;
}

function print(what: string, result: ScaleResult): void {
  const columns = [
    what.padEnd(10),
    `${result.seconds.toFixed(1).padStart(6)} s`,
    `${result.cpu.toFixed(1).padStart(6)} s CPU`,
    `${String(result.reads).padStart(4)} reads ${String(result.writes).padStart(5)} writes`,
    `${result.peak.toFixed(0).padStart(5)} MB peak`,
    `longest block ${result.block.toFixed(0).padStart(4)} ms, ${result.work.toFixed(0).padStart(3)} ms of it work`,
    `${(result.bytes / 1048576).toFixed(0)} MB`,
    result.outcome,
  ];
  console.log(columns.join('  '));
}

workspace.listen(0, '127.0.0.1');
await once(workspace, 'listening');
const tables = await constantTables(LATENCY);
const task = (table: string): ScaleTask => ({
  tablesUrl: tables.url,
  table,
  workspaceUrl: `http://127.0.0.1:${String((workspace.address() as AddressInfo).port)}`,
});

console.log(`${String(SIZE)} devices, ${String(NEW)} new; tables answer after ${String(LATENCY)} ms`);
print('founding', await run(task('Scale')));
for (let round = 0; round < 3; round += 1) print('unchanged', await run(task('Scale')));
devices = SIZE + NEW;
print('1 % new', await run(task('Scale')));
await tables.stop();
workspace.closeAllConnections();
workspace.close();
