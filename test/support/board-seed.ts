/** A year of a SOC in storage: hunts that are well, fail, are blind, muted or new, and what they have found. */
import { hash } from 'node:crypto';
import { historyProperties } from '../../src/azure/history-rows.ts';
import { writeJson } from '../../src/azure/json-property.ts';
import { optionalJson, orderRow, scopeRowKey } from '../../src/azure/run-rows.ts';
import { tableCases } from '../../src/azure/cases.ts';
import { tableConversations } from '../../src/azure/conversations.ts';
import { tableLedger } from '../../src/azure/ledger.ts';
import { tablePromises } from '../../src/azure/promises.ts';
import { tableRuns } from '../../src/azure/runs.ts';
import type { Table, TableOperation } from '../../src/azure/table.ts';
import { acknowledge, addNote, digestOf } from '../../src/hunt/case.ts';
import type { RunMark } from '../../src/hunt/history.ts';
import type { Hunt, HuntId, HuntScope } from '../../src/hunt/hunt.ts';
import { noticeContext } from '../../src/hunt/notice.ts';
import { assembleReport } from '../../src/hunt/compare.ts';
import { planRun, scheduledRunId, type Run } from '../../src/hunt/run.ts';
import { summaryOf } from '../../src/run-summary.ts';
import { DAY, dayOf, HOUR, MINUTE } from '../../src/time.ts';
import { aHunt, anAnswer, aRow } from './builders.ts';

export interface SeedTables {
  readonly ledger: Table;
  readonly runs: Table;
  readonly cases: Table;
  readonly conversations: Table;
}

/** Names that would do harm if anything interpreted them. */
export const HOSTILE = [
  '"><script>window.pwned=1</script>',
  "'><img src=x onerror=window.pwned=1>",
  '</title></style><svg onload=window.pwned=1>',
  'javascript:window.pwned=1//',
  '=HYPERLINK("http://evil.example","x")',
  '\u202egnp.exe',
  `long-${'w'.repeat(300)}`,
  '{{constructor.constructor("window.pwned=1")()}}',
  '<!--<script>',
  '😀👩‍👩‍👧 host',
];

const two = (n: number): string => String(n).padStart(3, '0');

/** The hunts of a seed; the first is the one with devices. */
export const seedHunts = (count: number): readonly Hunt[] =>
  Array.from({ length: count }, (_, n) =>
    aHunt({
      id: `5eed0000-0000-4000-8000-${String(n).padStart(12, '0')}` as HuntId,
      slug: `hunt-${two(n)}`,
      name: n === 0 ? 'LiteManager by file signature' : `Remote tool ${two(n)} by file signature`,
      file: `hunt-${two(n)}.yaml`,
      query:
        "// a tool by its signature\nlet since = ago(5d);\nDeviceFileCertificateInfo\n| where Timestamp > since and Signer has 'Yakhnovets'\n| summarize FirstSeen = min(Timestamp), LastSeen = max(Timestamp), Count = count() by DeviceId, DeviceName",
    }),
  );

/** The slots of `0 0 6 * * *`; with 0, the latest. */
export const slotOn = (now: Date, daysAgo: number): Date =>
  new Date((dayOf(new Date(now.getTime() - 6 * HOUR)) - daysAgo) * DAY + 6 * HOUR);

export interface Seed {
  readonly hunts: readonly Hunt[];
  readonly workspaces: readonly string[];
  readonly now: Date;
}

/** The state of every scope: a full history each, and every sixth hunt with something the matter. */
export async function seedScopes({ hunts, workspaces, now }: Seed, { runs }: SeedTables): Promise<void> {
  const rows = hunts.flatMap((hunt, n) =>
    workspaces.map((workspace, w): TableOperation => {
      const scope = { hunt: hunt.id, workspace };
      return { kind: 'upsert', entity: scopeEntity(scope, n, w, now) };
    }),
  );
  for (let at = 0; at < rows.length; at += 100) await runs.transact(rows.slice(at, at + 100));
  await tableRuns(runs, () => now).tick(new Date(now.getTime() - MINUTE));
}

