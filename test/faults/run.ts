/** `npm run test:faults`; `--help` says what it does and can be asked for. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { startAzurite } from '../../local/azurite.ts';
import { terminalLog } from '../../local/terminal-log.ts';
import { silentLog } from '../support/silent-log.ts';
import { azuriteStorage } from './azurite-storage.ts';
import { dayBefore } from './day-before.ts';
import { calm, type Place } from './fault.ts';
import { ofTable, replay, seeded, singleFaults, type Job } from './jobs.ts';
import { openLane, type Lane } from './lane.ts';
import { memoryStorage } from './memory-storage.ts';
import type { Mode } from './mode.ts';
import { MUTANTS } from './mutants.ts';
import { HELP, OptionError, readOptions, type Options } from './options.ts';
import { undetected } from './planted-bugs.ts';
import { play } from './scenario.ts';
import { killRound } from './sigkill.ts';
import { FaultTableError, readFaultTable, type Clean } from './table-file.ts';
import { add, newTally, note, totalOf, type Tally } from './tally.ts';

try {
  process.exit(await main(readOptions(process.argv.slice(2))));
} catch (error) {
  if (!(error instanceof OptionError || error instanceof FaultTableError)) throw error;
  console.error(error.message);
  process.exit(2);
}

async function main(options: Options): Promise<number> {
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const started = Date.now();
  // A table is for the wire unless somebody wants it otherwise; both would say everything twice.
  const onTheWire = options.storage === 'azurite' || (options.storage === 'both' && isChosen(options));
  const inMemory = options.storage === 'both' && !onTheWire ? playInMemory() : undefined;
  const result = options.storage === 'memory' ? await playOn('memory', options) : await playOn('azurite', options);
  if (process.send) {
    process.send(result);
    return 0;
  }
  const other = await inMemory;
  if (other) {
    add(result.tally, other.tally);
    result.survivors.push(...other.survivors);
  }
  return options.list ? 0 : tell(result, options, Math.round((Date.now() - started) / 1000));
}

interface Result {
  readonly tally: Tally;
  /** Planted bugs that were not found. */
  readonly survivors: string[];
}

/** Some scenarios instead of all. */
function isChosen({ table, list, seed, only }: Options): boolean {
  return table !== undefined || list || seed !== undefined || only !== undefined;
}

/** Planted bugs are looked for where it costs least. */
function seeksBugs(where: string, options: Options): boolean {
  return !isChosen(options) && (where === 'memory' || options.storage === 'azurite');
}

/** In a process of its own: the wire and it need a core each. */
async function playInMemory(): Promise<Result> {
  const child = fork('test/faults/run.ts', [...process.argv.slice(2), '--storage', 'memory'], {
    execArgv: process.execArgv,
  });
  let result: Result | undefined;
  child.on('message', (message) => (result = message as Result));
  await once(child, 'exit');
  if (!result) throw new Error('The scenarios in memory did not come to an end.');
  return result;
}

async function playOn(where: 'memory' | 'azurite', options: Options): Promise<Result> {
  const azurite = where === 'azurite' ? await startAzurite() : undefined;
  const snapshot = await dayBefore();
  const storage = azurite ? azuriteStorage(azurite.tablesUrl, snapshot) : memoryStorage(snapshot);
  const lanes = await Promise.all(Array.from({ length: options.lanes }, () => openLane(storage)));
  const [probe] = lanes;
  if (!probe) throw new Error('There is no lane.');
  const tally = newTally();
  const survivors: string[] = [];
  try {
    const clean = await calmRuns(probe, where, options, tally);
    if (!options.list) {
      await playAll(lanes, where, jobsOf(clean, where, options), options, tally);
      if (azurite && !isChosen(options)) await killAll(probe, azurite.tablesUrl, options, tally);
      if (seeksBugs(where, options)) survivors.push(...(await undetected(lanes)));
    }
  } finally {
    for (const lane of lanes) lane.stop();
    await azurite?.stop();
  }
  return { tally, survivors };
}

