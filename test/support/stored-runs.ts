/** What is stored of a scope's runs, read anew from their records and the rows that were kept of them. */
import type { HuntScope } from '../../src/hunt/hunt.ts';
import type { KeptRow } from '../../src/hunt/kept-rows.ts';
import type { RunId } from '../../src/hunt/run.ts';
import type { RunRecord, Services } from '../../src/services.ts';

export interface StoredRun {
  readonly record: RunRecord;
  /** Its place among the runs in the order in which they ended; a look at the past has an older clock. */
  readonly order: number;
  readonly clock: number;
  readonly query?: string;
  readonly window?: { readonly start: number; readonly end: number };
  readonly kind: 'complete' | 'partial' | 'blind' | 'failed';
  /** It looked at the present, and so counts. */
  readonly counts: boolean;
}

/** A row of a device in one answer. */
export interface Seen {
  readonly run: StoredRun;
  readonly name: string;
  readonly first: number;
  readonly last: number;
}

export interface StoredRuns {
  readonly runs: readonly StoredRun[];
  /** Device id → its rows, oldest run first. */
  readonly seen: ReadonlyMap<string, readonly Seen[]>;
  /** Name in small letters → ids of devices that an answer called so. */
  readonly called: ReadonlyMap<string, ReadonlySet<string>>;
}

export async function storedRuns(scope: HuntScope, { runs, kept }: Services): Promise<StoredRuns> {
  const kepts = new Map<RunId, Pick<StoredRun, 'query' | 'window'> & { readonly rows: KeptRow[] }>();
  for await (const run of kept.of(scope, new Date(0), new Date(8e15))) {
    let query = '';
    const rows: KeptRow[] = [];
    for await (const part of run.parts()) {
      if (part.kind === 'facts') ({ query } = part.facts.hunt);
      if (part.kind === 'rows') for (const row of part.rows) rows.push(row);
    }
    kepts.set(run.id, { query, window: { start: Number(run.window.start), end: Number(run.window.end) }, rows });
  }
  const records = await runs.recent(scope, Number.MAX_SAFE_INTEGER);
  const all: StoredRun[] = [];
  const seen = new Map<string, Seen[]>();
  const called = new Map<string, Set<string>>();
  let latest = -Infinity;
  for (const record of records.toSorted((a, b) => Number(a.endedAt) - Number(b.endedAt))) {
    const { rows = [], ...asked } = kepts.get(record.id) ?? {};
    const { partial, blind } = record.report ?? {};
    const kind = record.status === 'failed' ? 'failed' : partial ? 'partial' : blind ? 'blind' : 'complete';
    const clock = Number(record.asOf);
    const counts = !['catch-up', 'late-sweep'].includes(record.trigger) && clock > latest;
    if (kind === 'complete' && counts) latest = clock;
    const run: StoredRun = { record, order: all.length, clock, kind, counts, ...asked };
    all.push(run);
    for (const [of, named, first, last] of rows) {
      const [id, name] = [String(of), String(named)];
      add(seen, id, [], (list) => list.push({ run, name, first: timeOf(first), last: timeOf(last) }));
      add(called, name.toLowerCase(), new Set<string>(), (ids) => ids.add(id));
    }
  }
  return { runs: all, seen, called };
}

const timeOf = (cell: KeptRow[number]): number => Date.parse(String(cell));

function add<T>(to: Map<string, T>, key: string, empty: T, change: (value: T) => unknown): void {
  const value = to.get(key) ?? empty;
  to.set(key, value);
  change(value);
}

export interface Watched {
  /** In words, as a reader would say it: the latest three, and how many before. */
  readonly gaps: string;
  readonly complete: number;
  readonly partial: number;
  readonly blind: number;
  readonly failed: number;
}

/** How often these runs looked, and what none of them looked at, worked out from all their windows at once. */
export function watchedBy(runs: readonly StoredRun[]): Watched {
  const complete = runs.filter(({ kind }) => kind === 'complete');
  const gaps: (readonly [from: number, until: number])[] = [];
  // What lies before the first run nobody has promised to look at.
  let until = complete[0]?.clock ?? 0;
  for (const { start, end } of complete.flatMap(({ window }) => window ?? []).toSorted((a, b) => a.start - b.start)) {
    if (start > until) gaps.push([until, start]);
    until = Math.max(until, end);
  }
  const said = gaps.slice(-3).reverse();
  const rest = gaps.length - said.length;
  const count = (kind: StoredRun['kind']): number => runs.filter((run) => run.counts && run.kind === kind).length;
  return {
    gaps:
      gaps.length === 0
        ? 'no gap'
        : `nobody looked from ${said.map(([from, to]) => `${spelled(from)} to ${spelled(to)} UTC`).join(', ')}${rest > 0 ? `, and ${String(rest)} ${rest === 1 ? 'time' : 'times'} before` : ''}`,
    ...{ complete: count('complete'), partial: count('partial'), blind: count('blind'), failed: count('failed') },
  };
}

/** `4 Dec 2026 05:30`. */
const spelled = (at: number): string => new Date(at).toUTCString().replace(/^\w+, 0?(\d+ \w+ \d+ \d\d:\d\d).*$/, '$1');
