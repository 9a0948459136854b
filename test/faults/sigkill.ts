import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { scheduledRunId, type RunOrder } from '../../src/hunt/run.ts';
import { tick } from '../../src/functions/on-schedule.ts';
import { runOrder } from '../../src/functions/on-queue.ts';
import { HOUR, MINUTE } from '../../src/time.ts';
import { aScope, NOON } from '../support/builders.ts';
import type { Posted } from '../support/connector.ts';
import { silentLog } from '../support/silent-log.ts';
import { calm, randomOf, type Strike } from './fault.ts';
import { verdictOn, type Verdict } from './invariants.ts';
import type { Lane } from './lane.ts';
import { startProcess } from './process.ts';
import { faultProxy } from './proxy.ts';

/** The work takes about this long and makes about so many requests; a kill later than that finds nobody. */
const WORK = 450;
const REQUESTS = 120;
const KILLS = 3;

/** When somebody kills a worker: after so many milliseconds, or at a request, before it arrives or after it has. */
type Death = { readonly after: number } | { readonly at: number; readonly kind: 'killBefore' | 'killAfter' };

/**
 * A run whose process is killed for good, again and again, then it is let live. When follows from the seed: in even ones at
 * some moment, in odd ones at some request.
 */
export async function killRound(
  lane: Lane,
  tablesUrl: string,
  seed: number,
): Promise<{ readonly verdict: Verdict; readonly happened: readonly Strike[] }> {
  const random = randomOf(seed);
  const table = await lane.storage.freshTable();
  const happened: Strike[] = [];
  const marks = new Map<Posted, number>();
  lane.delivered.length = 0;
  lane.onPost((_, posted) => {
    marks.set(posted, happened.length);
    return { status: 201 };
  });
  const slot = new Date(NOON.getTime() + 18 * HOUR);
  const order: RunOrder = {
    id: scheduledRunId(aScope(), slot),
    scope: aScope(),
    trigger: 'schedule',
    asOf: slot,
    slot,
  };
  let clock = slot;
  let done = false;
  for (let delivery = 1; !done && delivery <= KILLS + 2; delivery += 1) {
    const death = delivery > KILLS ? undefined : deathOf(seed, random);
    const end = await workOnce({ lane, tablesUrl, table, clock, delivery, order }, death);
    if (end !== null && typeof end === 'object') happened.push(end);
    done = end === 0;
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
  const delivered = lane.delivered.map((posted) => ({ posted, faultsBefore: marks.get(posted) ?? 0, struck: false }));
  const over = lane.storage.open(table);
  const verdict = await verdictOn({ table: over, delivered, happened, seen: slot, now });
  last.stop();
  await lane.storage.dropTable(table);
  return { verdict, happened };
}

function deathOf(seed: number, random: () => number): Death {
  if (seed % 2 === 0) return { after: Math.floor(random() * WORK) };
  return { at: 1 + Math.floor(random() * REQUESTS), kind: random() < 0.5 ? 'killBefore' : 'killAfter' };
}

interface Work {
  readonly lane: Lane;
  readonly tablesUrl: string;
  readonly table: string;
  readonly clock: Date;
  readonly delivery: number;
  readonly order: RunOrder;
}

/** How the worker ended, or what it died of. */
async function workOnce(work: Work, death: Death | undefined): Promise<number | null | Strike> {
  const { hunt, workspace } = work.order.scope;
  const { id, trigger, asOf } = work.order;
  const slot = work.order.slot?.toISOString();
  const message = { v: 1, id, hunt, workspace, trigger, asOf: asOf.toISOString(), slot };
  const doomed: { worker?: ChildProcess } = {};
  let requests = 0;
  const proxy = await faultProxy(new URL(work.tablesUrl), {
    // Who is killed at a request is dead at once, before anybody else hears of it.
    life: {
      get dead() {
        return doomed.worker?.killed ?? false;
      },
      set dead(_) {
        doomed.worker?.kill('SIGKILL');
      },
    },
    fault() {
      requests += 1;
      return death && 'at' in death && requests === death.at ? { kind: death.kind, status: 500 } : undefined;
    },
  });
  const args = [
    proxy.url,
    `${work.lane.teamsUrl}worker/`,
    work.table,
    work.clock.toISOString(),
    String(work.delivery),
    JSON.stringify(message),
  ];
  const worker = fork('test/faults/worker.ts', args, { execArgv: ['--disable-warning=DEP0040'], stdio: 'ignore' });
  doomed.worker = worker;
  const ended = once(worker, 'exit') as Promise<[number | null, string | null]>;
  if (death && 'after' in death) {
    await Promise.race([once(worker, 'message'), ended]);
    await sleep(death.after);
    worker.kill('SIGKILL');
  }
  const [code, signal] = await ended;
  proxy.stop();
  if (signal !== 'SIGKILL') return code;
  return { place: 'storage', at: requests, kind: death && 'at' in death ? death.kind : 'killAfter' };
}
