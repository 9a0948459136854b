import { FirstsightError, isTransient, RunCrashedError } from './errors.ts';
import type { Hunt } from './hunt/hunt.ts';
import { noticeContext } from './hunt/notice.ts';
import { looksBack } from './hunt/run.ts';
import { troubleNews, untouched } from './hunt/trouble.ts';
import { errorFields } from './log.ts';
import type { RunTicket, Services } from './services.ts';
import { tellPending } from './tell.ts';

/**
 * Records that a run failed, and tells it unless the queue will try again.
 * Never throws: the caller rethrows the failure itself, which must not be masked by a second one.
 */
export async function recordFailure(
  hunt: Hunt,
  ticket: RunTicket,
  error: unknown,
  mayRetry: boolean,
  services: Services,
): Promise<void> {
  const { runs, outbox, policy, log, now } = services;
  const { run, before } = ticket;
  // A process may die of its work, or with its machine: another one tries later.
  const mayPass = isTransient(error) || error instanceof RunCrashedError;
  const willRetry = mayRetry && isTransient(error);
  log.error('run.failed', {
    run: run.id,
    hunt: hunt.slug,
    workspace: run.scope.workspace,
    willRetry,
    ...errorFields(error),
  });
  try {
    const failure = failureOf(error);
    const end = { at: now(), status: 'failed', failure: { ...failure, willRetry, mayPass }, hunt } as const;
    if (willRetry) {
      // It may have failed between remembering and telling: the next delivery, or else a tick, must look.
      await runs.finish(ticket, { ...end, settled: false, ...(before.trouble && { trouble: before.trouble }) });
      return;
    }
    const { trouble, news } = looksBack(run)
      ? untouched(before.trouble)
      : troubleNews(before.trouble, failure, now(), policy.remindAfter);
    if (news) await outbox.add(run.scope, { ...news, context: noticeContext(hunt, run) }, `${run.id}-${news.kind}`);
    const settled = await tellPending(run.scope, services);
    await runs.finish(ticket, { ...end, settled, ...(trouble && { trouble }) });
  } catch (second) {
    // The lease runs out by itself, and the scope stays marked as unsettled: the next tick tells what is pending.
    log.error('run.failed', { run: run.id, reason: 'the failure could not be recorded', ...errorFields(second) });
  }
}

/** What may be stored and told of an error. A bug's message is for the log; the SOC is told that there is one. */
export function failureOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof FirstsightError) return { code: error.code, message: error.message };
  return { code: 'internal-error', message: 'Firstsight itself failed; its log has the details.' };
}