/** Each mode without any fault: how many requests there are, and with `--list` which. */
async function calmRuns(probe: Lane, where: string, { modes, list }: Options, tally: Tally): Promise<Clean> {
  const clean = new Map<Mode, Readonly<Record<Place, number>>>();
  for (const mode of modes) {
    const requests: string[] = [];
    const plan = calm((place, at, what) => void requests.push(`${mode} ${place} @${String(at)} # ${what}`));
    const verdict = await play(probe, { mode, plan, log: silentLog });
    note(tally, { group: `${where}: ${mode}, calm`, name: 'calm', mode, happened: [], verdict });
    clean.set(mode, plan.counts);
    const { storage, workspace, teams } = plan.counts;
    const words = `${String(storage)} requests to storage, ${String(workspace)} to the workspace, ${String(teams)} to Teams`;
    console.log(list ? [`# ${mode}: ${words}`, ...requests].join('\n') : `${where}, ${mode}: ${words}`);
  }
  return clean;
}

function jobsOf(clean: Clean, where: string, options: Options): Job[] {
  const { table, seed, only } = options;
  if (table !== undefined) return [...ofTable(readFaultTable(textOf(table), clean))];
  if (seed !== undefined) return [replay(seed, clean)];
  if (only === undefined) return [...singleFaults(clean, options, sampleOf(where, options)), ...seeded(clean, options)];
  const jobs = [...singleFaults(clean, options, () => 1)].filter(({ name }) => name === only);
  if (jobs.length === 0) throw new OptionError(`--only "${only}": there is no such fault. --list lists the requests.`);
  return jobs;
}

/** The timer's run and the overlap of two are tried in full; leases that run out make twice the requests. */
function sampleOf(where: string, { all, every }: Options): (mode: Mode) => number {
  if (where === 'azurite') return () => every;
  return (mode) => (all || mode === 'slot' || mode === 'overlap' ? 1 : 3);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new OptionError(`--table ${file}: ${(error as Error).message}`);
  }
}

async function playAll(
  lanes: readonly Lane[],
  where: string,
  jobs: Job[],
  { verbose }: Options,
  tally: Tally,
): Promise<void> {
  const all = jobs.length;
  await Promise.all(
    lanes.map(async (lane) => {
      for (let job = jobs.shift(); job; job = jobs.shift()) {
        const lines: string[] = [];
        const verdict = await play(lane, { ...job, log: terminalLog((line) => void lines.push(line)) });
        note(tally, { ...job, group: `${where}: ${job.group}`, happened: job.plan.happened, verdict });
        if (verbose || verdict.violations.length > 0)
          console.log([`\n${where}, ${job.mode}, ${job.name}`, ...lines].join('\n'));
        const done = all - jobs.length;
        if (done % 100 === 0) console.log(`${where}: ${String(done)} of ${String(all)} scenarios`);
      }
    }),
  );
}

async function killAll(lane: Lane, tablesUrl: string, { kills, from }: Options, tally: Tally): Promise<void> {
  let killed = 0;
  for (let seed = from; seed < from + kills; seed += 1) {
    const { verdict, happened } = await killRound(lane, tablesUrl, seed);
    killed += happened.length;
    note(tally, { group: 'azurite: slot, SIGKILL', name: `SIGKILL ${String(seed)}`, mode: 'slot', happened, verdict });
  }
  console.log(`${String(kills)} rounds with ${String(killed)} processes killed`);
}

function tell({ tally, survivors }: Result, options: Options, seconds: number): number {
  console.table(tally.counts);
  const total = (field: Parameters<typeof totalOf>[1]): string => String(totalOf(tally, field));
  for (const example of tally.examples.slice(0, 20)) console.log(example);
  const unreached = options.table === undefined ? [] : tally.unreached;
  for (const fault of unreached) console.log(`NOT REACHED ${fault}`);
  if (!isChosen(options)) {
    const planted = MUTANTS.length;
    console.log(`${String(planted - survivors.length)} of ${String(planted)} planted bugs found`);
  }
  for (const survivor of survivors) console.log(`NOT FOUND ${survivor}`);
  console.log(
    `${total('scenarios')} scenarios, ${total('violations')} violations, ${String(seconds)} s; ` +
      `${total('repeated')} messages said again after an answer that was lost or a process that died; ` +
      `${total('unreached')} scenarios ended before their fault`,
  );
  return totalOf(tally, 'violations') + survivors.length + unreached.length === 0 ? 0 : 1;
}
