import { LISTED, type DigestLine, type WeekDigest } from '../hunt/week-digest.ts';
import { DAY, dayOf } from '../time.ts';
import { huntRows, type BoardInput, type HuntRow } from './hunt-rows.ts';

const DAYS = 7;
/** New devices of a week, or the share of runs with news, from which on a hunt tells less than it costs to read. */
const NOISY = { devices: 10, share: 0.5, runs: 4 };

/** The week that ends now, from what the board knows anyway. */
export function weekDigest(input: BoardInput): WeekDigest {
  const { now, hunts, workspaces, unanswered, problems } = input;
  const rows = huntRows(input);
  const from = new Date(now.getTime() - DAYS * DAY);
  const found = lines(rows, (row) => newDevices(row, now));
  const failed = lines(rows, troubles(from));
  const scopes = rows.flatMap((row) => row.scopes);
  const oldest = unanswered.at(-1)?.openedAt;
  return {
    from,
    until: now,
    found: found.slice(0, LISTED),
    newDevices: found.reduce((sum, { count }) => sum + count, 0),
    open: unanswered.length,
    ...(oldest && { since: oldest }),
    failed: failed.slice(0, LISTED),
    failedHunts: failed.length,
    noisy: rows
      .flatMap((row) => noise(row, from, now))
      .sort(most)
      .slice(0, LISTED),
    coverage: {
      hunts: hunts.length,
      workspaces: workspaces.length,
      scopes: scopes.length,
      seeing: scopes.filter(({ standing }) => ['healthy', 'new', 'muted'].includes(standing)).length,
      notLoaded: new Set(problems.map(({ file }) => file)).size,
      muted: rows.filter(({ mute }) => mute !== undefined).length,
    },
  };
}

const most = (a: DigestLine, b: DigestLine): number => b.count - a.count || (a.slug < b.slug ? -1 : 1);

type Counted = number | { readonly count: number; readonly words: string };

function lines(rows: readonly HuntRow[], count: (row: HuntRow) => Counted): readonly DigestLine[] {
  return rows
    .map((row): DigestLine => {
      const counted = count(row);
      return { slug: row.hunt.slug, ...(typeof counted === 'number' ? { count: counted } : counted) };
    })
    .filter((line) => line.count > 0)
    .sort(most);
}

function newDevices({ scopes }: HuntRow, now: Date): number {
  const today = dayOf(now);
  const counts = scopes.flatMap(({ history }) =>
    [...history.newsByDay].filter(([day]) => day > today - DAYS && day <= today).map(([, count]) => count),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

const troubles =
  (from: Date) =>
  ({ scopes, standing, why }: HuntRow): Counted => {
    const runs = scopes.flatMap(({ history }) => history.marks.filter(({ asOf }) => asOf > from));
    const bad = runs.filter(({ status }) => status !== 'completed').length;
    const lasts = standing === 'failing' || standing === 'blind';
    const words = `${String(bad)} of ${String(runs.length)} runs${lasts ? `, still ${standing}: ${why ?? ''}` : '; it works again'}`;
    return { count: lasts ? Math.max(1, bad) : bad, words };
  };

function noise(row: HuntRow, from: Date, now: Date): DigestLine[] {
  const runs = row.scopes.flatMap(({ history }) => history.marks.filter(({ asOf }) => asOf > from));
  const loud = runs.filter(({ newlySeen, returning }) => newlySeen + returning > 0).length;
  const count = newDevices(row, now);
  const often = runs.length >= NOISY.runs && loud / runs.length >= NOISY.share;
  if (count < NOISY.devices && !often) return [];
  const words = `${String(count)} new in ${String(runs.length)} runs, ${String(loud)} of them with news`;
  return [{ slug: row.hunt.slug, count, words }];
}
