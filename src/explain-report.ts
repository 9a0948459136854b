/** The step between comparing and remembering: what is behind the news, and whether the hunt could see at all. */
import { gatherEvidence } from './gather-evidence.ts';
import type { DeviceKey } from './hunt/device-key.ts';
import { isActive } from './hunt/expectation.ts';
import { isWatched, type Explanation } from './hunt/explanation.ts';
import { worstFirst } from './hunt/finding.ts';
import { withFindings, withSight, withWatched, type Learned } from './hunt/learned.ts';
import { noticeContext } from './hunt/notice.ts';
import type { HuntReport } from './hunt/report.ts';
import { looksBack } from './hunt/run.ts';
import { sightOf, type Sight } from './hunt/sight.ts';
import type { Named } from './hunt/sighting.ts';
import { KEEP_NOTHING, type Keeping } from './keep-run.ts';
import type { LedgerSession, Services, Workspace } from './services.ts';
import { HOUR } from './time.ts';

/** Runs that are asked for as of a past instant say nothing of what the tables receive now. */
const STILL_NOW = HOUR;

/** Asks, and writes nothing. What cannot be asked is marked in the report and never thrown. */
export async function explainReport(
  report: HuntReport,
  session: Pick<LedgerSession, 'explained' | 'promised'>,
  workspace: Workspace,
  services: Services,
  signal: AbortSignal,
  keep: Keeping = KEEP_NOTHING,
): Promise<HuntReport> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(services.policy.evidenceTimeout)]);
  const [sight, explained] = await Promise.all([
    look(report, services, deadline),
    explainNews(report, session, workspace, services, deadline, keep),
  ]);
  return withSight(explained, sight);
}

async function look({ hunt, run }: HuntReport, services: Services, signal: AbortSignal): Promise<Sight> {
  const { freshness, policy, now } = services;
  const isPast = looksBack(run) || now().getTime() - run.asOf.getTime() > STILL_NOW;
  if (hunt.tables.length === 0 || isPast) return {};
  return sightOf(await freshness.of(run.scope.workspace, hunt.tables, run.asOf, signal), run.asOf, policy.blindAfter);
}

async function explainNews(
  report: HuntReport,
  session: Pick<LedgerSession, 'explained' | 'promised'>,
  workspace: Workspace,
  services: Services,
  signal: AbortSignal,
  keep: Keeping,
): Promise<HuntReport> {
  const { hunt, run } = report;
  const learn = (devices: readonly Named[], siblings = hunt.siblings): Promise<ReadonlyMap<DeviceKey, Learned>> => {
    const others = siblings.flatMap((name) => services.hunts.find(name) ?? []);
    return gatherEvidence(hunt, run, devices, others, workspace, services, signal);
  };
  const asks = Object.keys(hunt.evidence).length + hunt.siblings.length > 0;
  const news = asks ? worstFirst([...report.findings, ...report.lapsed]) : [];
  const learned = await learn(news);
  keep.learned(learned);
  const explained = withFindings(report, (device) => learned.get(device));
  // The past can reopen nothing: what is watched is how things stand now.
  if (!session.explained || looksBack(run)) return explained;
  const watched = await watchedOf(report, services);
  if (watched.length === 0) return explained;
  const asked = hunt.scenarios.length === 0 ? [] : watched.flatMap(({ device }) => report.known.find(device) ?? []);
  const again = await learn(asked, []);
  keep.learned(again);
  keep.watched(watched);
  const promises = session.promised ? await services.promises.expected(run.scope) : undefined;
  return withWatched(
    explained,
    watched,
    (device) => again.get(device),
    (device) => {
      const promise = promises?.get(device);
      return promise !== undefined && isActive(promise, run.asOf);
    },
  );
}

/** Beginning with another device every hour: where there are more than can be asked about, each has its turn. */
async function watchedOf({ run, known }: HuntReport, { explanations }: Services): Promise<readonly Explanation[]> {
  const watched = (await explanations.all(run.scope)).filter(
    (one) => isWatched(one) && known.find(one.device) !== undefined,
  );
  const first = watched.length === 0 ? 0 : (Math.floor(run.asOf.getTime() / HOUR) * 1_000) % watched.length;
  return [...watched.slice(first), ...watched.slice(0, first)];
}

/** Before the devices are remembered as known: whoever dies in between, they are judged again. */
export async function rememberExplanations(
  { explanations, run }: HuntReport,
  services: Pick<Services, 'explanations'>,
): Promise<void> {
  if (explanations.length > 0) await services.explanations.remember(run.scope, explanations);
}

/** Devices that were explained until now and no longer are become news again. True when there is something to tell. */
export async function tellReopened(report: HuntReport, services: Pick<Services, 'explanations'>): Promise<boolean> {
  const { hunt, run, reopened } = report;
  if (reopened.length === 0) return false;
  return (await services.explanations.reopen(reopened, noticeContext(hunt, run, report), run.scope)) > 0;
}
