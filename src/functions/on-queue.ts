import { isTransient, RunCrashedError, RunInProgressError } from '../errors.ts';
import type { RunId, RunOrder } from '../hunt/run.ts';
import { looksBack, planRun } from '../hunt/run.ts';
import { huntOf } from '../hunt-of.ts';
import { recordFailure } from '../run-failure.ts';
import { replyOutcome } from '../reply-outcome.ts';
import { runHunt } from '../run-hunt.ts';
import type { RunRecord, Services } from '../services.ts';
import { MINUTE } from '../time.ts';

/** Deliveries of one message before the host moves it to the poison queue; host.json says the same (a test compares). */
export const MAX_DELIVERIES = 5;

/** As much older may the clock of a request be and still mean now: it has waited in the queue. */
const SAME_TIME = 30 * MINUTE;

/**
 * One message of the queue: one run. Throws only what the host should try again; everything else is recorded and told.
 */
export async function runOrder(order: RunOrder, delivery: number, services: Services): Promise<void> {
  await attemptRun(order, delivery, services);
  await replyOutcome(order, services);
}

async function attemptRun(order: RunOrder, delivery: number, services: Services): Promise<void> {
  const { runs, log } = services;
  const hunt = huntOf(order.scope, services);
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
      log.info('run.skipped', { run: order.id, hunt: hunt.slug, reason: `run ${error.holder} is in progress` });
      await answerRival(order, error, mayRetry, services);
      return;
    }
    if (mayRetry && isTransient(error)) throw error;
    await insistOnRecord(order, error, services);
  }
}

/**
 * A failure that could not even be recorded is the platform's to repeat, at last from the poison queue: else its run would
 * look under way, or about to be tried again, for ever.
 */
async function insistOnRecord({ id }: RunOrder, error: unknown, { runs }: Services): Promise<void> {
  const record = await runs.find(id);
  if (!record || UNANSWERED.has(record.status) || record.failure?.willRetry === true) throw error;
}

const UNANSWERED: ReadonlySet<RunRecord['status']> = new Set(['queued', 'running', 'abandoned']);

/** A run that meets another one in its scope. */
async function answerRival(
  order: RunOrder,
  rival: RunInProgressError,
  mayRetry: boolean,
  services: Services,
): Promise<void> {
  const { runs, now } = services;
  // What the timer ordered is offered again by a later tick.
  if (order.slot !== undefined || looksBack(order)) return;
  // A request for now is answered by the run that is in progress; a look at a past time by nobody but itself.
  if (now().getTime() - order.asOf.getTime() < SAME_TIME) {
    await runs.join(order.id, rival.holder as RunId);
    return;
  }
  if (mayRetry) throw rival;
  await runs.refuse(order.id, { code: rival.code, message: rival.message, willRetry: false }, now());
}

/** A message the host gave up on: the process died under it every time, so nothing has been recorded or told. */
export async function runPoisoned(order: RunOrder, services: Services): Promise<void> {
  const { runs, log, policy, now } = services;
  log.error('run.poisoned', { run: order.id, hunt: order.scope.hunt, workspace: order.scope.workspace });
  const hunt = huntOf(order.scope, services);
  if (!hunt) return;
  const ticket = await runs
    .begin(planRun(order, hunt, policy.lateness), MINUTE, now())
    .catch(async (error: unknown) => {
      if (!(error instanceof RunInProgressError)) throw error;
      // Whoever is at work now answers for it; nobody gives this message back any more.
      await answerRival(order, error, false, services);
    });
  if (!ticket || ticket.ended) return;
  const crash = new RunCrashedError(MAX_DELIVERIES);
  await recordFailure(hunt, ticket, crash, false, services);
  await insistOnRecord(order, crash, services);
}
