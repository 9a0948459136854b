import { runOrder, runPoisoned, MAX_DELIVERIES } from '../../src/functions/on-queue.ts';
import { tick } from '../../src/functions/on-schedule.ts';
import type { Log } from '../../src/log.ts';
import { requestedRunId, type RunOrder } from '../../src/hunt/run.ts';
import { HOUR, MINUTE } from '../../src/time.ts';
import { aScope, NOON } from '../support/builders.ts';
import type { Behaviour, Posted } from '../support/connector.ts';
import { calm, type Fault, type Plan } from './fault.ts';
import { violationsOf } from './invariants.ts';
import type { Lane } from './lane.ts';
import { startProcess, type Process, type ProcessOptions } from './process.ts';
import type { Life } from './proxy.ts';

/**
 * `slot`: the timer's run alone. `overlap`: a run on demand at the same time, in another process. `lease`: the first
 * run stands still before it remembers anything until its lease has run out and another run has come and gone.
 * `begin`: so does it before it says that it is at work; its call gives up meanwhile, and its message is delivered again.
 */
export type Mode = 'slot' | 'overlap' | 'lease' | 'begin';
export const MODES: readonly Mode[] = ['slot', 'overlap', 'lease', 'begin'];

/** What the first run is about to write when it stands still. */
const HELD_AT: Partial<Record<Mode, string>> = { lease: "RowKey='0h-", begin: '"attempt"' };

export interface Scenario {
  readonly mode: Mode;
  readonly plan: Plan;
  readonly log: Log;
  readonly mutate?: ProcessOptions['mutate'];
}

export interface Outcome {
  readonly violations: readonly string[];
  /** Devices that are in more than one message. */
  readonly repeated: number;
}

interface Message {
  readonly order: RunOrder;
  deliveries: number;
  visibleAt: Date;
}

/** Much longer than any request may take: a run that does not end is a violation of its own. */
const HUNG = 20_000;
const STORM_ROUNDS = 8;

