import type { Verdict } from './hunt/canary-verdict.ts';
import { CANARY_HUNT, markOf, type Flight } from './hunt/canary.ts';
import type { HuntScope } from './hunt/hunt.ts';
import { requestedRunId, type RunOrder } from './hunt/run.ts';
import type { RunRecord, ScopeState, Services, Target } from './services.ts';
import { HOUR } from './time.ts';

export interface LostFlight {
  readonly flight: Flight;
  readonly verdict: Verdict;
  readonly record: RunRecord | undefined;
  readonly scopeState: ScopeState | undefined;
  readonly targets: readonly Target[];
}

/**
 * Sends another canary after one that can arrive no more, one an hour until one does: whoever has mended something must not
 * wait a week to see that it works.
 */
export async function sendAnother(scope: HuntScope, lost: LostFlight, services: Services): Promise<void> {
  const { runs, queue, log, now } = services;
  const at = now();
  const { scopeState, flight } = lost;
  const left = markOf(flight, 'scheduled');
  if (left && at.getTime() - left.getTime() < HOUR) return;
  if ((scopeState?.lease && scopeState.lease.until > at) || mayStillArrive(lost)) return;
  const id = requestedRunId(scope, new Date(Math.floor(at.getTime() / HOUR) * HOUR), 'canary');
  const order: RunOrder = { id, scope, trigger: 'schedule', asOf: at };
  // An hour has one; sent again when the queue did not take it.
  if (!(await runs.order(order)) && (await runs.find(id))?.status !== 'queued') return;
  await queue.send(order);
  log.info('run.queued', { run: id, hunt: CANARY_HUNT.slug, workspace: scope.workspace, trigger: order.trigger });
}

/** What the outbox or the dispatcher still tries by itself. */
function mayStillArrive({ flight, verdict, record, targets }: LostFlight): boolean {
  if (markOf(flight, 'told')) {
    // Everybody has it but those whom Teams refused; there is no use before one of them is whole again.
    const missed = verdict.arrived ? [] : verdict.targets;
    return flight.flaw === undefined && targets.every(({ id, broken }) => broken !== undefined || !missed.includes(id));
  }
  if (markOf(flight, 'remembered')) return true;
  if (!record) return flight.run === undefined;
  if (record.slot === undefined) return false;
  if (record.status === 'completed' || record.status === 'joined') return false;
  return record.status !== 'failed' || record.failure?.willRetry === true || record.failure?.mayPass === true;
}
