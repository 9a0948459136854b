import type { Services } from '../services.ts';
import type { HealthInput } from './health-report.ts';

/** Reads what health is judged by. */
export async function readHealth({
  hunts,
  workspaces,
  runs,
  conversations,
  canaries,
  promises,
  policy,
  now,
}: Services): Promise<HealthInput> {
  const [states, targets, lastTick, mutes, known] = await Promise.all([
    runs.scopes(),
    conversations.list(),
    runs.lastTick(),
    promises.mutes(),
    policy.canary === undefined ? [] : canaries.all(),
  ]);
  return {
    hunts: hunts.all(),
    workspaces: [...workspaces.keys()],
    problems: hunts.problems(),
    states,
    targets,
    mutes,
    canaries: known,
    lastTick,
    policy,
    now: now(),
  };
}
