import { isTransient, RunCrashedError, RunInProgressError } from '../errors.ts';
import type { RunId, RunOrder } from '../hunt/run.ts';
import { planRun } from '../hunt/run.ts';
import { recordFailure } from '../run-failure.ts';
import { runHunt } from '../run-hunt.ts';
import type { Services } from '../services.ts';
import { MINUTE } from '../time.ts';

/** Deliveries of one message before the host moves it to the poison queue; host.json says the same (a test compares). */
export const MAX_DELIVERIES = 5;

/**
 * One message of the queue: one run. Throws only what the host should try again; everything else is recorded and told.
 */
export async function runOrder(order: RunOrder, delivery: number, services: Services): Promise<void> {
  const { hunts, runs, log } = services;
  const hunt = hunts.find(order.scope.hunt);
  if (!hunt) {
    log.error('run.skipped', { run: order.id, hunt: order.scope.hunt, reason: 'the hunt is not loaded any more' });
    const failure = {
      code: 'hunt-not-loaded',
      message: 'The hunt was taken away, or its file does not load any more.',
    };
    await runs.refuse(order.id, { ...failure, willRetry: false }, services.now());
    return;
  }
  const mayRetry = delivery < MAX_DELIVERIES;
  try {
    await runHunt(hunt, order, mayRetry, services);
  } catch (error) {
    if (error instanceof RunInProgressError) {
      log.info('run.skipped', { run: order.id, reason: `run ${error.holder} is in progress` });
      // A slot is offered again by the next tick; a request is answered by the run that is in progress.
      if (order.slot === undefined) await runs.join(order.id, error.holder as RunId);
      return;
    }
    if (mayRetry && isTransient(error)) throw error;
  }
}

/** A message the host gave up on: the process died under it every time, so nothing has been recorded or told. */
export async function runPoisoned(order: RunOrder, services: Services): Promise<void> {
  const { hunts, runs, log, policy, now } = services;
  log.error('run.poisoned', { run: order.id, hunt: order.scope.hunt, workspace: order.scope.workspace });
  const hunt = hunts.find(order.scope.hunt);
  if (!hunt) return;
  const ticket = await runs.begin(planRun(order, hunt, policy.lateness), MINUTE, now());
  if (ticket.ended) return;
  await recordFailure(hunt, ticket, new RunCrashedError(MAX_DELIVERIES), false, services);
}
