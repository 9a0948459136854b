import { atOnce } from '../at-once.ts';
import { CANARY_HUNT, isCanary } from '../hunt/canary.ts';
import { dueSlot } from '../hunt/schedule.ts';
import type { Hunt, HuntScope } from '../hunt/hunt.ts';
import { catchUpAt, lateSweepAt } from '../hunt/coverage.ts';
import { parseRunId, requestedRunId, scheduledRunId, scopeKeyOf, type RunOrder } from '../hunt/run.ts';
import { escalateUnseen } from '../escalate.ts';
import { errorFields, type LogFields } from '../log.ts';
import { tellMissedSlots } from '../missed-slots.ts';
import { refreshCopies } from '../refresh-copies.ts';
import { sendDigest } from '../send-digest.ts';
import type { RunRecord, ScopeState, Services } from '../services.ts';
import { sweepOld } from '../sweep.ts';
import { tellPending } from '../tell.ts';
import { watchCanaries } from '../watch-canaries.ts';
import { DAY, dayOf, HOUR, MINUTE, type Milliseconds } from '../time.ts';

/** A message that has not started its run after this is taken for lost; a second one for the same run is harmless. */
const LOST_AFTER = 15 * MINUTE;
/** A slot that fails, or that nobody takes, is left alone for a fourth of the time that it is due, within these. */
const RETRY = { least: 10 * MINUTE, most: 2 * HOUR };

/**
 * One tick: due hunts go to the queue, and what is still to be told is offered again. One hunt's failure does not stop
 * the others; the heartbeat is written only when everything that was due could be queued.
 */
export async function tick(services: Services): Promise<void> {
  const { runs, hunts, workspaces, policy, log } = services;
  const now = services.now();
  // Before the states are read: what is escalated is told by this very tick.
  await unhindered({}, () => escalateUnseen(services), log);
  const states = new Map((await runs.scopes()).map((state) => [scopeKeyOf(state.scope), state]));
  const failures: unknown[] = [];
  let queued = 0;
  const canary = policy.canary === undefined ? [] : [{ ...CANARY_HUNT, schedule: policy.canary }];
  const all = [...hunts.all(), ...canary].flatMap((hunt) =>
    [...workspaces.keys()].map((workspace) => ({ hunt, workspace })),
  );
  await atOnce(all, async ({ hunt, workspace }) => {
    const scope: HuntScope = { hunt: hunt.id, workspace };
    try {
      if (await dispatch(hunt, scope, states.get(scopeKeyOf(scope)), now, services)) queued += 1;
    } catch (error) {
      failures.push(error);
      log.error('tick.failed', { hunt: hunt.slug, workspace, ...errorFields(error) });
    }
  });
  for (const state of states.values()) await unhindered({ ...state.scope }, () => tellAgain(state, now, services), log);
  await unhindered({}, () => watchCanaries(states, services), log);
  await unhindered({}, () => refreshCopies(services), log);
  await unhindered({}, () => sendDigest(states, services), log);
  await unhindered({}, () => sweepOld(states.values(), services), log);
  if (failures.length > 0) throw new AggregateError(failures, 'Some hunts could not be queued.');
  await runs.tick(now);
  log.info('tick.completed', { queued });
}

/** The rest of the tick does not depend on it. */
async function unhindered(fields: LogFields, act: () => Promise<void>, log: Services['log']): Promise<void> {
  try {
    await act();
  } catch (error) {
    log.error('tick.failed', { ...fields, ...errorFields(error) });
  }
}

/** Queues the run of a due slot; true when there was one. */
async function dispatch(
  hunt: Hunt,
  scope: HuntScope,
  state: ScopeState | undefined,
  now: Date,
  services: Services,
): Promise<boolean> {
  const { runs, queue, policy, log } = services;
  // A scope that is busy answers at the tick after.
  const order = isLeased(state, now) ? undefined : dueOrder(hunt, scope, state, now, policy.schedule);
  if (!order) return false;
  const due = order.slot ?? parseRunId(order.id)?.at ?? now;
  if (!(await runs.order(order))) {
    const record = await runs.find(order.id);
    if (record && waited(record, now) > LOST_AFTER) await tellMissedSlots(hunt, order, state, services);
    if (!record || !isOfferedAgain(record, due, now)) return false;
    await runs.offerAgain(order.id, now);
  }
  await queue.send(order);
  log.info('run.queued', { run: order.id, hunt: hunt.slug, workspace: scope.workspace, trigger: order.trigger });
  return true;
}

/** What is new now comes first; then what nobody looked at, oldest first; then, once a day, what may have arrived late. */
function dueOrder(
  hunt: Hunt,
  scope: HuntScope,
  state: ScopeState | undefined,
  now: Date,
  schedule: string,
): RunOrder | undefined {
  const slot = dueSlot(hunt.schedule ?? schedule, state?.lastSlot, now);
  // A canary tried again is the same device, so its clock is the slot's.
  const asOf = slot && isCanary(scope) ? slot : now;
  if (slot) return { id: scheduledRunId(scope, slot), scope, trigger: 'schedule', asOf, slot };
  if (isCanary(scope)) return undefined;
  // A workspace in trouble would fail these, too.
  if (!state || state.trouble) return undefined;
  const gap = catchUpAt(state.coverage, state.lastComplete, hunt.lookback);
  if (gap) return { id: requestedRunId(scope, gap, 'catchup'), scope, trigger: 'catch-up', asOf: gap };
  const today = new Date(dayOf(now) * DAY);
  const late = (state.lastSweep ?? 0) < today ? lateSweepAt(state.coverage, hunt.lookback, now) : undefined;
  return late && { id: requestedRunId(scope, today, 'latesweep'), scope, trigger: 'late-sweep', asOf: late };
}

/** How long nothing has been heard of an ordered run. */
const waited = ({ endedAt, startedAt, orderedAt }: RunRecord, now: Date): Milliseconds =>
  now.getTime() - (endedAt ?? startedAt ?? orderedAt).getTime();

/** A slot that was ordered before: its message is lost, or its run failed of something that may have passed. */
function isOfferedAgain(record: RunRecord, slot: Date, now: Date): boolean {
  const open = isOpen(record);
  if (!open && record.failure?.mayPass !== true) return false;
  // Less and less often: a queue that is dead for hours must not be full of the same when it comes back.
  const waiting = (now.getTime() - (open ? record.orderedAt : slot).getTime()) / 4;
  const pause = Math.min(Math.max(waiting, open ? LOST_AFTER : RETRY.least), RETRY.most);
  const offered = record.offeredAt ? now.getTime() - record.offeredAt.getTime() : Infinity;
  return Math.min(waited(record, now), offered) >= pause;
}

/** Neither completed nor failed for good. */
const isOpen = ({ status, failure }: RunRecord): boolean =>
  status === 'queued' || status === 'running' || status === 'abandoned' || failure?.willRetry === true;

async function tellAgain(state: ScopeState, now: Date, services: Services): Promise<void> {
  // A run in progress tells for itself.
  if (!state.unsettledSince || isLeased(state, now)) return;
  if (await tellPending(state.scope, services)) await services.runs.markSettled(state);
}

const isLeased = (state: ScopeState | undefined, now: Date): boolean =>
  state?.lease !== undefined && state.lease.until > now;
