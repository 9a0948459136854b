import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { scheduledRunId, type RunOrder } from '../../src/hunt/run.ts';
import { tick } from '../../src/functions/on-schedule.ts';
import { runOrder } from '../../src/functions/on-queue.ts';
import { HOUR, MINUTE } from '../../src/time.ts';
import { aScope, NOON } from '../support/builders.ts';
import { silentLog } from '../support/silent-log.ts';
import { calm, randomOf } from './fault.ts';
import { violationsOf } from './invariants.ts';
import type { Lane } from './lane.ts';
import { startProcess } from './process.ts';

/** The work takes about this long; a kill later than that finds nobody. */
const WORK = 450;
const KILLS = 3;

/** A run whose process is killed for good, again and again, at moments that follow from the seed; then it is let live. */
export async function killRound(
  lane: Lane,
  seed: number,
): Promise<{ readonly violations: readonly string[]; readonly repeated: number; readonly kills: number }> {
  const random = randomOf(seed);
  const table = await lane.freshTable();
  lane.delivered.length = 0;
  lane.onPost(() => ({ status: 201 }));
  const slot = new Date(NOON.getTime() + 18 * HOUR);
  const order: RunOrder = {
    id: scheduledRunId(aScope(), slot),
    scope: aScope(),
    trigger: 'schedule',
    asOf: slot,
    slot,
  };
  let clock = slot;
  let kills = 0;
  let done = false;
  for (let delivery = 1; !done && delivery <= KILLS + 2; delivery += 1) {
    const mercy = delivery > KILLS ? undefined : Math.floor(random() * WORK);
    const code = await workOnce(lane, table, clock, delivery, order, mercy);
    if (code === 'killed') kills += 1;
    done = code === 0;
    clock = new Date(clock.getTime() + MINUTE);
  }
  const now = (): Date => clock;
  const queue: RunOrder[] = [];
  const send = (one: RunOrder): void => void queue.push(one);
  const last = await startProcess({ lane, name: 'p0', table, plan: calm(), now, send, log: silentLog });
  for (let n = 0; n < 3; n += 1) {
    clock = new Date(clock.getTime() + 6 * MINUTE);
    await tick(last.services);
    for (const one of queue.splice(0)) await runOrder(one, 1, last.services);
  }
  const outcome = await violationsOf(lane, table, now);
  last.stop();
  return { ...outcome, kills };
}

/** `mercy`: how many milliseconds the worker may work; undefined: as long as it likes. */
async function workOnce(
  lane: Lane,
  table: string,
  clock: Date,
  delivery: number,
  order: RunOrder,
  mercy: number | undefined,
): Promise<number | null | 'killed'> {
  const { hunt, workspace } = order.scope;
  const slot = order.slot?.toISOString();
  const message = { v: 1, id: order.id, hunt, workspace, trigger: order.trigger, asOf: order.asOf.toISOString(), slot };
  const args = [lane.tablesUrl.href, `${lane.teamsUrl}worker/`, table, clock.toISOString(), String(delivery)];
  const worker = fork('test/faults/worker.ts', [...args, JSON.stringify(message)], {
    execArgv: ['--disable-warning=DEP0040'],
    stdio: 'ignore',
  });
  const ended = once(worker, 'exit') as Promise<[number | null, string | null]>;
  if (mercy !== undefined) {
    await Promise.race([once(worker, 'message'), ended]);
    await sleep(mercy);
    worker.kill('SIGKILL');
  }
  const [code, signal] = await ended;
  return signal === 'SIGKILL' ? 'killed' : code;
}
