/**
 * `node bench/replay.ts [devices] [days]`: keeps daily runs, then replays them with a changed exclusion. Prints, never fails.
 */
import { randomBytes } from 'node:crypto';
import { replayHunt } from '../local/hunt-replay/command.ts';
import { tableKeptRuns } from '../src/azure/kept-runs.ts';
import { tableRuns } from '../src/azure/runs.ts';
import { readAnswer, type Cell } from '../src/hunt/answer.ts';
import { compareRows } from '../src/hunt/compare.ts';
import { deviceKeyOf } from '../src/hunt/device-key.ts';
import type { Scenario } from '../src/hunt/hunt-questions.ts';
import { keepingRows } from '../src/hunt/kept-rows.ts';
import { withFindings, type Learned } from '../src/hunt/learned.ts';
import { readEvidence } from '../src/hunt/read-evidence.ts';
import { keepRun } from '../src/keep-run.ts';
import { matchColumn } from '../src/kql/evidence-query.ts';
import { summaryOf } from '../src/run-summary.ts';
import { DAY, HOUR } from '../src/time.ts';
import { knownThen } from '../local/hunt-replay/known-then.ts';
import { aHunt, anAnswer, aRow, aRun, NOON } from '../test/support/builders.ts';
import { anExecutionsAnswer } from '../test/support/kept-period.ts';
import { memoryTable } from '../test/support/memory-table.ts';
import { aWorld } from '../test/support/services.ts';

const [devices = 2_000, days = 30] = process.argv.slice(2).map(Number);
/** Devices that come every day. */
const NEWCOMERS = 5;
const scenario = (mode: Scenario['mode']): Scenario => ({
  ...{ name: 'Backup job', description: '', mode },
  where: 'ProcessCommandLine has "backup"',
});
const hunt = aHunt({ evidence: { executions: 'X' }, scenarios: [scenario('annotate')] });
const changed = { ...hunt, scenarios: [scenario('exclude')] };
const ran = { path: 'C:\\Program Files\\B\\x.exe', commandLine: 'x.exe /backup', account: 'system' };

const table = memoryTable();
const runs = tableRuns(table, () => NOON);
const known = knownThen();
const ids = Array.from({ length: devices + NEWCOMERS * days }, () => randomBytes(20).toString('hex'));
const at = (n: number): Date => new Date(NOON.getTime() + n * DAY);
let bytes = 0;
for (let day = 0; day < days; day += 1) {
  const run = aRun({ asOf: at(day) }, hunt);
  const { pack } = tableKeptRuns(table);
  const keep = keepRun((text) => {
    const packed = pack(text);
    bytes += packed.length;
    return packed;
  });
  const baseline = known.baseline(day === 0 ? undefined : NOON);
  const input = { hunt, run, asked: '', baseline, ...(day > 0 && { lastComplete: at(day - 1) }) };
  const rows = ids.slice(0, devices + NEWCOMERS * day).map((id): Cell[] => aRow(id));
  const { value, kept } = readAnswer(anAnswer(rows), keepingRows(compareRows(input), hunt.device, keep.pack));
  if ('missingColumns' in value) throw new Error('The answer has no columns.');
  keep.compared(input, [kept]);
  const answer = anExecutionsAnswer(
    value.findings.map(({ id }) => [id, ran]),
    [() => true],
  );
  const options = { scenarios: hunt.scenarios, matchColumn, asOf: run.asOf };
  const evidenceOf = readEvidence({ executions: { state: 'answered', answer } }, options);
  const learned = new Map(
    value.findings.map(({ device }): [typeof device, Learned] => {
      const ofDevice = answer.rows.filter(([id]) => deviceKeyOf(String(id), '') === device);
      const executions = { columns: answer.columns, rows: ofDevice };
      return [device, { evidence: evidenceOf(device), telemetry: true, executions }];
    }),
  );
  keep.learned(learned);
  const report = withFindings(value, (device) => learned.get(device));
  const ticket = await runs.begin(run, HOUR, run.asOf);
  const end = { at: run.asOf, status: 'completed', report: summaryOf(report), settled: true } as const;
  await runs.finish(ticket, { ...end, keep: keep.ended(report, run.asOf, false) });
  for (const [id] of rows) known.see(deviceKeyOf(String(id), ''), Math.floor(run.asOf.getTime() / DAY));
}

const services = { ...aWorld({ hunts: [hunt] }).services, runs, kept: tableKeptRuns(table) };
globalThis.gc?.();
const before = process.cpuUsage();
const began = performance.now();
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50);
const request = { hunt: hunt.slug, from: at(-1), to: at(days), json: false };
const printed = await replayHunt({ ...request, changed: { file: 'changed.yaml', hunt: changed } }, services);
clearInterval(watch);
const { user, system } = process.cpuUsage(before);
console.log(printed.split('\n').at(-1));
console.log(
  `${String(days)} runs of ${devices.toLocaleString('en')} devices: ${((performance.now() - began) / 1_000).toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of CPU, ${(Math.max(peak, process.memoryUsage().rss) / 1e6).toFixed(0)} MB; ${(bytes / days / 1e3).toFixed(0)} kB kept a run`,
);
