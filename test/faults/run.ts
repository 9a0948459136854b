/**
 * `npm run test:faults`: every single fault at every request, alone and with overlapping runs; then pairs and storms.
 * `--every 1` tries every kind at every request (an hour); by default every sixth pair of them, spread evenly.
 * `--kills 40` rounds in which a real process is killed, `--seeds 1500` storms, `--seed 17` replays one, `--modes slot`, `--kinds stall,dup`.
 * `--only "storage stall @155"` replays one single fault, `--verbose` tells what the program logs, which is told anyway when something is violated.
 */
import { parseArgs } from 'node:util';
import { startAzurite } from '../../local/azurite.ts';
import { calm, FAULTS, IN_DOUBT, pair, single, storm, type FaultKind, type Place, type Plan } from './fault.ts';
import { terminalLog } from '../../local/terminal-log.ts';
import { silentLog } from '../support/silent-log.ts';
import { openLane, type Lane } from './lane.ts';
import { MUTANTS, type Mutant } from './mutants.ts';
import { killRound } from './sigkill.ts';
import { MODES, play, type Mode, type Outcome } from './scenario.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    seed: { type: 'string' },
    kills: { type: 'string', default: '2' },
    modes: { type: 'string', default: MODES.join(',') },
    kinds: { type: 'string', default: FAULTS.join(',') },
    lanes: { type: 'string', default: '4' },
    every: { type: 'string', default: '6' },
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const modes = values.modes.split(',') as Mode[];
const kinds = values.kinds.split(',') as FaultKind[];

interface Job {
  readonly name: string;
  readonly mode: Mode;
  readonly plan: Plan;
}
interface Tally {
  scenarios: number;
  violations: number;
  repeated: number;
}

const azurite = await startAzurite();
const lanes = await Promise.all(Array.from({ length: Number(values.lanes) }, () => openLane(azurite.tablesUrl)));
const started = Date.now();
const tally: Record<string, Tally> = {};
const examples: string[] = [];

const [probe] = lanes;
if (!probe) throw new Error('--lanes must be 1 or more.');
const clean = new Map<Mode, Readonly<Record<Place, number>>>();
for (const mode of modes) {
  const plan = calm();
  note({ name: 'calm', mode, plan }, await play(probe, { mode, plan, log: silentLog }));
  clean.set(mode, plan.counts);
  console.log(`${mode}: ${JSON.stringify(plan.counts)} requests without any fault`);
}

const jobs = (values.seed === undefined ? [...everySingleFault(), ...seeded()] : [replay(values.seed)]).filter(
  ({ name }) => values.only === undefined || name === values.only,
);
await Promise.all(
  lanes.map(async (lane) => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const lines: string[] = [];
      const outcome = await play(lane, { ...job, log: terminalLog((line) => void lines.push(line)) });
      note(job, outcome);
      if (values.verbose || outcome.violations.length > 0)
        console.log([`\n${job.mode}, ${job.name}`, ...lines].join('\n'));
    }
  }),
);

if (values.seed === undefined && values.only === undefined) {
  let kills = 0;
  for (let seed = 1; seed <= Number(values.kills); seed += 1) {
    const round = await killRound(probe, seed);
    kills += round.kills;
    // Whoever dies between a post and the word of it has to post again.
    note(
      { name: 'SIGKILL', mode: 'slot', plan: { ...calm(), happened: [{ place: 'teams', at: 0, kind: 'killAfter' }] } },
      round,
    );
  }
  console.log(`${values.kills} rounds with ${String(kills)} processes killed`);
}
const survivors = values.seed === undefined && values.only === undefined ? await undetected() : [];
console.table(tally);
const total = (field: keyof Tally): number => Object.values(tally).reduce((sum, one) => sum + one[field], 0);
const seconds = Math.round((Date.now() - started) / 1000);
console.log(`${String(total('scenarios'))} scenarios, ${String(total('violations'))} violations, ${String(seconds)} s`);
for (const example of examples.slice(0, 20)) console.log(example);
for (const lane of lanes) lane.stop();
await azurite.stop();
for (const survivor of survivors) console.log(`NOT FOUND: a program that ${survivor}`);
process.exit(total('violations') + survivors.length === 0 ? 0 : 1);

