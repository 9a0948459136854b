import { collectRows, type QueryAnswer } from './hunt/answer.ts';
import type { TableFlow } from './hunt/sight.ts';
import { errorFields, type Log } from './log.ts';
import type { Freshness, Workspace } from './services.ts';
import { DAY, MINUTE, type Milliseconds, type TimeWindow } from './time.ts';

/** Long enough to hold a night of which nobody should be told. */
const LOOK: Milliseconds = 2 * DAY;
/** All hunts of a tick ask once. */
const TICK: Milliseconds = 5 * MINUTE;
const TICKS_KEPT = 3;

/** Asks the workspaces what their tables have received, each table once a tick for all hunts. */
export function askedFreshness(workspaces: ReadonlyMap<string, Workspace>, log: Log): Freshness {
  const ticks = new Map<string, Promise<TableFlow | undefined>>();
  return {
    async of(alias, tables, asOf, signal) {
      const workspace = workspaces.get(alias);
      if (!workspace) return [];
      const flows = await Promise.all(
        tables.map(async (table) => {
          const key = `${String(Math.floor(asOf.getTime() / TICK))} ${alias} ${table}`;
          const known = ticks.get(key);
          if (known) return known;
          forgetOld(ticks, tables.length);
          const asked = flowOf(table, workspace, asOf, signal).catch((error: unknown) => {
            // Somebody else may have more time, or more luck.
            ticks.delete(key);
            log.warn('evidence.failed', { workspace: alias, part: 'freshness', table, ...errorFields(error) });
            return undefined;
          });
          ticks.set(key, asked);
          return asked;
        }),
      );
      return flows.filter((flow) => flow !== undefined);
    },
  };
}

function forgetOld(ticks: Map<string, unknown>, tables: number): void {
  const most = TICKS_KEPT * Math.max(100, tables);
  for (const key of [...ticks.keys()].slice(0, Math.max(0, ticks.size - most))) ticks.delete(key);
}

async function flowOf(table: string, workspace: Workspace, asOf: Date, signal: AbortSignal): Promise<TableFlow> {
  const window = { start: new Date(asOf.getTime() - LOOK), end: asOf };
  // A table of another product names no devices; that they cannot be counted is no fault.
  const counted = table.startsWith('Device')
    ? workspace.query(deviceQuery(table, window), window, signal, collectRows).then(deviceCount, () => undefined)
    : undefined;
  const answer = await workspace.query(flowQuery(table, window), window, signal, collectRows);
  if (answer.partial) throw new Error(`The workspace answered only in part: ${answer.partial.code}.`);
  const devices = await counted;
  return { table, ...readFlow(answer), looked: LOOK, ...(devices !== undefined && { devices }) };
}

const within = ({ start, end }: TimeWindow): string =>
  `| where TimeGenerated between (datetime(${start.toISOString()}) .. datetime(${end.toISOString()}))`;

/** `table` is a name that the loader has taken from the hunt's own query. */
const flowQuery = (table: string, window: TimeWindow): string =>
  `${table}\n${within(window)}\n| summarize First = min(TimeGenerated), Last = max(TimeGenerated) by Stretch = bin(TimeGenerated, 15m)`;
const deviceQuery = (table: string, window: TimeWindow): string =>
  `${table}\n${within(window)}\n| summarize Devices = dcount(DeviceId)`;

function readFlow({ columns, rows }: QueryAnswer): Pick<TableFlow, 'latest' | 'longestPause'> {
  const [first, last] = ['First', 'Last'].map((name) => columns.findIndex((column) => column.name === name));
  const stretches = rows
    .map((row) => ({ first: timeOf(row[first ?? -1]), last: timeOf(row[last ?? -1]) }))
    .sort((a, b) => a.first - b.first);
  const pauses = stretches.slice(1).map((stretch, i) => stretch.first - (stretches[i]?.last ?? stretch.first));
  const latest = stretches.at(-1);
  return {
    ...(latest && { latest: new Date(latest.last) }),
    longestPause: pauses.reduce((a, b) => Math.max(a, b), 0),
  };
}

const timeOf = (cell: unknown): Milliseconds => new Date(String(cell)).getTime();

function deviceCount({ rows }: QueryAnswer): number | undefined {
  const count = Number(rows[0]?.[0]);
  return Number.isFinite(count) ? count : undefined;
}
