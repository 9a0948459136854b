import { setImmediate } from 'node:timers/promises';
import type { Finding } from '../hunt/finding.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import type { HuntReport } from '../hunt/report.ts';
import type { Named, Sighting } from '../hunt/sighting.ts';
import type { CommitReceipt, DeviceRecord } from '../services.ts';
import { dayOf } from '../time.ts';
import { atOnce } from '../at-once.ts';
import { changeHead, readHead, type Head } from './ledger-head.ts';
import { newDeviceRow } from './device-rows.ts';
import { cut, deviceRowKey, DEVICES_PER_TRANSACTION, outboxRow, SHARDS, shardOf } from './ledger-rows.ts';
import type { Table, TableOperation } from './table.ts';

interface ShardWork {
  readonly shard: number;
  readonly findings: Finding[];
  readonly expected: Finding[];
  readonly excluded: Finding[];
  readonly founding: Sighting[];
  readonly known: Named[];
}

/**
 * Records a report shard by shard. `heads` are as the session read them; one whose change failed is set to undefined and
 * read again by the next attempt, since its set in memory may hold what storage does not.
 */
export async function commitShards(
  table: Table,
  scope: HuntScope,
  partitions: number,
  heads: (Head | undefined)[],
  report: HuntReport,
): Promise<CommitReceipt> {
  const receipts = await atOnce(workOf(report), (work) => commitShard(table, scope, partitions, heads, work, report));
  const sum = (pick: (receipt: CommitReceipt) => number): number =>
    receipts.reduce((total, receipt) => total + pick(receipt), 0);
  return {
    recorded: sum((r) => r.recorded),
    alreadyRecorded: sum((r) => r.alreadyRecorded),
    transactions: sum((r) => r.transactions),
  };
}

function workOf(report: HuntReport): ShardWork[] {
  const work = Array.from({ length: SHARDS }, (_, shard): ShardWork => ({
    shard,
    findings: [],
    expected: [],
    excluded: [],
    founding: [],
    known: [],
  }));
  for (const list of ['findings', 'expected', 'excluded', 'founding', 'known'] as const) {
    for (const sighting of report[list]) (work[shardOf(sighting.device)]?.[list] as Named[]).push(sighting);
  }
  return work.filter((shard) => shard.known.length + newsOf(shard).length > 0);
}

/** What the shard is to remember as seen for the first time, or again after long. */
const newsOf = ({ findings, expected, excluded, founding }: ShardWork): readonly (Sighting | Finding)[] => [
  ...findings,
  ...expected,
  ...excluded,
  ...founding,
];

async function commitShard(
  table: Table,
  scope: HuntScope,
  partitions: number,
  heads: (Head | undefined)[],
  work: ShardWork,
  report: HuntReport,
): Promise<CommitReceipt> {
  // A shard of a large hunt is some 15,000 devices: between shards others get their turn.
  await setImmediate();
  let recorded = 0;
  let transactions = 0;
  const told = new Set<Sighting>(work.findings);
  let news: readonly (Sighting | Finding)[] | undefined;
  for (;;) {
    const head = heads[work.shard] ?? (await readHead(table, scope, work.shard, partitions));
    // From here until the change is stored, the set in memory is ahead of storage.
    heads[work.shard] = undefined;
    if (!news) {
      news = newsOf(work).filter((sighting) => isNews(sighting, head));
      for (const { device } of work.known) head.set.touch(device, dayOf(report.run.asOf));
      // A device being founded may be there already, from a founding that died.
      for (const sighting of work.founding) head.set.touch(sighting.device, dayIn(report, sighting));
    }
    const part = news.slice(0, DEVICES_PER_TRANSACTION);
    for (const sighting of part) addOrTouch(head, sighting, dayIn(report, sighting));
    const changes = head.set.changes();
    if (Object.keys(changes).length === 0) {
      heads[work.shard] = head;
      return { recorded, alreadyRecorded: newsOf(work).length - recorded, transactions };
    }
    if (await changeHead(table, head, changes, rowsOf(head, part, told, report))) {
      recorded += part.length;
      transactions += 1;
      head.set.saved();
      heads[work.shard] = head;
      news = news.slice(part.length);
    } else {
      // A rival moved the head: what is left is compared with the head as it is now.
      news = undefined;
    }
  }
}

/** The day on which the answer had a device: the run's, but a backfill's answer is of many days. */
function dayIn({ run }: HuntReport, { lastSeen }: Sighting): number {
  const today = dayOf(run.asOf);
  return run.trigger === 'backfill' && lastSeen ? Math.min(today, dayOf(lastSeen)) : today;
}

/** Still news for this head: unknown, or back and not seen by anybody since it was compared. */
function isNews(sighting: Sighting | Finding, head: Head): boolean {
  const day = head.set.lastSeenDay(sighting.device);
  if (day === undefined) return true;
  const before = 'novelty' in sighting && sighting.novelty === 'returning' ? sighting.lastSeenBefore : undefined;
  return before !== undefined && day === dayOf(before);
}

function addOrTouch(head: Head, { device }: Sighting, today: number): void {
  head.set.add(device, today);
  head.set.touch(device, today);
}

function rowsOf(
  head: Head,
  part: readonly (Sighting | Finding)[],
  told: ReadonlySet<Sighting>,
  report: HuntReport,
): TableOperation[] {
  const findings = part.filter((sighting) => 'novelty' in sighting).filter((finding) => told.has(finding));
  const rows = part.map((sighting): TableOperation => {
    const state = stateOf(sighting);
    if (state !== 'returning')
      return { kind: 'insert', entity: newDeviceRow(head.partitionKey, sighting, state, report.run) };
    const { id: run } = report.run;
    const key = { partitionKey: head.partitionKey, rowKey: deviceRowKey(sighting.device) };
    return { kind: 'upsert', entity: { ...key, name: cut(sighting.name, 1024), run, state } };
  });
  if (findings.length === 0) return rows;
  return [
    ...rows,
    { kind: 'insert', entity: outboxRow(head.partitionKey, head.shard, head.rev + 1, findings, report) },
  ];
}

/** A known device told again because a promise ran out is no matter of the ledger. */
function stateOf(sighting: Sighting | Finding): DeviceRecord['state'] {
  if (!('novelty' in sighting)) return 'baseline';
  return sighting.novelty === 'returning' ? 'returning' : 'newly-seen';
}
