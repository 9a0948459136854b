/** What status says of the canaries. */
import { canaryIn, whyMissing, type CanaryInput } from '../canary-standing.ts';
import { flightTime, markOf, STAGES, type Flight } from '../hunt/canary.ts';

/** The canaries as `GET /api/status` shows them: the latest that arrived, how long it took, and one that is on its way. */
export function canaryJson(input: CanaryInput): Record<string, unknown> {
  const { policy, workspaces } = input;
  if (policy.canary === undefined) return { schedule: 'off' };
  return {
    schedule: policy.canary,
    workspaces: workspaces.map((workspace) => {
      const { flight, arrived, missing } = canaryIn(workspace, input) ?? {};
      return {
        workspace,
        missing: whyMissing(workspace, input) !== undefined,
        ...(missing && { missingSince: missing.since, stage: missing.stage }),
        ...(arrived && { last: flightJson(arrived) }),
        ...(flight && !flight.done && { onItsWay: flightJson(flight) }),
      };
    }),
  };
}

function flightJson(flight: Flight): Record<string, unknown> {
  const { run, slot, landings, flaw } = flight;
  return {
    run,
    slot,
    tookMs: flightTime(flight),
    stages: Object.fromEntries(STAGES.map((stage) => [stage, markOf(flight, stage)])),
    told: landings.map(({ target, at }) => ({ target, at })),
    ...(flaw !== undefined && { flaw }),
  };
}
