/** How the canaries stand, for health and the board. It notices by itself what a timer that is dead cannot tell. */
import { canaryDeadline, owedCanary, verdictOn, type Around, type Perch } from './hunt/canary-verdict.ts';
import type { CanaryState } from './hunt/canary.ts';
import { wantsCanary } from './hunt/subscription.ts';
import type { KnownCanary, RunPolicy, Target } from './services.ts';

export interface CanaryInput {
  readonly workspaces: readonly string[];
  readonly canaries: readonly KnownCanary[];
  readonly targets: readonly Target[];
  readonly policy: Pick<RunPolicy, 'canary' | 'tick' | 'runTimeout'>;
  readonly now: Date;
}

/** Where the canary is that should have arrived by now; undefined while everything is well. */
export function whyMissing(workspace: string, input: CanaryInput): string | undefined {
  const { policy, now } = input;
  const state = canaryIn(workspace, input);
  // Another schedule than the timer has seen: it has not ticked since, and silence of its own has another reason.
  if (policy.canary === undefined || state?.schedule !== policy.canary) return undefined;
  const deadline = canaryDeadline(policy.tick, policy.runTimeout, now);
  const { flight, missing, since } = state;
  const verdict = flight && !flight.done ? verdictOn(flight, aroundOf(workspace, state, input)) : undefined;
  if (missing && verdict?.arrived !== true) return `${missing.message} Missing since ${missing.since.toISOString()}.`;
  if (flight && verdict?.arrived === false) {
    const waited = flight.looked.length + now.getTime() - flight.looked.at.getTime();
    return waited < deadline ? undefined : `${verdict.message} It is the one of ${flight.slot.toISOString()}.`;
  }
  const owed = owedCanary(policy.canary, deadline, now);
  if (!owed || owed <= since || (flight && flight.slot >= owed)) return undefined;
  return `The timer has not sent the one of ${owed.toISOString()}.`;
}

export const canaryIn = (workspace: string, { canaries }: CanaryInput): CanaryState | undefined =>
  canaries.find(({ scope }) => scope.workspace === workspace)?.state;

/** Of several workspaces the first one's canary is shown: they share the way from the outbox on, and one card is enough. */
export const isShown = (workspace: string, workspaces: readonly string[]): boolean => workspace === workspaces[0];

/** The conversations that a workspace's canary is to reach. */
export const perchesOf = (
  workspace: string,
  workspaces: readonly string[],
  targets: readonly Target[],
): readonly Perch[] =>
  targets
    .filter(({ rules }) => isShown(workspace, workspaces) && wantsCanary(rules))
    .map(({ id, broken }) => ({ id, broken: broken !== undefined }));

function aroundOf(workspace: string, { missing }: CanaryState, { workspaces, targets }: CanaryInput): Around {
  return {
    workspace,
    perches: perchesOf(workspace, workspaces, targets),
    deserted: targets.length === 0,
    ...(missing && { missing }),
  };
}