function scopeEntity(scope: HuntScope, n: number, w: number, now: Date) {
  const [partitionKey, rowKey] = scopeRowKey(scope);
  const marks = Array.from({ length: 30 }, (_, ago) => markOf(scope, n, w, ago, now));
  const news = Array.from({ length: 90 }, (_, ago): [number, number] => [
    dayOf(now) - ago,
    newsOn(dayOf(now) - ago, n, w),
  ]);
  const newsByDay = new Map(news.filter(([, count]) => count > 0));
  const failing = n % 12 === 5 && w === 0;
  const blind = n % 17 === 3 && w === 0;
  const code = failing ? 'workspace-rejected' : 'blind-hunt';
  const message = failing
    ? "The workspace refuses the query: 'Signer' names no column."
    : 'DeviceFileCertificateInfo has received nothing for 26 h.';
  const at = slotOn(now, 0);
  const lastRun = { id: marks[0]?.run, at, status: failing ? 'failed' : 'completed' };
  return {
    partitionKey,
    rowKey,
    hunt: scope.hunt,
    workspace: scope.workspace,
    leaseRun: '',
    leaseUntil: '',
    lastSlot: at.toISOString(),
    lastComplete: at.toISOString(),
    unsettledSince: '',
    lastSweep: now.toISOString(),
    ...writeJson('coverage', { from: slotOn(now, 60), until: at }),
    ...writeJson('lastRun', lastRun),
    ...optionalJson('trouble', failing || blind ? { code, message, since: slotOn(now, 2), toldAt: at } : undefined),
    ...historyProperties({ marks, newsByDay }),
  };
}

/** Now and then one or two, fewer on weekends, the same every time. */
function newsOn(day: number, n: number, w: number): number {
  const dice =
    Number.parseInt(hash('sha256', `${String(day)} ${String(n)} ${String(w)}`, 'hex').slice(0, 6), 16) % 1_000;
  const weekend = [2, 3].includes(day % 7);
  return dice < (weekend ? 2 : 9) ? 1 + (dice % 2) : 0;
}

function markOf(scope: HuntScope, n: number, w: number, ago: number, now: Date): RunMark {
  const slot = slotOn(now, ago);
  const wave = Math.round(8 + 6 * Math.sin((ago + n + w) / 3));
  const failed = n % 12 === 5 && w === 0 && ago < 2;
  const news = newsOn(dayOf(slot), n, w);
  return {
    run: scheduledRunId(scope, slot),
    asOf: slot,
    status: failed ? 'failed' : 'completed',
    devices: failed ? 0 : wave + n,
    newlySeen: failed ? 0 : news,
    returning: 0,
    took: 1_800 + n * 20,
  };
}

export interface Found {
  /** Found something plain, in the first hunt and workspace. */
  readonly run: Run;
  /** Found devices with hostile names, in the second hunt and the last workspace. */
  readonly hostileRun: Run;
}

/** Baselines founded a month ago, and what was newly seen today and told; people have said things to some of it. */
export async function seedDevices(seed: Seed, tables: SeedTables, count: number): Promise<Found> {
  const { hunts, workspaces, now } = seed;
  const [hunt = aHunt(), second = aHunt()] = hunts;
  await tableConversations(tables.conversations).put({ id: 'channel', kind: 'channel', reference: {} });
  const laptops = ['fin-laptop-07', 'hr-desktop-12', 'dev-build-03'].map((name, n) =>
    aRow(String(n).repeat(40), `${name}.contoso.com`),
  );
  const run = await seedFound(hunt, { hunt: hunt.id, workspace: workspaces[0] ?? 'corp' }, count, laptops, now, tables);
  const hostile = HOSTILE.map((name, n) => aRow(`hostile-${String(n)}-${name}`, name));
  const where = { hunt: second.id, workspace: workspaces.at(-1) ?? 'corp' };
  const hostileRun = await seedFound(second, where, 5, hostile, now, tables, HOSTILE);
  const by = { id: 'ana', name: 'Ana Silva' };
  const until = new Date(now.getTime() + 3 * DAY);
  await tablePromises(tables.ledger, () => now).mute({ hunt: hunts[7]?.id ?? hunt.id, until, by, at: now });
  return { run, hostileRun };
}

