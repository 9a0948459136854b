import { canaryIn, whyMissing, type CanaryInput } from '../canary-standing.ts';
import type { HuntFileProblem } from '../errors.ts';
import { flightTime, markOf } from '../hunt/canary.ts';
import type { Services, UnansweredCase } from '../services.ts';
import { DAY, dayOf, type Milliseconds } from '../time.ts';
import type { BoardFilter, Sorting } from './filter.ts';
import { huntRows, type HuntRow } from './hunt-rows.ts';
import { STANDINGS, type Standing } from './standing.ts';
import { timelineOf } from './trend.ts';

/** Everything the first page shows. */
export interface Overview {
  readonly rows: readonly HuntRow[];
  readonly problems: readonly HuntFileProblem[];
  /** How many hunts stand how, before the filter. */
  readonly counts: Readonly<Record<Standing, number>>;
  readonly unanswered: readonly UnansweredCase[];
  /** There are more of them than were read. */
  readonly more: boolean;
  readonly timeline: readonly number[];
  readonly lastTick?: Date;
  readonly targets: number;
  /** How the latest canaries fared; absent where none are sent. */
  readonly canary?: CanaryLine;
}

/** The canaries of all workspaces in a line. `missing` says why the first one is. */
export interface CanaryLine {
  readonly missing?: string;
  /** The latest that arrived everywhere, and how long it took. */
  readonly arrivedAt?: Date;
  readonly took?: Milliseconds;
}

/** A list longer than this is not worked off on a page. */
const MOST_UNANSWERED = 200;

/** Reads the board: five requests to storage, six with canaries, whatever the number of runs and devices. */
export async function readOverview(filter: BoardFilter, services: Services): Promise<Overview> {
  const { hunts, workspaces, runs, cases, promises, conversations, canaries, policy, now } = services;
  const at = now();
  const [states, unanswered, mutes, targets, lastTick, known] = await Promise.all([
    runs.scopes(),
    cases.unanswered(new Date(at.getTime() - 90 * DAY), MOST_UNANSWERED + 1),
    promises.mutes(),
    conversations.list(),
    runs.lastTick(),
    policy.canary === undefined ? undefined : canaries.all(),
  ]);
  const shown = filter.workspace === undefined ? [...workspaces.keys()] : [filter.workspace];
  const all = hunts.all();
  const rows = huntRows({
    hunts: all,
    problems: hunts.problems(),
    workspaces: shown,
    states,
    unanswered,
    mutes,
    policy,
    now: at,
  });
  const matching = rows.filter((row) => isAskedFor(row, filter));
  const named = new Set<string>(matching.map(({ hunt }) => hunt.id));
  const problems = hunts.problems();
  const counts = Object.fromEntries(
    STANDINGS.map((one) => [one, rows.filter(({ standing }) => standing === one).length]),
  ) as Record<Standing, number>;
  const waiting = unanswered.filter(({ scope }) => named.has(scope.hunt) && shown.includes(scope.workspace));
  return {
    rows: matching.sort(ORDERS[filter.sort]),
    problems: problems.filter(({ file, message }) => problemMatches(`${file} ${message}`, filter)),
    counts: { ...counts, 'not-loaded': new Set(problems.map(({ file }) => file)).size },
    unanswered: waiting.slice(0, MOST_UNANSWERED),
    more: unanswered.length > MOST_UNANSWERED,
    timeline: timelineOf(
      matching.flatMap(({ scopes }) => scopes.map(({ history }) => history)),
      dayOf(at),
    ),
    ...(lastTick && { lastTick }),
    targets: targets.length,
    ...(known && {
      canary: canaryLine({ workspaces: [...workspaces.keys()], canaries: known, targets, policy, now: at }),
    }),
  };
}

function canaryLine(input: CanaryInput): CanaryLine {
  const missing = input.workspaces.flatMap((workspace) => {
    const why = whyMissing(workspace, input);
    return why === undefined ? [] : [`${workspace}: ${why}`];
  });
  const arrived = input.workspaces.flatMap((workspace) => canaryIn(workspace, input)?.arrived ?? []);
  const last = arrived.map((flight) => ({ at: markOf(flight, 'told'), took: flightTime(flight) ?? 0 }));
  const latest = last.reduce<Date | undefined>((a, { at }) => (at && (!a || at > a) ? at : a), undefined);
  return {
    ...(missing[0] !== undefined && { missing: missing[0] }),
    ...(latest && { arrivedAt: latest, took: Math.max(...last.map(({ took }) => took)) }),
  };
}

function isAskedFor({ hunt, standing, mute }: HuntRow, filter: BoardFilter): boolean {
  if (filter.standing && filter.standing !== standing && !(filter.standing === 'muted' && mute)) return false;
  const { slug, name, tactics, techniques } = hunt;
  return [slug, name, ...tactics, ...techniques].some((text) => contains(text, filter.text));
}

const problemMatches = (words: string, { standing, text }: BoardFilter): boolean =>
  (standing === undefined || standing === 'not-loaded') && contains(words, text);

const contains = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());

type Order = (a: HuntRow, b: HuntRow) => number;
const byName: Order = (a, b) => (a.hunt.slug < b.hunt.slug ? -1 : 1);
const descending =
  (pick: (row: HuntRow) => number): Order =>
  (a, b) =>
    pick(b) - pick(a) || byName(a, b);
const ORDERS: Readonly<Record<Sorting, Order>> = {
  state: (a, b) => STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing) || byName(a, b),
  name: byName,
  new: descending(({ newlySeen, returning }) => newlySeen + returning),
  devices: descending(({ devices }) => devices),
  last: descending(({ lastRun }) => lastRun?.getTime() ?? 0),
  next: (a, b) => (a.nextRun?.getTime() ?? Infinity) - (b.nextRun?.getTime() ?? Infinity) || byName(a, b),
  took: descending(({ took }) => took ?? 0),
};
