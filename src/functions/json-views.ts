import type { Finding } from '../hunt/finding.ts';
import type { Hunt } from '../hunt/hunt.ts';
import { nextSlot } from '../hunt/schedule.ts';
import type { RunRecord, ScopeState, Services } from '../services.ts';
import { formatTimespan } from '../time.ts';

/** A run as the API shows it. Times are ISO 8601 UTC. */
export function runJson(record: RunRecord, hunt: Hunt | undefined): Record<string, unknown> {
  const { report } = record;
  return {
    id: record.id,
    hunt: { id: record.scope.hunt, slug: hunt?.slug, name: hunt?.name },
    workspace: record.scope.workspace,
    trigger: record.trigger,
    status: record.status,
    asOf: record.asOf,
    slot: record.slot,
    orderedAt: record.orderedAt,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    ...(record.joinedTo !== undefined && { joinedTo: record.joinedTo, location: `/api/runs/${record.joinedTo}` }),
    ...(record.failure && { failure: record.failure }),
    ...(report && {
      outcome: report.outcome,
      partial: report.partial,
      blind: report.blind,
      totals: report.totals,
      findings: report.findings.map(findingJson),
      excluded: report.excluded?.map(findingJson),
      findingsLeftOut: Math.max(0, report.totals.newlySeen + report.totals.returning - report.findings.length),
    }),
  };
}

export function findingJson(finding: Finding): Record<string, unknown> {
  const { id, name, novelty, firstSeen, lastSeen, count, reports, reportCount, lastSeenBefore } = finding;
  const { verdict, agreement, explainedSoFar, evidence, sameNameAs } = finding;
  return {
    ...{ deviceId: id, deviceName: name, novelty, firstSeen, lastSeen, count, reports, reportCount, lastSeenBefore },
    ...{ verdict, agreement, explainedSoFar, evidence, sameNameAs },
  };
}

/** A hunt with how it stands in each workspace. */
export function huntJson(
  hunt: Hunt,
  states: readonly ScopeState[],
  services: Pick<Services, 'workspaces' | 'policy' | 'now'>,
): Record<string, unknown> {
  const schedule = hunt.schedule ?? services.policy.schedule;
  return {
    id: hunt.id,
    slug: hunt.slug,
    name: hunt.name,
    description: hunt.description,
    tactics: hunt.tactics,
    techniques: hunt.techniques,
    version: hunt.version,
    schedule,
    nextRun: nextSlot(schedule, services.now()),
    lookback: formatTimespan(hunt.lookback),
    forgetAfter: formatTimespan(hunt.forgetAfter),
    workspaces: [...services.workspaces.keys()].map((workspace) => {
      const state = states.find(({ scope }) => scope.hunt === hunt.id && scope.workspace === workspace);
      return {
        workspace,
        state: stateName(state),
        lastRun: state?.lastRun,
        lastComplete: state?.lastComplete,
        trouble: state?.trouble,
        untoldSince: state?.unsettledSince,
      };
    }),
  };
}

function stateName(state: ScopeState | undefined): string {
  if (!state?.lastRun) return 'never-run';
  if (state.trouble) return 'in-trouble';
  return 'healthy';
}
