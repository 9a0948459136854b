import type { QueryAnswer } from './answer.ts';
/** Puts what was learned about devices into a run's report: who is told, who is left out, who is news again. */
import type { Agreement } from './corroboration.ts';
import type { DeviceKey } from './device-key.ts';
import { bounded, type DeviceEvidence } from './evidence.ts';
import {
  explanationOf,
  isUnchecked,
  isVouchable,
  latestExplained,
  scenariosIn,
  traitsOf,
  whyReopened,
  type Explanation,
} from './explanation.ts';
import type { Finding } from './finding.ts';
import type { HuntReport } from './report.ts';
import type { Sight } from './sight.ts';
import type { Named } from './sighting.ts';
import { judge, type Verdict } from './verdict.ts';
import { dayOf } from '../time.ts';

/** The whole evidence of a device, not cut yet. */
export interface Learned {
  readonly evidence: DeviceEvidence;
  /** Whether it sends process events; undefined where that is not known. */
  readonly telemetry: boolean | undefined;
  readonly agreement?: Agreement;
  /** Its executions as they were answered; absent where they were not. */
  readonly executions?: Pick<QueryAnswer, 'columns' | 'rows'>;
}

/** Of a device that nobody could ask about. */
export const notAsked = (id: string): Learned => ({
  evidence: {
    ...{ files: [], executions: [], arrivals: [], peers: [], counts: { files: 0, executions: 0, peers: 0 } },
    gaps: [{ part: 'executions', code: id === '' ? 'no-device-id' : 'too-many-devices' }],
  },
  telemetry: undefined,
});

type LearnedOf = (device: DeviceKey) => Learned | undefined;

/** A report whose findings carry their evidence. Without evidence or scenarios it stays as it is. */
export function withFindings(report: HuntReport, learned: LearnedOf): HuntReport {
  const { hunt, run } = report;
  const explanations: Explanation[] = [];
  const told: Finding[] = [];
  const excluded: Finding[] = [];
  for (const finding of report.findings) {
    const known = learned(finding.device);
    const verdict = known && verdictOf(known, hunt);
    const explanation = known && verdict && explanationOf(finding, known.evidence, verdict, run.asOf);
    if (explanation) explanations.push(explanation);
    const isHidden = explanation?.hidden === true;
    (isHidden ? excluded : told).push(known ? carrying(finding, known, verdict, report.findings.length) : finding);
  }
  const of = (novelty: Finding['novelty']): number => told.filter((finding) => finding.novelty === novelty).length;
  const lapsed = report.lapsed.map((finding) => {
    const known = learned(finding.device);
    return known ? carrying(finding, known, verdictOf(known, hunt), report.lapsed.length) : finding;
  });
  return withOutcome({
    ...report,
    ...{ findings: told, excluded, lapsed, explanations },
    totals: {
      ...report.totals,
      ...{ newlySeen: of('newly-seen'), returning: of('returning') },
      ...(excluded.length > 0 && { excluded: excluded.length }),
    },
  });
}

/** The same with the devices that were explained so far and no longer are. */
export function withWatched(
  report: HuntReport,
  watched: readonly Explanation[],
  learned: LearnedOf,
  isExpected: (device: DeviceKey) => boolean,
): HuntReport {
  const { hunt } = report;
  const told = new Set(report.lapsed.map(({ device }) => device));
  const reopened: Finding[] = [];
  const renewed: Explanation[] = [];
  let unchecked = 0;
  for (const explanation of watched) {
    const sighting = report.known.find(explanation.device);
    if (!sighting) continue;
    if (hunt.scenarios.length === 0) {
      // Whoever takes the scenarios away takes away what kept the device silent.
      if (explanation.hidden && !told.has(sighting.device) && !isExpected(sighting.device))
        reopened.push(reopenedFinding(sighting, explanation, ['the hunt has no scenarios any more']));
      continue;
    }
    const known = learned(explanation.device);
    const verdict = known && verdictOf(known, hunt);
    if (isUnchecked(explanation, known?.evidence, verdict)) unchecked += 1;
    if (!known || !verdict) continue;
    const because = whyReopened(explanation, known.evidence, verdict);
    if (because.length === 0) renewed.push(...renewal(explanation, known.evidence));
    else if (!told.has(sighting.device) && !isExpected(sighting.device))
      reopened.push(
        carrying(
          { ...reopenedFinding(sighting, explanation, because), ...latest(known.evidence) },
          known,
          verdict,
          watched.length,
        ),
      );
  }
  return withOutcome({
    ...report,
    ...{ reopened, unchecked, explanations: [...report.explanations, ...renewed] },
  });
}

/** The same with what the hunt could see at all. */
export function withSight(report: HuntReport, { reporting, blind }: Sight): HuntReport {
  const totals = { ...report.totals, ...(reporting !== undefined && { reporting }) };
  return withOutcome({ ...report, totals, ...(blind && { blind }) });
}

const verdictOf = (
  { evidence, telemetry }: Learned,
  { scenarios, evidence: asked }: HuntReport['hunt'],
): Verdict | undefined => {
  if (scenarios.length === 0) return undefined;
  const verdict = judge(evidence, { scenarios, telemetry, asksFiles: asked.files !== undefined });
  // A scenario that vouches for everything vouches for nothing.
  return verdict.hidden && !isVouchable(traitsOf(evidence))
    ? { ...verdict, hidden: false, because: 'there is more of it than anybody can vouch for' }
    : verdict;
};

const carrying = (
  finding: Finding,
  { evidence, agreement }: Learned,
  verdict: Verdict | undefined,
  devices: number,
): Finding => ({
  ...finding,
  evidence: bounded(evidence, devices),
  ...(verdict && { verdict: { ...verdict, by: verdict.by.slice(0, 6) } }),
  ...(agreement && { agreement }),
});

const reopenedFinding = (sighting: Named, explanation: Explanation, because: readonly string[]): Finding => ({
  ...{ device: sighting.device, id: sighting.id, name: sighting.name, reports: [], reportCount: 0 },
  novelty: 'explanation-ended',
  explainedSoFar: { by: scenariosIn(explanation).slice(0, 5), since: explanation.at, because },
});

/** Of a known device the answer's own times are not kept. */
function latest({ executions }: DeviceEvidence): Pick<Finding, 'lastSeen'> {
  const times = executions.flatMap(({ lastSeen }) => lastSeen?.getTime() ?? []);
  return times.length === 0 ? {} : { lastSeen: new Date(times.reduce((a, b) => Math.max(a, b))) };
}

/** Kept to the day: a device that runs every minute changes its row once a day. */
function renewal(explanation: Explanation, evidence: DeviceEvidence): readonly Explanation[] {
  const latest = latestExplained(evidence);
  if (!latest || (explanation.lastSeen && dayOf(explanation.lastSeen) >= dayOf(latest))) return [];
  return [{ ...explanation, lastSeen: latest }];
}

function withOutcome(report: HuntReport): HuntReport {
  const { outcome, findings, lapsed, reopened, blind, totals } = report;
  // An empty baseline founded by somebody who sees nothing would call everything new when they see again.
  if (outcome === 'baseline-founded' && blind && totals.rows === 0)
    return { ...report, outcome: 'baseline-not-founded' };
  if (outcome === 'baseline-founded' || outcome === 'baseline-not-founded') return report;
  if (findings.length + lapsed.length + reopened.length > 0) return { ...report, outcome: 'devices-found' };
  return { ...report, outcome: blind ? 'blind' : 'nothing-new' };
}
