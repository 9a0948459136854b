import { huntOf } from './hunt-of.ts';
import { errorFields } from './log.ts';
import type { RunOrder } from './hunt/run.ts';
import type { RunRecord, Services } from './services.ts';
import { MINUTE } from './time.ts';
import { waitForRun } from './wait-for-run.ts';

type Replying = Pick<Services, 'hunts' | 'runs' | 'conversations' | 'notifier' | 'log' | 'now'>;

/** A run that was in progress when somebody asked for another answers for both; runs take seconds, rarely minutes. */
const PATIENCE = MINUTE;

/** Tells whoever asked for a run in a chat how it went, above all when there is nothing new. Best effort. */
export async function replyOutcome(order: RunOrder, services: Replying): Promise<void> {
  const { runs, conversations, notifier, log } = services;
  if (order.replyTo === undefined) return;
  try {
    const target = (await conversations.list()).find(({ id }) => id === order.replyTo);
    if (!target) return;
    const own = await runs.find(order.id);
    const record = own?.joinedTo === undefined ? own : await waitForRun(own.joinedTo, PATIENCE, services);
    const words = record && outcomeOf(record);
    const slug = huntOf(order.scope, services)?.slug ?? 'The hunt';
    if (words !== undefined) await notifier.say(`${slug} in ${order.scope.workspace}: ${words}`, target);
  } catch (error) {
    log.warn('notice.failed', { run: order.id, target: order.replyTo, ...errorFields(error) });
  }
}

/** Undefined while the run may still end otherwise. */
function outcomeOf({ status, report, failure }: RunRecord): string | undefined {
  if (status === 'failed' && failure && !failure.willRetry) return `the run failed. ${failure.message}`;
  if (status !== 'completed' || !report) return undefined;
  const { newlySeen, returning, devices } = report.totals;
  const partial = report.partial ? ' The answer was partial: there may be more.' : '';
  const news = newlySeen + returning;
  if (report.outcome === 'baseline-founded')
    return `the baseline is founded with ${String(devices)} device(s).${partial}`;
  if (news === 0) return `nothing new; ${String(devices)} device(s), all known or expected.${partial}`;
  return `${String(newlySeen)} new and ${String(returning)} returning device(s); the card has them.${partial}`;
}