async function seedFound(
  hunt: Hunt,
  scope: HuntScope,
  count: number,
  newcomers: ReturnType<typeof aRow>[],
  now: Date,
  tables: SeedTables,
  said: readonly string[] = ['Ana Silva', 'Asked the help desk', 'Remote support, ticket 4711'],
): Promise<Run> {
  const baseline = Array.from({ length: count }, (_, n) => aRow(`device-${String(n)}`, `wks-${String(n)}.contoso.com`));
  await runOnce(hunt, scope, slotOn(now, 30), baseline, tables);
  const { run, report } = await runOnce(hunt, scope, slotOn(now, 0), [...baseline.slice(0, 5), ...newcomers], tables);
  const cases = tableCases(tables.cases);
  const context = noticeContext(hunt, run, report);
  const open = async (number: number, findings: typeof report.findings) => {
    const id = `${run.id}-devices-found-00000${String(number)}`;
    const notice = digestOf({ kind: 'devices-found', context, findings });
    await cases.open({ id, scope, notice, history: [], openedAt: new Date(now.getTime() - HOUR) });
    await cases.posted(id, { targetId: 'channel', activityId: '1' });
    return id;
  };
  const [first, ...others] = report.findings;
  if (!first) throw new Error('There is a newcomer.');
  await open(1, others);
  const seen = await open(2, [first]);
  const mark = { by: { id: 'ana', name: said[0] ?? '' }, at: new Date(now.getTime() - 20 * MINUTE) };
  await cases.change(seen, (state) => addNote(acknowledge(state, mark), { ...mark, text: said[1] ?? '' }));
  const promise = { until: new Date(now.getTime() + 9 * DAY), reason: said[2] ?? '', ...mark };
  await tablePromises(tables.ledger, () => now).expect(scope, [
    { ...promise, device: first.device, id: first.id, name: first.name },
  ]);
  return run;
}

async function runOnce(
  hunt: Hunt,
  scope: HuntScope,
  slot: Date,
  rows: ReturnType<typeof aRow>[],
  { ledger, runs }: SeedTables,
) {
  const order = { id: scheduledRunId(scope, slot), scope, trigger: 'schedule', asOf: slot, slot } as const;
  const run = planRun(order, hunt, 2 * DAY);
  const session = await tableLedger(ledger).open(scope);
  const report = assembleReport({ hunt, run, asked: hunt.query, answer: anAnswer(rows), baseline: session.baseline });
  if ('missingColumns' in report) throw new Error('The builder answers all columns.');
  await session.commit(report);
  const startedAt = new Date(slot.getTime() + 4_000).toISOString();
  const endedAt = new Date(slot.getTime() + 9_300).toISOString();
  await runs.upsert({
    ...orderRow(order, 'completed', slot),
    startedAt,
    endedAt,
    ...writeJson('report', summaryOf(report)),
  });
  return { run, report };
}

/** A run a day for a year, for one scope: what the board must never read. */
export async function seedYear(scope: HuntScope, now: Date, runs: Table): Promise<void> {
  for (let ago = 1; ago <= 365; ago += 5) {
    const batch = [0, 1, 2, 3, 4].map((more) => slotOn(now, ago + more));
    await Promise.all(
      batch.map((slot) => {
        const order = { id: scheduledRunId(scope, slot), scope, trigger: 'schedule', asOf: slot, slot } as const;
        return runs.upsert({ ...orderRow(order, 'completed', slot), endedAt: slot.toISOString() });
      }),
    );
  }
}
