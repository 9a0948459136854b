import { runOrder, runPoisoned, MAX_DELIVERIES } from '../../src/functions/on-queue.ts';
import { tick } from '../../src/functions/on-schedule.ts';
import type { Log } from '../../src/log.ts';
import { requestedRunId, type RunOrder } from '../../src/hunt/run.ts';
import { HOUR, MINUTE } from '../../src/time.ts';
import { aScope, NOON } from '../support/builders.ts';
import type { Behaviour, Posted } from '../support/connector.ts';
import { calm, type Fault, type Plan } from './fault.ts';
import type { Message as Told } from './duplicates.ts';
import { verdictOn, type Verdict } from './invariants.ts';
import type { Lane } from './lane.ts';
import type { Mode } from './mode.ts';
import { startProcess, type Process, type ProcessOptions } from './process.ts';
import type { Life } from './storage.ts';

/** What the first run is about to write when it stands still. */
const HELD_AT: Partial<Record<Mode, string>> = { lease: "RowKey='0h-", begin: '"attempt"' };

export interface Scenario {
  readonly mode: Mode;
  readonly plan: Plan;
  readonly log: Log;
  readonly mutate?: ProcessOptions['mutate'];
}

interface Message {
  readonly order: RunOrder;
  deliveries: number;
  visibleAt: Date;
}

/** Much longer than any request may take: a run that does not end is a violation of its own. */
const HUNG = 120_000;
const STORM_ROUNDS = 8;

/** Plays the platform: a timer, a queue that delivers again what was not finished, and processes that start again. */
export async function play(lane: Lane, { mode, plan, log, mutate }: Scenario): Promise<Verdict> {
  const table = await lane.storage.freshTable();
  const morning = new Date(NOON.getTime() + 18 * HOUR);
  let clock = morning;
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
  /** How many faults had happened when a message came, and whether it met one itself. */
  const marks = new Map<Posted, Pick<Told, 'faultsBefore' | 'struck'>>();
  lane.onPost((name, posted) => {
    const fault = weather.next('teams', `${posted.method} a message`);
    marks.set(posted, { faultsBefore: plan.happened.length, struck: fault !== undefined });
    return behaviourOf(fault, lives.get(name), posted, lane);
  });

  const start = async (hold?: ProcessOptions['hold']): Promise<Process> => {
    const name = `p${String(processes.length)}`;
    const process = await startProcess({
      lane,
      name,
      table,
      // Asked at each request, so that the storm ends for everybody at once.
      plan: { ...plan, next: (place, what) => weather.next(place, what) },
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

  const delivered = lane.delivered.map((posted): Told => ({
    posted,
    ...(marks.get(posted) ?? { faultsBefore: 0, struck: false }),
  }));
  const { happened } = plan;
  const over = lane.storage.open(table);
  const outcome = await verdictOn({ table: over, delivered, happened, seen: morning, now });
  for (const process of processes) process.stop();
  await lane.storage.dropTable(table);
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
