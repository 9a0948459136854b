import type { Hunt } from './hunt.ts';

/** `everything`, `escalations`, `digest`, `canary`, `hunt:<id>` or `tactic:<name>`. */
export type Topic = 'everything' | 'escalations' | 'digest' | 'canary' | `hunt:${string}` | `tactic:${string}`;

export interface SubscriptionRule {
  readonly topic: Topic;
  readonly on: boolean;
}

/**
 * Whether a conversation wants to be told of a hunt: the latest rule about it decides, and without one it wants it,
 * so that installing the bot is enough.
 */
export function wants(rules: readonly SubscriptionRule[], hunt: Pick<Hunt, 'id' | 'tactics'>): boolean {
  const about = (topic: Topic): boolean =>
    topic === 'everything' ||
    topic === `hunt:${hunt.id}` ||
    hunt.tactics.some((tactic) => topic === `tactic:${tactic}`);
  return rules.findLast(({ topic }) => about(topic))?.on ?? true;
}

/** Escalations go where somebody asked for them, and nowhere by themselves. */
export const wantsEscalations = (rules: readonly SubscriptionRule[]): boolean =>
  rules.findLast(({ topic }) => topic === 'escalations')?.on ?? false;

/** The weekly digest goes where somebody asked for it. */
export const wantsDigest = (rules: readonly SubscriptionRule[]): boolean =>
  rules.findLast(({ topic }) => topic === 'digest')?.on ?? false;

/** The canary goes wherever a finding of any hunt would. */
export const wantsCanary = (rules: readonly SubscriptionRule[]): boolean =>
  rules.findLast(({ topic }) => topic === 'canary' || topic === 'everything')?.on ?? true;

/** The rules after one more: it replaces an earlier one about the same, and one about everything replaces all others. */
export function withRule(rules: readonly SubscriptionRule[], rule: SubscriptionRule): readonly SubscriptionRule[] {
  const kept = rules.filter(({ topic }) =>
    rule.topic === 'everything' ? topic === 'escalations' || topic === 'digest' : topic !== rule.topic,
  );
  return [...kept, rule];
}
