import type { Case } from './hunt/case.ts';
import type { HuntScope } from './hunt/hunt.ts';
import type { Notice } from './hunt/notice.ts';
import { nextSlot } from './hunt/schedule.ts';
import type { Services } from './services.ts';

type Opening = Pick<Services, 'cases' | 'canaries' | 'workspaces' | 'policy' | 'now'>;

/**
 * What is told of a canary: not that a device was found, but how it came here. Undefined for one that nobody needs to see: after
 * a week without Teams the latest is enough, and a workspace that answers strangely is no good news.
 */
export async function openCanaryCase(
  id: string,
  scope: HuntScope,
  { context }: Extract<Notice, { readonly kind: 'devices-found' }>,
  { cases, canaries, workspaces, policy, now }: Opening,
): Promise<Case | undefined> {
  const flight = (await canaries.find(scope))?.flight;
  if (flight?.run !== undefined && flight.run !== context.run) return undefined;
  if (flight?.flaw !== undefined) return undefined;
  const at = now();
  const next = policy.canary === undefined ? undefined : nextSlot(policy.canary, at);
  const others = [...workspaces.keys()].filter((workspace) => workspace !== scope.workspace);
  const notice = {
    kind: 'canary',
    context,
    ...(flight && { flight }),
    ...(next && { next: { at: next } }),
    others,
  } as const;
  return (await cases.find(id)) ?? cases.open({ id, scope, notice, history: [], openedAt: at });
}
