/**
 * A year of 2,000 machines, made from a seed: they come and go, are renamed and set up anew; rows arrive late; and the
 * platform has its bad days. It knows nothing of what the program makes of it.
 */
import type { Cell, QueryAnswer } from '../../src/hunt/answer.ts';
import type { RunTrigger } from '../../src/hunt/run.ts';

export const DAYS = 365;
/** Midnight UTC of day 0. */
export const START = Date.UTC(2026, 0, 5);
const [SECOND, HOUR, DAY] = [1_000, 3_600_000, 86_400_000];
export const LOOKBACK = 2 * DAY;

/** One row of a table of the workspace. */
export interface WorldEvent {
  readonly id: string;
  readonly name: string;
  readonly at: number;
  readonly arrived: number;
  readonly group: Group;
}

/** Which versions of the query match a machine. */
type Group = 'always' | 'wide only' | 'until narrowed';

interface Machine {
  readonly id: string;
  readonly names: readonly { readonly from: number; readonly name: string }[];
  readonly from: number;
  readonly until: number;
  readonly away: readonly (readonly [number, number])[];
  readonly isLaptop: boolean;
  readonly group: Group;
}

/** What is done on a day, besides failing. */
export interface PlannedRun {
  readonly trigger: RunTrigger;
  /** The wall's clock when it runs, and what it looks at. */
  readonly now: number;
  readonly asOf: number;
  readonly weather: 'fine' | 'failing' | 'partial' | 'blind';
}

/** Numbers from 0 to 1 that a seed decides. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

const within = (day: number, [from, until]: readonly [number, number]): boolean => day >= from && day < until;
const isAny = (day: number, spans: readonly (readonly [number, number])[]): boolean =>
  spans.some((span) => within(day, span));

const TIMER_DEAD = [
  [60, 64],
  [150, 156],
  [300, 335],
] as const;
const TWELVE_HOURS_LATE = [
  [90, 91],
  [271, 273],
] as const;
const FAILING = [
  [75, 77],
  [210, 211],
  [280, 283],
] as const;
const PARTIAL = [
  [100, 102],
  [230, 231],
  [283, 284],
] as const;
const BLIND = [
  [130, 133],
  [250, 251],
] as const;
/** The query matches more, and later fewer than at first. */
const WIDE = [120, 200] as const;
const NARROWED = 260;

export interface YearWorld {
  readonly size: number;
  plan(day: number): readonly PlannedRun[];
  query(day: number): string;
  /** The rows that a run's query finds. */
  visible(run: PlannedRun, day: number): readonly WorldEvent[];
}

export function yearWorld(seed: number): YearWorld {
  const machines = machinesOf(dice(seed));
  const byDay = new Map<number, readonly WorldEvent[]>();
  const eventsOn = (day: number): readonly WorldEvent[] => {
    const known = byDay.get(day);
    if (known) return known;
    const events = eventsOf(day, machines, dice(seed * 1_000 + day));
    byDay.set(day, events);
    byDay.delete(day - 20);
    return events;
  };
  return {
    size: machines.length,
    plan,
    query: (day) => `Events | where Timestamp > ago(2d) | where Version == ${String(versionOn(day))}`,
    visible(run, day) {
      const [first, last] = [run.asOf - LOOKBACK, run.asOf].map((at) => Math.floor((at - START) / DAY));
      const days = Array.from({ length: (last ?? 0) - (first ?? 0) + 1 }, (_, i) => (first ?? 0) + i);
      const found = days
        .flatMap(eventsOn)
        .filter(({ at, arrived }) => at > run.asOf - LOOKBACK && at <= run.asOf && arrived <= run.now)
        .filter(({ group }) => matches(group, versionOn(day)));
      return run.weather === 'partial' ? found.filter(({ id, name }) => isKept(`${id}\n${name}`, day)) : found;
    },
  };
}

const versionOn = (day: number): number => (within(day, WIDE) ? 2 : day >= NARROWED ? 3 : 1);
const matches = (group: Group, version: number): boolean =>
  group === 'always' || (group === 'wide only' ? version === 2 : version < 3);

/** A cut answer loses rows, not devices: which, looks random. */
function isKept(row: string, day: number): boolean {
  let sum = day;
  for (const letter of row) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return sum % 10 < 7;
}

function plan(day: number): readonly PlannedRun[] {
  if (isAny(day, TIMER_DEAD)) return [];
  const hour = isAny(day, TWELVE_HOURS_LATE) ? 18 : 6;
  const now = START + day * DAY + hour * HOUR;
  const weather = isAny(day, FAILING)
    ? 'failing'
    : isAny(day, PARTIAL)
      ? 'partial'
      : isAny(day, BLIND)
        ? 'blind'
        : 'fine';
  const runs: PlannedRun[] = [{ trigger: 'schedule', now, asOf: now, weather }];
  const past = (trigger: RunTrigger, minutes: number, back: number): void => {
    const at = now + minutes * 60 * SECOND;
    runs.push({ trigger, now: at, asOf: at - back, weather: 'fine' });
  };
  // The first day after an outage catches up a part of it; once a week somebody looks for what has arrived late.
  if (TIMER_DEAD.some(([, until]) => day === until)) past('catch-up', 10, 3 * DAY);
  if (day % 7 === 3 && weather === 'fine') past('late-sweep', 20, LOOKBACK);
  // Somebody asks as of two days ago, and once more in the evening.
  if (day % 45 === 20 && weather === 'fine') past('request', 30, 2 * DAY + HOUR);
  if (day % 45 === 21 && weather === 'fine') past('request', 12 * 60, 0);
  return runs;
}

