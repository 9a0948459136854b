import { errorFields } from './log.ts';
import type { ScopeState, Services } from './services.ts';
import { DAY, dayOf } from './time.ts';

/** So many scopes are swept at the same time. */
const AT_ONCE = 8;

/** Once a day: what is older than is to be kept goes. A scope that fails is swept the day after. */
export async function sweepOld(states: Iterable<ScopeState>, services: Services): Promise<void> {
  const { retention, policy, log, now } = services;
  const at = now();
  if (policy.retain === 0) return;
  const last = await retention.lastSweep();
  if (last && dayOf(last) >= dayOf(at)) return;
  const before = new Date(at.getTime() - policy.retain);
  const waiting = [...states];
  let rows = (await retention.sweepLinks(at)) + (await retention.sweepUnanswered(before));
  const worker = async (): Promise<void> => {
    for (let state = waiting.shift(); state; state = waiting.shift()) {
      try {
        rows += await retention.sweep(state.scope, before);
      } catch (error) {
        log.error('sweep.failed', { ...state.scope, ...errorFields(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await retention.swept(at);
  log.info('sweep.completed', { rows, days: Math.round(policy.retain / DAY) });
}
