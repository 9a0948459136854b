import { hash } from 'node:crypto';
import { compactTime, DAY, type Milliseconds, type TimeWindow } from '../time.ts';
import type { Hunt, HuntScope } from './hunt.ts';

/**
 * `20261123T060000000Z-3fa9c1d2e4b5-slot`: instant, scope key, and how it came about.
 * A scheduled slot always makes the same id, so that a slot dispatched twice is one run.
 */
export type RunId = string & { readonly __brand: 'RunId' };

/** `catch-up` and `late-sweep` look at past windows; the timer orders them, and they say nothing about how the hunt stands. */
export type RunTrigger = 'schedule' | 'catch-up' | 'late-sweep' | 'request' | 'chat' | 'command-line' | 'backfill';

export const looksBack = ({ trigger }: Pick<RunOrder, 'trigger'>): boolean =>
  trigger === 'catch-up' || trigger === 'late-sweep';

/** Whether a device that its complete answer lacks is gone: the past tells who was there, not who is. */
export const saysWhoIsThere = (order: Pick<RunOrder, 'trigger'>): boolean =>
  !looksBack(order) && order.trigger !== 'backfill';

/** A baseline that somebody founds from the past is not told: whoever asked for it has the answer. */
export function foundsQuietly({ id, trigger, asOf }: Pick<RunOrder, 'id' | 'trigger' | 'asOf'>): boolean {
  if (trigger === 'backfill') return true;
  const asked = trigger === 'request' || trigger === 'command-line' ? parseRunId(id)?.at : undefined;
  return asked !== undefined && asked.getTime() - asOf.getTime() > DAY;
}

/** What is put on the queue: enough to start the run, nothing that can be looked up. */
export interface RunOrder {
  readonly id: RunId;
  readonly scope: HuntScope;
  readonly trigger: RunTrigger;
  /** The clock reading that `now()` and `ago()` mean throughout the run. */
  readonly asOf: Date;
  /** The scheduled instant this run answers for; absent when somebody asked for it. */
  readonly slot?: Date;
  /** The Teams conversation in which somebody asked for it: it is told the outcome, whatever it is. */
  readonly replyTo?: string;
}

/** One execution of one hunt in one workspace. */
export interface Run extends RunOrder {
  /** What the hunt looks at: lookback before `asOf`. */
  readonly window: TimeWindow;
  /** What the workspace is asked for: the window widened at its old end, for rows that arrive late. */
  readonly asked: TimeWindow;
}

export function planRun(order: RunOrder, hunt: Hunt, lateness: Milliseconds): Run {
  const start = order.asOf.getTime() - hunt.lookback;
  return {
    ...order,
    window: { start: new Date(start), end: order.asOf },
    asked: { start: new Date(start - lateness), end: order.asOf },
  };
}

/** Twelve hex digits that stand for a scope in keys and ids, whatever characters its names have. */
export function scopeKeyOf(scope: HuntScope): string {
  return hash('sha256', `${scope.hunt.toLowerCase()}\n${scope.workspace}`, 'hex').slice(0, 12);
}

export const scheduledRunId = (scope: HuntScope, slot: Date): RunId =>
  `${compactTime(slot)}-${scopeKeyOf(scope)}-slot` as RunId;

/** Whether a run answers for a slot of its schedule, by its id. */
export const isScheduled = (run: RunId): boolean => run.endsWith('-slot');

/** `nonce` is 1 to 16 lower-case letters or digits, for example from an idempotency key. */
export const requestedRunId = (scope: HuntScope, at: Date, nonce: string): RunId =>
  `${compactTime(at)}-${scopeKeyOf(scope)}-${nonce}` as RunId;

/** Takes a run id apart; undefined when the text is none. */
export function parseRunId(
  text: string,
): { readonly id: RunId; readonly at: Date; readonly scopeKey: string } | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-([0-9a-f]{12})-[a-z0-9]{1,16}$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, ms, scopeKey] = match as unknown as string[];
  const at = new Date(
    `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}.${ms ?? ''}Z`,
  );
  return Number.isNaN(at.getTime()) || scopeKey === undefined ? undefined : { id: text as RunId, at, scopeKey };
}

/** The run whose notice opened a case, by the case's id; undefined when the text is none. */
export const runOfCaseId = (id: string): RunId | undefined => parseRunId(id.split('-').slice(0, 3).join('-'))?.id;
