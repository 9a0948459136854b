/**
 * THE STORY of a run: ask → compare → remember as pending → tell → mark told.
 * The order is the promise: see docs/decisions/0001-remember-as-pending-before-telling.md.
 */
import { askHunt } from './ask-hunt.ts';
import { explainReport, rememberExplanations, tellReopened } from './explain-report.ts';
import { UnknownNameError } from './errors.ts';
import { withNamesakes } from './find-namesakes.ts';
import type { Hunt } from './hunt/hunt.ts';
import { noticeContext } from './hunt/notice.ts';
import { proofOf } from './hunt/proof.ts';
import type { HuntReport } from './hunt/report.ts';
import { looksBack, planRun, type Run, type RunOrder } from './hunt/run.ts';
import { troubleNews, troubleOf, untouched } from './hunt/trouble.ts';
import { KEEP_NOTHING, keepRun, type Keeping } from './keep-run.ts';
import { pinClock } from './kql/pin-clock.ts';
import { isRowByRow } from './kql/row-by-row.ts';
import { forgetSpent, tellLapsed } from './lapse.ts';
import { recordFailure } from './run-failure.ts';
import { logCompleted, summaryOf } from './run-summary.ts';
import type { LedgerSession, RunTicket, ScopeState, Services } from './services.ts';
import { tellPending } from './tell.ts';
import { MINUTE } from './time.ts';

/** Runs a hunt once, for good: what is new is remembered and told. `mayRetry`: the caller repeats a transient failure. */
export async function runHunt(
  hunt: Hunt,
  order: RunOrder,
  mayRetry: boolean,
  services: Services,
  onReport: (report: HuntReport) => void = () => undefined,
): Promise<RunTicket> {
  const { runs, outbox, policy, log, now } = services;
  const run = planRun(order, hunt, policy.lateness);
  const ticket = await runs.begin(run, policy.runTimeout + MINUTE, now());
  if (ticket.ended) {
    log.info('run.skipped', { run: run.id, hunt: hunt.slug, reason: 'already ended' });
    return ticket;
  }
  log.info('run.started', { run: run.id, hunt: hunt.slug, workspace: run.scope.workspace, trigger: run.trigger });
  try {
    const keep = keepRun(services.kept.pack);
    const signal = AbortSignal.timeout(policy.runTimeout);
    const { report, session } = await investigate(hunt, run, ticket.before, services, signal, keep);
    onReport(report);
    await forgetSpent(report, services);
    await rememberExplanations(report, services);
    const receipt = await session.commit(report);
    const lapsed = await tellLapsed(report, services);
    const reopened = await tellReopened(report, services);
    const { trouble, news } = looksBack(run)
      ? untouched(ticket.before.trouble)
      : troubleNews(ticket.before.trouble, troubleOf(report), now(), policy.remindAfter);
    if (news)
      await outbox.add(run.scope, { ...news, context: noticeContext(hunt, run, report) }, `${run.id}-${news.kind}`);
    const told = receipt.transactions > 0 || lapsed || reopened || news !== undefined;
    const pending = told || ticket.before.unsettledSince !== undefined;
    const settled = !pending || (await tellPending(run.scope, services));
    const at = now();
    const end = {
      at,
      status: 'completed',
      report: summaryOf(report),
      settled,
      keep: keep.ended(report, at, ticket.again === true),
      ...(trouble && { trouble }),
      hunt,
    } as const;
    await runs.finish(ticket, end);
    logCompleted(report, settled, log);
    return {
      ...ticket,
      ended: { ...run, status: 'completed', orderedAt: run.asOf, endedAt: end.at, report: end.report },
    };
  } catch (error) {
    await recordFailure(hunt, ticket, error, mayRetry, services);
    throw error;
  }
}

/** Asks, compares and explains; writes and tells nothing. Also all that a dry run does. */
export async function investigate(
  hunt: Hunt,
  run: Run,
  before: ScopeState | undefined,
  services: Services,
  signal: AbortSignal = AbortSignal.timeout(services.policy.runTimeout),
  keep: Keeping = KEEP_NOTHING,
): Promise<{ readonly report: HuntReport; readonly session: LedgerSession }> {
  const { workspaces, ledger, promises } = services;
  const workspace = workspaces.get(run.scope.workspace);
  if (!workspace) throw new UnknownNameError('workspace', run.scope.workspace);
  const asked = pinClock(hunt.query, run.asOf);
  // The baseline first: each row is compared as it comes, and of a known device nothing is kept.
  const session = await ledger.open(run.scope);
  const expectations = session.promised ? await promises.expected(run.scope) : undefined;
  const input = {
    hunt,
    run,
    asked,
    baseline: session.baseline,
    ...(expectations && { expectations }),
    ...(before?.lastComplete && { lastComplete: before.lastComplete }),
  };
  const compared = await askHunt(workspace, input, before?.lastRun?.totals?.rows ?? 0, signal, keep);
  const report = await withNamesakes(compared, session);
  const isKnown = session.baseline.state === 'established';
  const proof = isKnown ? proofOf(before?.watch, hunt, isRowByRow(hunt.query)) : undefined;
  const proven = proof ? { ...report, proof } : report;
  return { report: await explainReport(proven, session, workspace, services, signal, keep), session };
}