function machinesOf(roll: () => number): readonly Machine[] {
  const between = (from: number, until: number): number => from + Math.floor(roll() * (until - from));
  const machines: Machine[] = [];
  const add = (n: number, more: Partial<Machine> = {}): void => {
    const name = more.names?.[0]?.name ?? `PC-${String(n)}.contoso.com`;
    const from = more.from ?? (roll() < 0.8 ? -10 : between(1, DAYS));
    const until = more.until ?? (roll() < 0.15 ? between(Math.max(from, 0) + 1, DAYS + 1) : DAYS + 30);
    const newName = between(5, DAYS);
    const renamed = roll() < 0.06 ? [{ from: newName, name: `renamed-${String(n)}.contoso.com` }] : [];
    const back = roll() < 0.02 ? [{ from: newName + between(3, 40), name }] : [];
    const chosen = roll();
    machines.push({
      id: `${n.toString(16).padStart(8, '0')}-device`,
      names: [{ from: -99, name }, ...renamed, ...(renamed.length > 0 ? back : [])],
      isLaptop: roll() < 0.35,
      group: chosen < 0.92 ? 'always' : chosen < 0.96 ? 'wide only' : 'until narrowed',
      away: awayOf(roll, between),
      ...more,
      ...{ from, until },
    });
  };
  for (let n = 0; n < 1_930; n += 1) add(n);
  // Set up anew: the name stays, the id does not; sometimes the old one runs on for a while.
  for (let n = 2_000; n < 2_060; n += 1) {
    const old = machines[between(0, 1_900)];
    if (!old || old.until <= DAYS || old.names.length > 1 || old.from > 150) continue;
    const day = between(old.from + 20, DAYS - 10);
    machines[machines.indexOf(old)] = { ...old, until: day + (n % 4 === 0 ? 9 : 0) };
    add(n, { names: old.names, from: day, until: DAYS + 30, group: old.group, away: [] });
  }
  for (let n = 3_000; n < 3_010; n += 1) add(n, { names: [{ from: -99, name: n % 2 ? 'localhost' : 'LOCALHOST' }] });
  return machines;
}

function awayOf(roll: () => number, between: (from: number, until: number) => number): Machine['away'] {
  const spans: (readonly [number, number])[] = [];
  for (let n = 0; n < 3; n += 1) {
    if (roll() > 0.25) continue;
    const from = between(3, DAYS);
    spans.push([from, from + (roll() < 0.2 ? between(33, 70) : between(3, 25))]);
  }
  return spans;
}

function eventsOf(day: number, machines: readonly Machine[], roll: () => number): readonly WorldEvent[] {
  const isWeekend = day % 7 >= 5;
  return machines.flatMap(({ id, names, from, until, away, isLaptop, group }) => {
    const [isOn, when, twice, late] = [roll(), roll(), roll(), roll()];
    if (day < from || day >= until || isAny(day, away)) return [];
    if (isOn > (isLaptop ? (isWeekend ? 0.1 : 0.9) : 0.995)) return [];
    const name = names.findLast((one) => one.from <= day)?.name ?? '';
    const event = (part: number): WorldEvent => {
      const at = START + day * DAY + Math.floor(part * 86_400) * SECOND;
      return { id, name, at, arrived: arrivalOf(at, late), group };
    };
    return twice < 0.3 ? [event(when), event((when + 0.37) % 1)] : [event(when)];
  });
}

/** Most rows are there at once, some days later; those of a silent table come when it speaks again. */
function arrivalOf(at: number, late: number): number {
  const silent = BLIND.find(([from, until]) => within(Math.floor((at - START) / DAY), [from - 1, until - 1]));
  if (silent) return START + silent[1] * DAY;
  return late < 0.02 ? at + Math.floor(late * 50 * 3) * DAY + 8 * HOUR : at;
}

const COLUMNS = ['DeviceId', 'DeviceName', 'FirstSeen', 'LastSeen', 'Report', 'Count'].map((name) => ({
  name,
  type: name.endsWith('Seen') ? 'datetime' : name === 'Count' ? 'long' : 'string',
}));

/** The answer to `summarize min(Timestamp), max(Timestamp), count() by DeviceId, DeviceName`, in no order. */
export function answerOf(events: readonly WorldEvent[], isPartial: boolean): QueryAnswer {
  const rows = [...Map.groupBy(events, ({ id, name }) => `${id}\n${name}`).values()].map((same): Cell[] => {
    const times = same.map(({ at }) => at);
    const iso = (at: number): string => new Date(at).toISOString();
    return [
      ...[same[0]?.id ?? '', same[0]?.name ?? ''],
      ...[iso(Math.min(...times)), iso(Math.max(...times)), null, same.length],
    ];
  });
  const mixed = rows.map((row, i) => ({ row, key: (i * 7_919 + rows.length) % 1_009 })).sort((a, b) => a.key - b.key);
  return {
    columns: COLUMNS,
    rows: mixed.map(({ row }) => row),
    ...(isPartial && { partial: { code: 'cut', message: 'Rows are missing.' } }),
  };
}
