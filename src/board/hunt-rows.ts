import { NO_HISTORY, type ScopeHistory } from '../hunt/history.ts';
import type { Hunt } from '../hunt/hunt.ts';
import { nextSlot } from '../hunt/schedule.ts';
import type { HuntFileProblem } from '../errors.ts';
import { scopeKeyOf } from '../hunt/run.ts';
import type { Mute, RunPolicy, ScopeState, UnansweredCase } from '../services.ts';
import type { Milliseconds } from '../time.ts';
import { owedSlot, standingOf, worse, type Judgement, type Standing } from './standing.ts';
import { trendOf, type TrendPoint } from './trend.ts';

/** What the board is made of: read once, at most one list each. */
export interface BoardInput {
  readonly hunts: readonly Hunt[];
  readonly problems: readonly HuntFileProblem[];
  readonly workspaces: readonly string[];
  readonly states: readonly ScopeState[];
  readonly unanswered: readonly UnansweredCase[];
  readonly mutes: readonly Mute[];
  readonly policy: Pick<RunPolicy, 'schedule' | 'runTimeout'>;
  readonly now: Date;
}

/** A hunt in one workspace. */
export interface ScopeRow extends Judgement {
  readonly workspace: string;
  readonly state?: ScopeState;
  readonly history: ScopeHistory;
  readonly unanswered: number;
}

/** A hunt, over all its workspaces. */
export interface HuntRow extends Judgement {
  readonly hunt: Hunt;
  readonly scopes: readonly ScopeRow[];
  readonly mute?: Mute;
  readonly lastRun?: Date;
  readonly nextRun?: Date;
  readonly devices: number;
  readonly newlySeen: number;
  readonly returning: number;
  /** The slowest of its latest runs. */
  readonly took?: Milliseconds;
  readonly unanswered: number;
  readonly trend: readonly TrendPoint[];
}

export function huntRows(input: BoardInput): readonly HuntRow[] {
  const { hunts, states, now } = input;
  const byScope = new Map(states.map((state) => [scopeKeyOf(state.scope), state]));
  const waiting = Map.groupBy(input.unanswered, ({ scope }) => scopeKeyOf(scope));
  const { runTimeout } = input.policy;
  const next = memoized((schedule) => nextSlot(schedule, now));
  const owedBy = memoized((schedule) => owedSlot(schedule, runTimeout, now));
  const mutes = new Map(input.mutes.filter(({ until }) => until > now).map((mute) => [mute.hunt, mute]));
  return hunts.map((hunt) => {
    const mute = mutes.get(hunt.id);
    const schedule = hunt.schedule ?? input.policy.schedule;
    const owed = owedBy(schedule);
    const scopes = input.workspaces.map((workspace): ScopeRow => {
      const key = scopeKeyOf({ hunt: hunt.id, workspace });
      const state = byScope.get(key);
      const unanswered = waiting.get(key)?.length ?? 0;
      const judged = standingOf(state, { hunt, muted: mute !== undefined, unanswered, ...(owed && { owed }) });
      return { workspace, ...(state && { state }), history: state?.history ?? NO_HISTORY, unanswered, ...judged };
    });
    const nextRun = next(schedule);
    return { hunt, scopes, ...(mute && { mute }), ...(nextRun && { nextRun }), ...summed(scopes) };
  });
}

function summed(scopes: readonly ScopeRow[]): Omit<HuntRow, 'hunt' | 'scopes' | 'mute' | 'nextRun'> {
  const standing = scopes.map((scope) => scope.standing).reduce<Standing>(worse, 'healthy');
  const culprit = scopes.find((scope) => scope.standing === standing);
  // A run that failed saw nothing; what is there now is what was there before.
  const latest = scopes.flatMap(({ history }) => history.marks.find(({ status }) => status !== 'failed') ?? []);
  const ended = scopes.flatMap(({ history }) => history.marks.slice(0, 1));
  const last = scopes.flatMap(({ state }) => state?.lastRun?.at.getTime() ?? []);
  const count = (pick: (mark: (typeof latest)[number]) => number): number =>
    latest.reduce((sum, mark) => sum + pick(mark), 0);
  return {
    standing,
    ...(culprit?.why !== undefined && {
      why: scopes.length > 1 ? `${culprit.workspace}: ${culprit.why}` : culprit.why,
    }),
    ...(last.length > 0 && { lastRun: new Date(Math.max(...last)) }),
    devices: count(({ devices }) => devices),
    newlySeen: count(({ newlySeen }) => newlySeen),
    returning: count(({ returning }) => returning),
    ...(ended.length > 0 && { took: Math.max(...ended.map(({ took }) => took)) }),
    unanswered: scopes.reduce((sum, scope) => sum + scope.unanswered, 0),
    trend: trendOf(scopes.map(({ history }) => history)),
  };
}

/** Most hunts share a schedule, and working out a slot is not free. */
function memoized<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = compute(key);
    known.set(key, value);
    return value;
  };
}
