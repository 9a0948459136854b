import { atOnce } from './at-once.ts';
import { errorFields } from './log.ts';
import type { ScopeState, Services } from './services.ts';
import { DAY, dayOf } from './time.ts';

/** Once a day: what is older than is to be kept goes. A scope that fails is swept the day after. */
export async function sweepOld(states: Iterable<ScopeState>, services: Services): Promise<void> {
  const { retention, policy, log, now } = services;
  const at = now();
  if (policy.retain === 0) return;
  const last = await retention.lastSweep();
  if (last && dayOf(last) >= dayOf(at)) return;
  const before = new Date(at.getTime() - policy.retain);
  const shared = (await retention.sweepLinks(at)) + (await retention.sweepUnanswered(before));
  const swept = await atOnce([...states], async ({ scope }) => {
    try {
      return await retention.sweep(scope, before);
    } catch (error) {
      log.error('sweep.failed', { ...scope, ...errorFields(error) });
      return 0;
    }
  });
  await retention.swept(at);
  const rows = swept.reduce((sum, each) => sum + each, shared);
  log.info('sweep.completed', { rows, days: Math.round(policy.retain / DAY) });
}