/** Plays the platform: a timer, a queue that delivers again what was not finished, and processes that start again. */
export async function play(lane: Lane, { mode, plan, log, mutate }: Scenario): Promise<Outcome> {
  const table = await lane.freshTable();
  let clock = new Date(NOON.getTime() + 18 * HOUR);
  const now = (): Date => clock;
  const pass = (time: number): void => {
    clock = new Date(clock.getTime() + time);
  };
  const queue: Message[] = [];
  const send = (order: RunOrder): void => void queue.push({ order, deliveries: 0, visibleAt: clock });
  const processes: Process[] = [];
  const lives = new Map<string, Life>();
  const hung: string[] = [];
  /** Who has asked the workspace and not come back yet, since when. Only one may, unless leases run out. */
  const atWork = new Map<Life, Date>();
  const crowds: string[] = [];
  const asks = (life: Life): void => {
    const others = [...atWork].filter(([other, since]) => other !== life && !other.dead && since >= clock);
    if (others.length > 0 && HELD_AT[mode] === undefined) crowds.push('TWO RUNS AT ONCE');
    atWork.set(life, clock);
  };
  let weather = plan;
  lane.delivered.length = 0;
  lane.onPost((name, posted) => behaviourOf(weather.next('teams'), lives.get(name), posted, lane));

  const start = async (hold?: ProcessOptions['hold']): Promise<Process> => {
    const name = `p${String(processes.length)}`;
    const process = await startProcess({
      lane,
      name,
      table,
      // Asked at each request, so that the storm ends for everybody at once.
      plan: { ...plan, next: (place) => weather.next(place) },
      now,
      send,
      log: named(log, name),
      asks,
      ...(hold && { hold }),
      ...(mutate && { mutate }),
    });
    processes.push(process);
    lives.set(name, process.life);
    return process;
  };
  let current = await start();
  const alive = async (): Promise<Process> => {
    if (current.life.dead) current = await start();
    return current;
  };
  const attempt = async (what: string, act: () => Promise<void>): Promise<boolean> => {
    const late = new Promise<'hung'>((resolve) => setTimeout(resolve, HUNG, 'hung').unref());
    const result = await Promise.race([
      act().then(
        () => true,
        () => false,
      ),
      late,
    ]);
    if (result === 'hung') hung.push(what);
    return result === true;
  };
  const inFlight = new Set<Promise<void>>();
  const deliver = (message: Message, process: Process): Promise<void> => {
    const delivery = deliverOnce(message, process).finally(() => inFlight.delete(delivery));
    inFlight.add(delivery);
    return delivery;
  };
  const deliverOnce = async (message: Message, process: Process): Promise<void> => {
    message.deliveries += 1;
    message.visibleAt = new Date(clock.getTime() + MINUTE);
    const { order, deliveries } = message;
    const poisoned = deliveries > MAX_DELIVERIES;
    const done = await attempt(order.id, () =>
      poisoned ? runPoisoned(order, process.services) : runOrder(order, deliveries, process.services),
    );
    atWork.delete(process.life);
    const at = queue.indexOf(message);
    // Only the latest delivery can take the message away.
    if (done && !process.life.dead && at >= 0 && message.deliveries === deliveries) queue.splice(at, 1);
  };
  const drain = async (): Promise<void> => {
    for (const message of [...queue]) if (message.visibleAt <= clock) await deliver(message, await alive());
  };
  const timer = async (): Promise<void> => {
    const { services } = await alive();
    await attempt('tick', () => tick(services));
  };
  const order = async (nonce: string): Promise<Message> => {
    const scope = aScope();
    const asked: RunOrder = { id: requestedRunId(scope, clock, nonce), scope, trigger: 'request', asOf: clock };
    await (await alive()).services.runs.order(asked).catch(() => false);
    send(asked);
    return queue[queue.length - 1] as Message;
  };

  await timer();
  if (mode === 'overlap') {
    const demanded = await order('demand');
    const [first, second] = [await alive(), await start()];
    const slots = queue.filter((message) => message !== demanded);
    await Promise.all([...slots.map((message) => deliver(message, first)), deliver(demanded, second)]);
    if (second.life.dead) processes.push(second);
  }
  const heldAt = HELD_AT[mode];
  if (heldAt !== undefined) {
    let held = false;
    const slow = await start(async ({ body }) => {
      if (held || !body.includes(heldAt)) return;
      held = true;
      pass(10 * MINUTE);
      await deliver(await order('rival'), await start());
    });
    for (const message of [...queue]) await deliver(message, slow);
  }
  for (let round = 0; round < STORM_ROUNDS && (queue.length > 0 || round === 0); round += 1) {
    await drain();
    pass(MINUTE);
  }
  // A run whose caller gave up on it may still be at work.
  await Promise.all(inFlight);
  weather = calm();
  for (let n = 0; n < 3; n += 1) {
    pass(5 * MINUTE);
    await timer();
    await drain();
    pass(MINUTE);
    await drain();
  }

  const outcome = await violationsOf(lane, table, now);
  for (const process of processes) process.stop();
  await lane.dropTable(table);
  const stuck = [...hung.map((what) => `HUNG ${what}`), ...queue.map(({ order: { id } }) => `LEFT IN QUEUE ${id}`)];
  return { ...outcome, violations: [...outcome.violations, ...crowds, ...stuck] };
}

/** Which process says it. */
const named = (log: Log, process: string): Log => ({
  info: (event, fields) => {
    log.info(event, { process, ...fields });
  },
  warn: (event, fields) => {
    log.warn(event, { process, ...fields });
  },
  error: (event, fields) => {
    log.error(event, { process, ...fields });
  },
});

function behaviourOf(fault: Fault | undefined, life: Life | undefined, posted: Posted, lane: Lane): Behaviour {
  if (life?.dead === true) return 'reset';
  switch (fault?.kind) {
    case undefined:
      return { status: 201 };
    case 'killBefore':
      if (life) life.dead = true;
      return 'reset';
    case 'killAfter':
      if (life) life.dead = true;
      return { accepted: 'reset' };
    case 'dropBefore':
      return 'reset';
    case 'status':
      return { status: fault.status };
    case 'statusAfter':
      return { accepted: { status: 500 } };
    case 'dup':
      lane.delivered.push(posted);
      return { status: 201 };
    case 'dropAfter':
    case 'truncate':
      return { accepted: 'reset' };
    case 'stall':
    case 'delay':
      return { accepted: 'never' };
  }
}
