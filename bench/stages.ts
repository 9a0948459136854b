/**
 * `npm run bench:stages -- 500000`: the stages of a run over so many matching devices, of which 1 % are new, each beside the
 * least that it could cost in the same process: medians of five. Tables answer after 10 ms.
 */
import { hash } from 'node:crypto';
import { tableLedger } from '../src/azure/ledger.ts';
import { shardOf } from '../src/azure/ledger-rows.ts';
import { azureTable } from '../src/azure/azure-table.ts';
import { wireReader } from '../src/azure/wire-answer.ts';
import { collectRows, type QueryAnswer } from '../src/hunt/answer.ts';
import { assembleReport, compareRows } from '../src/hunt/compare.ts';
import { deviceKeyOf } from '../src/hunt/device-key.ts';
import type { HuntReport } from '../src/hunt/report.ts';
import { aHunt, aRun, aRunOrder, aScope } from '../test/support/builders.ts';
import { requestedRunId } from '../src/hunt/run.ts';
import { constantTables } from './constant-tables.ts';
import { closeAgent, floor, meter } from './meter.ts';
import { answerBytes, idOf, WIRE_COLUMNS } from './wire-rows.ts';

const SIZE = Number(process.argv[2] ?? 100_000);
const NEW = Math.ceil(SIZE / 100);
const ROUNDS = 5;
const DEVICES_PER_TRANSACTION = 97;
const CHUNK = 64 * 1024;

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

async function timed<T>(act: () => T | Promise<T>): Promise<{ readonly seconds: number; readonly result: T }> {
  const began = performance.now();
  const result = await act();
  return { seconds: (performance.now() - began) / 1000, result };
}

/** Each round measures both, one after the other: the machine's mood is then the same for both. */
async function beside(
  what: string,
  ours: () => Promise<number>,
  least: () => Promise<number>,
  rounds = ROUNDS,
): Promise<void> {
  const [took, could]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    took.push(await ours());
    could.push(await least());
  }
  const ratio = median(took.map((seconds, round) => seconds / (could[round] ?? 1)));
  console.log(`${what.padEnd(78)} ${median(took).toFixed(2)} s, ${ratio.toFixed(2)} x ${median(could).toFixed(2)} s`);
}

function read(bytes: Buffer): QueryAnswer {
  const reader = wireReader(collectRows());
  for (let at = 0; at < bytes.length; at += CHUNK) reader.push(bytes.subarray(at, at + CHUNK));
  return reader.end();
}

const countRows = () => {
  let rows = 0;
  return { columns: () => undefined, row: () => (rows += 1), end: () => rows };
};

const tables = await constantTables(10);
const counted = meter(tables.url);
const ledger = tableLedger(azureTable(counted.client('Stages'), 60_000));
const hunt = aHunt();
const reportOf = async (answer: QueryAnswer, at: Date): Promise<HuntReport> => {
  const { baseline } = await ledger.open(aScope());
  const run = aRun({ id: requestedRunId(aScope(), at, 'bench'), asOf: at });
  const report = assembleReport({ hunt, run, asked: hunt.query, baseline, answer });
  if ('missingColumns' in report) throw new Error('The bench asks for columns that its answer does not have.');
  return report;
};

console.log(`${String(SIZE)} devices, ${String(NEW)} new`);
const bytes = answerBytes(SIZE);
/** Made anew for whoever wants it: half a million rows on the heap are the collector's work in all that comes after them. */
function allCells(): QueryAnswer {
  // As many rows as the service gives at most mark an answer as cut off, and found nothing.
  const { columns, rows } = read(bytes);
  return { columns, rows };
}
await beside(
  'read the answer / JSON.parse of its bytes',
  async () => {
    const reader = wireReader(countRows());
    const { seconds } = await timed(() => {
      for (let at = 0; at < bytes.length; at += CHUNK) reader.push(bytes.subarray(at, at + CHUNK));
      return reader.end();
    });
    return seconds;
  },
  async () => (await timed(() => (JSON.parse(bytes.toString('utf8')) as { tables: unknown }).tables)).seconds,
);

const founding = await ledger.open(aScope());
await founding.commit(await reportOf(allCells(), aRunOrder({}).asOf));
counted.requests = [];
await beside(
  'read the known state / the same requests alone',
  async () => {
    counted.requests = [];
    const { seconds, result } = await timed(() => ledger.open(aScope()));
    result.baseline.known.lastSeenDay(deviceKeyOf('nobody', ''));
    return seconds;
  },
  () => floor(counted.requests),
);
console.log(`  ${String(counted.requests.length)} requests`);

async function compareStages(): Promise<void> {
  const answer = allCells();
  const { baseline } = await ledger.open(aScope());
  const keys = new Set(answer.rows.map(([id]) => hash('sha256', String(id), 'hex').slice(0, 32)));
  const probe = (ids: Iterable<readonly unknown[]>): number => {
    let found = 0;
    for (const [id] of ids) if (keys.has(hash('sha256', String(id), 'hex').slice(0, 32))) found += 1;
    return found;
  };
  const input = { hunt, run: aRun(), asked: hunt.query, baseline };
  await beside(
    'read and compare / JSON.parse, SHA-256 of the ids and one probe each',
    async () => {
      const reader = wireReader(compareRows(input)());
      const { seconds } = await timed(() => {
        for (let at = 0; at < bytes.length; at += CHUNK) reader.push(bytes.subarray(at, at + CHUNK));
        return reader.end();
      });
      return seconds;
    },
    async () =>
      (
        await timed(() => {
          const { tables: parsed } = JSON.parse(bytes.toString('utf8')) as { tables: { rows: unknown[][] }[] };
          return probe(parsed[0]?.rows ?? []);
        })
      ).seconds,
  );
  await beside(
    'compare rows that are there as cells / SHA-256 of the ids and one probe each',
    async () => (await timed(() => assembleReport({ ...input, answer }))).seconds,
    async () => (await timed(() => probe(answer.rows))).seconds,
  );
}
await compareStages();

let grown = SIZE;
let expected = 0;
await beside(
  'remember 1 % new / the same requests alone',
  async () => {
    const news: QueryAnswer = {
      columns: WIRE_COLUMNS,
      rows: Array.from({ length: NEW }, (_, n) => [idOf(grown + n), `new-${String(grown + n)}`, null, null, '[]', 1]),
    };
    grown += NEW;
    const session = await ledger.open(aScope());
    const report = await reportOf(news, new Date(aRunOrder({}).asOf.getTime() + grown));
    const perShard = new Map<number, number>();
    for (const { device } of report.findings) perShard.set(shardOf(device), (perShard.get(shardOf(device)) ?? 0) + 1);
    expected = [...perShard.values()].reduce((sum, n) => sum + Math.ceil(n / DEVICES_PER_TRANSACTION), 0);
    counted.requests = [];
    return (await timed(() => session.commit(report))).seconds;
  },
  () => floor(counted.requests),
);
const writes = counted.requests.filter(({ method }) => method === 'POST').length;
console.log(`  ${String(writes)} transactions; ${String(expected)} is the least that fits the shards`);
closeAgent();
await tables.stop();
