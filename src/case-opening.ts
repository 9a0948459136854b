import { digestOf, isUrgent, type Case, type RunPoint } from './hunt/case.ts';
import type { HuntScope } from './hunt/hunt.ts';
import type { Notice, NoticeContext } from './hunt/notice.ts';
import { looksBack } from './hunt/run.ts';
import type { RunTotals } from './hunt/report.ts';
import type { RunRecord, Services } from './services.ts';

/** Runs in a card's chart. */
const HISTORY = 14;

/** Opens the case of a notice before anybody is told of it; one whose first telling failed is opened already. */
export async function openCase(
  id: string,
  scope: HuntScope,
  notice: Exclude<Notice, { readonly kind: 'unseen' }>,
  { cases, runs, policy, now }: Pick<Services, 'cases' | 'runs' | 'policy' | 'now'>,
): Promise<Case> {
  const known = await cases.find(id);
  if (known) return known;
  const digest = digestOf(notice);
  const { context } = notice;
  const earlier = (await runs.recent(scope, HISTORY)).filter(({ id: run }) => run !== context.run);
  const history = [latestPoint(context), ...earlier.flatMap(pointOf)].slice(0, HISTORY);
  const openedAt = now();
  const due = policy.escalateAfter > 0 && isUrgent(digest);
  return cases.open({
    id,
    scope,
    notice: digest,
    history,
    openedAt,
    ...(due && { dueAt: new Date(openedAt.getTime() + policy.escalateAfter) }),
  });
}

/** The run that tells: the journal has it as under way until it has told. */
function latestPoint({ asOf, totals }: NoticeContext): RunPoint {
  return totals ? { at: asOf, failed: false, ...barOf(totals) } : { at: asOf, failed: true, devices: 0, news: 0 };
}

const barOf = ({ devices, newlySeen, returning }: RunTotals): Pick<RunPoint, 'devices' | 'news'> => ({
  devices,
  news: newlySeen + returning,
});

/** A run that is still under way is no bar yet. */
function pointOf({ asOf, trigger, status, report, failure }: RunRecord): RunPoint[] {
  // What a look at the past saw says nothing about the course of time.
  if (looksBack({ trigger })) return [];
  if (status === 'failed' && failure?.willRetry !== true) return [{ at: asOf, failed: true, devices: 0, news: 0 }];
  if (status !== 'completed' || !report) return [];
  return [{ at: asOf, failed: false, ...barOf(report.totals) }];
}
