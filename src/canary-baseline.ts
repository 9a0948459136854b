import { CANARY_HUNT } from './hunt/canary.ts';
import { assembleReport } from './hunt/compare.ts';
import type { HuntScope } from './hunt/hunt.ts';
import { planRun, requestedRunId, type RunOrder } from './hunt/run.ts';
import type { LedgerSession, Services } from './services.ts';

/**
 * Opens the ledger of canaries; where there is no baseline yet, founds an empty one first, as a look at the past does: told
 * to nobody. So the first canary is news already.
 */
export async function foundQuietly(
  scope: HuntScope,
  { ledger, policy, now }: Pick<Services, 'ledger' | 'policy' | 'now'>,
): Promise<LedgerSession> {
  const session = await ledger.open(scope);
  const { baseline } = session;
  if (baseline.state === 'established') return session;
  const asOf = now();
  const order: RunOrder = { id: requestedRunId(scope, asOf, 'founding'), scope, trigger: 'backfill', asOf };
  const run = planRun(order, CANARY_HUNT, policy.lateness);
  const answer = { columns: [], rows: [] };
  const report = assembleReport({ hunt: CANARY_HUNT, run, asked: CANARY_HUNT.query, baseline, answer });
  if ('missingColumns' in report) throw new Error('An answer without columns lacks none.');
  await session.commit(report);
  return ledger.open(scope);
}
