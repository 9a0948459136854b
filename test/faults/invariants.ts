import { tableConversations } from '../../src/azure/conversations.ts';
import { tableKeptRuns } from '../../src/azure/kept-runs.ts';
import { tableLedger } from '../../src/azure/ledger.ts';
import { OUTBOX_ROWS, partitionOf } from '../../src/azure/ledger-rows.ts';
import { noticePartition, OPEN_NOTICES } from '../../src/azure/outbox-rows.ts';
import { tableRuns } from '../../src/azure/runs.ts';
import { azureTable } from '../../src/azure/azure-table.ts';
import type { Table } from '../../src/azure/table.ts';
import type { RunId } from '../../src/hunt/run.ts';
import { aScope } from '../support/builders.ts';
import { KNOWN, NEW, tableClient, type Lane } from './lane.ts';

const scope = aScope();
const ENDED = new Set(['completed', 'failed', 'joined', 'abandoned']);

/** What must hold once the storm is over and three quiet ticks have passed; see docs/decisions/0018. */
export async function violationsOf(
  lane: Lane,
  tableName: string,
  now: () => Date,
): Promise<{ readonly violations: readonly string[]; readonly repeated: number }> {
  const table = azureTable(tableClient(lane.tablesUrl.href, tableName));
  const told = toldIn(lane);
  const lost = NEW.filter((device) => !told.has(device));
  const strangers = [...told.keys()].filter((device) => !NEW.includes(device));
  const violations = [
    ...(lost.length > 0 ? [`LOST ${lost.join(' ')}`] : []),
    ...(strangers.length > 0 ? [`TOLD THOUGH KNOWN ${strangers.join(' ')}`] : []),
    ...(await ledgerViolations(table)),
    ...(await journalViolations(table, now, lane)),
    ...((await tableConversations(table).list()).some(({ broken }) => broken) ? ['TARGET BROKEN'] : []),
  ];
  return { violations, repeated: [...told.values()].filter((count) => count > 1).length };
}

/** Device → messages that name it. */
function toldIn({ delivered }: Lane): ReadonlyMap<string, number> {
  const told = new Map<string, number>();
  for (const { method, activity } of delivered) {
    if (method !== 'POST') continue;
    const names = new Set(JSON.stringify(activity.attachments).match(/dev-\d{3}(?=\.contoso)/g) ?? []);
    for (const name of names) told.set(name, (told.get(name) ?? 0) + 1);
  }
  return told;
}

async function ledgerViolations(table: Table): Promise<string[]> {
  const rows: string[] = [];
  for await (const { id } of tableLedger(table).devices(scope)) rows.push(id);
  const wanted = [...KNOWN, ...NEW].sort();
  const { baseline } = await tableLedger(table).open(scope);
  const pending = await keysOf(table, partitionOf(scope, 0, 1), ...OUTBOX_ROWS);
  const notices = await keysOf(table, noticePartition(scope), ...OPEN_NOTICES);
  return [
    ...(rows.sort().join() === wanted.join()
      ? []
      : [`ROWS ${String(rows.length)} instead of ${String(wanted.length)}`]),
    ...(baseline.known.size === wanted.length ? [] : [`SET of ${String(baseline.known.size)}`]),
    ...(pending.length === 0 ? [] : [`UNTOLD ROWS ${pending.join(' ')}`]),
    ...(notices.length === 0 ? [] : [`OPEN NOTICES ${notices.join(' ')}`]),
  ];
}

async function keysOf(table: Table, partitionKey: string, from: string, to: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { rowKey } of table.list(partitionKey, from, to)) keys.push(rowKey);
  return keys;
}

async function journalViolations(table: Table, now: () => Date, { delivered }: Lane): Promise<string[]> {
  const runs = tableRuns(table, now);
  const [state] = await runs.scopes();
  const records = await runs.recent(scope, 100);
  const bare: string[] = [];
  for (const { id, status } of records) {
    if (status === 'completed' && (await rowsKeptOf(table, id)) === undefined) bare.push(id);
  }
  const open = records.filter(({ status }) => !ENDED.has(status));
  return [
    ...(state?.lease && state.lease.until > now() ? [`LEASE HELD by ${state.lease.run}`] : []),
    ...(state?.unsettledSince ? ['UNSETTLED'] : []),
    // A later failure of the same run may have another code; it was told that the hunt cannot be trusted.
    ...(state?.trouble && !JSON.stringify(delivered).includes('cannot be trusted')
      ? [`TROUBLE UNTOLD ${state.trouble.code}`]
      : []),
    ...bare.map((id) => `NOTHING KEPT of ${id}`),
    ...open.map(({ id, status }) => `RUN ${id} still ${status}`),
    ...(state?.lastSlot ? [] : ['SLOT unanswered']),
  ];
}

/** How many rows are kept of a run, once all of them have been read; undefined when they cannot be. */
async function rowsKeptOf(table: Table, id: RunId): Promise<number | undefined> {
  const kept = await tableKeptRuns(table).find(id);
  let rows = 0;
  if (!kept) return undefined;
  for await (const part of kept.parts()) rows += part.kind === 'rows' ? part.rows.length : 0;
  return rows === kept.rows ? rows : undefined;
}
