/** The story of a backfill: a baseline founded from the past, so that the first real run is news and not history. */
import { BaselineExistsError, UnexpectedColumnsError, UnknownNameError } from './errors.ts';
import { collectRows, readAnswer, type QueryAnswer } from './hunt/answer.ts';
import { backfillClocks } from './hunt/coverage.ts';
import type { Hunt } from './hunt/hunt.ts';
import { compareRows } from './hunt/compare.ts';
import { keepingRows } from './hunt/kept-rows.ts';
import type { HuntReport } from './hunt/report.ts';
import { planRun, type Run, type RunOrder } from './hunt/run.ts';
import { keepRun, type Keeping } from './keep-run.ts';
import { pinClock } from './kql/pin-clock.ts';
import { failureOf } from './run-failure.ts';
import { summaryOf } from './run-summary.ts';
import type { RunTicket, Services } from './services.ts';
import { MINUTE, type Milliseconds } from './time.ts';

/**
 * Asks the hunt at past clock readings, a window apart and oldest first, and founds the baseline with everything they
 * saw. Nobody is told. Refuses where there is a baseline: what it would learn then, nobody would ever hear of.
 */
export async function backfill(
  hunt: Hunt,
  order: RunOrder,
  span: Milliseconds,
  services: Services,
  onProgress: (done: number, all: number) => void = () => undefined,
): Promise<HuntReport> {
  const { runs, policy, log, now } = services;
  const clocks = backfillClocks(order.asOf, span, hunt.lookback);
  const window = { start: new Date(order.asOf.getTime() - span), end: order.asOf };
  const run: Run = { ...planRun(order, hunt, policy.lateness), window };
  const ticket = await runs.begin(run, clocks.length * policy.runTimeout + MINUTE, now());
  log.info('run.started', { run: run.id, hunt: hunt.slug, workspace: run.scope.workspace, trigger: run.trigger });
  try {
    const keep = keepRun(services.kept.pack);
    const report = await foundFrom(clocks, hunt, run, services, onProgress, keep);
    const at = now();
    const kept = keep.ended(report, at, ticket.again === true);
    await runs.finish(ticket, end(ticket, { status: 'completed', report: summaryOf(report), keep: kept, hunt }, at));
    return report;
  } catch (error) {
    const failure = { ...failureOf(error), willRetry: false };
    await runs.finish(ticket, end(ticket, { status: 'failed', failure, hunt }, now()));
    throw error;
  }
}

async function foundFrom(
  clocks: readonly Date[],
  hunt: Hunt,
  run: Run,
  { workspaces, ledger, policy }: Services,
  onProgress: (done: number, all: number) => void,
  keep: Keeping,
): Promise<HuntReport> {
  const workspace = workspaces.get(run.scope.workspace);
  if (!workspace) throw new UnknownNameError('workspace', run.scope.workspace);
  const session = await ledger.open(run.scope);
  const { baseline } = session;
  if (baseline.state === 'established') throw new BaselineExistsError(hunt.slug, run.scope.workspace, baseline.since);
  const answers: QueryAnswer[] = [];
  for (const asOf of clocks) {
    const { asked } = planRun({ ...run, asOf }, hunt, policy.lateness);
    const signal = AbortSignal.timeout(policy.runTimeout);
    answers.push(await workspace.query(pinClock(hunt.query, asOf), asked, signal, collectRows));
    onProgress(answers.length, clocks.length);
  }
  const answer = joined(answers);
  const input = { hunt, run, asked: pinClock(hunt.query, run.asOf), baseline };
  const { value: report, kept } = readAnswer(answer, keepingRows(compareRows(input), hunt.device, keep.pack));
  if ('missingColumns' in report) throw new UnexpectedColumnsError(report.missingColumns, report.columns);
  keep.compared(input, [kept]);
  await session.commit(report);
  return report;
}

/** Answers to one query at different times: the same columns, except that an answer without rows may have none. */
function joined(answers: readonly QueryAnswer[]): QueryAnswer {
  const partial = answers.find((answer) => answer.partial)?.partial;
  return {
    columns: answers.find(({ columns }) => columns.length > 0)?.columns ?? [],
    rows: answers.flatMap(({ rows }) => rows),
    ...(partial && { partial }),
  };
}

/** It says nothing of how the hunt stands now, and leaves nothing to be told. */
const end = <T>({ before }: RunTicket, how: T, at: Date) => ({
  ...how,
  at,
  settled: before.unsettledSince === undefined,
  ...(before.trouble && { trouble: before.trouble }),
});
