import type { Hunt } from './hunt/hunt.ts';
import { noticeContext } from './hunt/notice.ts';
import { planRun, scheduledRunId, type RunOrder } from './hunt/run.ts';
import { latestSlot } from './hunt/schedule.ts';
import { troubleNews } from './hunt/trouble.ts';
import type { ScopeState, Services } from './services.ts';

export const SLOTS_MISSED = 'slots-missed';

/**
 * Tells that nobody answers: a failing run tells so itself, but one that never begins, or dies each time, cannot.
 * Called when the slot of an order has been waiting for longer than a run may take to begin. Tells when it is the second
 * slot in a row; the next run that completes tells of the recovery, like that of any trouble.
 */
export async function tellMissedSlots(
  hunt: Hunt,
  order: RunOrder,
  state: ScopeState | undefined,
  { runs, outbox, policy, now }: Services,
): Promise<void> {
  const { scope, slot } = order;
  if (!slot || (state?.trouble && state.trouble.code !== SLOTS_MISSED)) return;
  const before = latestSlot(hunt.schedule ?? policy.schedule, new Date(slot.getTime() - 1));
  if (!before) return;
  const answered = state?.lastSlot;
  const wasMissed = answered ? answered < before : (await runs.find(scheduledRunId(scope, before))) !== undefined;
  if (!wasMissed) return;
  const since = answered ? `since the slot of ${answered.toISOString()}` : 'yet';
  const message = `No run has answered ${since}: the queue does not run, or its runs die before they can say so.`;
  const { trouble, news } = troubleNews(state?.trouble, { code: SLOTS_MISSED, message }, now(), policy.remindAfter);
  if (!trouble || !news) return;
  const context = noticeContext(hunt, planRun(order, hunt, policy.lateness));
  // A tick that died after this tells it once, since the id is the slot's.
  await outbox.add(scope, { ...news, context }, `${order.id}-${SLOTS_MISSED}`);
  await runs.markTrouble(scope, state, trouble);
}
