import { planRun, scopeKeyOf } from './hunt/run.ts';
import type { Ordering } from './order-run.ts';
import { investigate } from './run-hunt.ts';
import { summaryOf } from './run-summary.ts';
import type { RunRecord, Services } from './services.ts';
import { SECOND, type Milliseconds } from './time.ts';

/** A dry run answers in the request itself, and Azure's front end waits 230 seconds. */
const DRY_RUN_TIMEOUT: Milliseconds = 200 * SECOND;

/** Everything up to the comparison, without writing or telling. */
export async function dryRun(
  { hunt, order }: Pick<Ordering, 'hunt' | 'order'>,
  services: Services,
): Promise<RunRecord> {
  const run = planRun(order, hunt, services.policy.lateness);
  const key = scopeKeyOf(order.scope);
  const state = (await services.runs.scopes()).find(({ scope }) => scopeKeyOf(scope) === key);
  const { report } = await investigate(hunt, run, state, services, AbortSignal.timeout(DRY_RUN_TIMEOUT));
  return { ...run, status: 'completed', orderedAt: services.now(), report: summaryOf(report) };
}