/** Planted bugs that no fault brought to light. */
async function undetected(): Promise<readonly string[]> {
  const missed = await Promise.all(
    MUTANTS.map(async (mutant, n) => {
      const lane = lanes[n];
      if (!lane) throw new Error(`--lanes must be ${String(MUTANTS.length)} or more.`);
      return (await findBug(lane, mutant)) ? [] : [mutant.name];
    }),
  );
  console.log(`${String(MUTANTS.length - missed.flat().length)} of ${String(MUTANTS.length)} planted bugs found`);
  return missed.flat();
}

async function findBug(lane: Lane, { mode, under, mutate }: Mutant): Promise<boolean> {
  let calmly = await tryOut(lane, mode, calm(), mutate);
  // Two processes do not always meet: on a busy machine one may be done before the other begins.
  for (let again = 0; again < 5 && !calmly.wrong && !under; again += 1)
    calmly = await tryOut(lane, mode, calm(), mutate);
  if (calmly.wrong || !under) return calmly.wrong;
  const [place, kind] = under;
  for (let at = 1; at <= calmly.counts[place]; at += 1)
    if ((await tryOut(lane, mode, single(place, at, kind), mutate)).wrong) return true;
  return false;
}

async function tryOut(lane: Lane, mode: Mode, plan: Plan, mutate: Mutant['mutate']) {
  const { violations, repeated } = await play(lane, { mode, plan, log: silentLog, mutate });
  const doubtful = plan.happened.some(({ kind }) => IN_DOUBT.has(kind));
  return { wrong: violations.length > 0 || (repeated > 0 && !doubtful), counts: plan.counts };
}

function* everySingleFault(): Generator<Job> {
  for (const mode of modes) {
    for (const [place, requests] of Object.entries(clean.get(mode) ?? {}) as [Place, number][]) {
      for (const kind of kinds)
        for (let at = 1; at <= requests; at += 1)
          if ((at + FAULTS.indexOf(kind)) % Number(values.every) === 0 || requests < 5)
            yield { name: `${place} ${kind} @${String(at)}`, mode, plan: single(place, at, kind) };
    }
  }
}

function* seeded(): Generator<Job> {
  for (let seed = 1; seed <= Number(values.seeds); seed += 1) yield replay(String(seed));
}

/** The same seed is the same scenario: an odd one a pair of faults, an even one a storm. */
function replay(text: string): Job {
  const seed = Number(text);
  const mode = modes[seed % modes.length] ?? 'slot';
  const plan = seed % 2 === 0 ? storm(seed) : pair(seed, clean.get(mode) ?? calm().counts);
  return { name: `seed ${text}`, mode, plan };
}

function note({ name, mode, plan }: Job, { violations, repeated }: Outcome): void {
  const group = `${mode}, ${name.replace(/ @\d+$/, '').replace(/^seed .*/, 'seeds')}`;
  const one = (tally[group] ??= { scenarios: 0, violations: 0, repeated: 0 });
  const doubtful = plan.happened.some(({ kind, place }) => IN_DOUBT.has(kind) || place === 'teams');
  const all = [...violations, ...(repeated > 0 && !doubtful ? [`REPEATED ${String(repeated)} without a doubt`] : [])];
  one.scenarios += 1;
  one.repeated += repeated > 0 ? 1 : 0;
  if (all.length === 0) return;
  one.violations += 1;
  const faults = plan.happened.map(({ place, at, kind }) => `${place} ${kind}@${String(at)}`).join(' ');
  examples.push(`${mode}, ${name}: ${all.join('; ')} [${faults}]`);
}
