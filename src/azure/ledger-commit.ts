import { setImmediate } from 'node:timers/promises';
import type { Finding } from '../hunt/finding.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import type { HuntReport } from '../hunt/report.ts';
import type { Named, Sighting } from '../hunt/sighting.ts';
import type { CommitReceipt, DeviceRecord } from '../services.ts';
import { dayOf } from '../time.ts';
import { atOnce } from '../at-once.ts';
import { changeHead, readHead, type Head } from './ledger-head.ts';
import { deviceRow, DEVICES_PER_TRANSACTION, outboxRow, SHARDS, shardOf } from './ledger-rows.ts';
import type { Table, TableOperation } from './table.ts';

interface ShardWork {
  readonly shard: number;
  readonly findings: Finding[];
  readonly expected: Finding[];
  readonly excluded: Finding[];
  /** Places in the report's list: a founding's devices are many, and sightings of them are made a few at a time. */
  readonly founding: number[];
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
  const turn = oneByOne();
  const receipts = await atOnce(await workOf(report), async (work) => {
    const ofShard: CommitReceipt[] = [];
    for (const part of inParts(work)) {
      await turn();
      ofShard.push(await commitShard(table, scope, partitions, heads, part, report));
    }
    return sumOf(ofShard);
  });
  return sumOf(receipts);
}

/** A shard of a large hunt is some 15,000 devices: between any two others get their turn. Immediates alone would run all at once. */
function oneByOne(): () => Promise<void> {
  let last = Promise.resolve();
  return () => (last = last.then(() => setImmediate()));
}

function sumOf(receipts: readonly CommitReceipt[]): CommitReceipt {
  const sum = (pick: (receipt: CommitReceipt) => number): number =>
    receipts.reduce((total, receipt) => total + pick(receipt), 0);
  return {
    recorded: sum((r) => r.recorded),
    alreadyRecorded: sum((r) => r.alreadyRecorded),
    transactions: sum((r) => r.transactions),
  };
}

/** Of a founding as many at a time as fill ten transactions: 500,000 sightings at once are more than an instance has room for. */
function inParts(work: ShardWork): ShardWork[] {
  const size = 10 * DEVICES_PER_TRANSACTION;
  const parts = Math.max(1, Math.ceil(work.founding.length / size));
  return Array.from({ length: parts }, (_, part) => ({
    ...(part === 0 ? work : emptyWork(work.shard)),
    founding: work.founding.slice(part * size, (part + 1) * size),
  }));
}

const emptyWork = (shard: number): ShardWork => ({
  shard,
  findings: [],
  expected: [],
  excluded: [],
  founding: [],
  known: [],
});

/** Devices sorted into shards at a time, before others get their turn. */
const SORTED_AT_ONCE = 20_000;

async function workOf(report: HuntReport): Promise<ShardWork[]> {
  const work = Array.from({ length: SHARDS }, (_, shard) => emptyWork(shard));
  let sorted = 0;
  for (const list of ['findings', 'expected', 'excluded', 'known'] as const) {
    for (const sighting of report[list]) {
      (work[shardOf(sighting.device)]?.[list] as Named[]).push(sighting);
      if ((sorted += 1) % SORTED_AT_ONCE === 0) await setImmediate();
    }
  }
  let place = 0;
  for (const { device } of report.founding) {
    work[shardOf(device)]?.founding.push(place);
    if ((place += 1) % SORTED_AT_ONCE === 0) await setImmediate();
  }
  return work.filter((shard) => shard.known.length + shard.founding.length + newsOf(shard, []).length > 0);
}

/** What the shard is to remember as seen for the first time, or again after long. */
const newsOf = (
  { findings, expected, excluded }: ShardWork,
  founding: readonly Sighting[],
): readonly (Sighting | Finding)[] => [...findings, ...expected, ...excluded, ...founding];

async function commitShard(
  table: Table,
  scope: HuntScope,
  partitions: number,
  heads: (Head | undefined)[],
  work: ShardWork,
  report: HuntReport,
): Promise<CommitReceipt> {
  let recorded = 0;
  let transactions = 0;
  const told = new Set<Sighting>(work.findings);
  const founding = work.founding.flatMap((place) => report.founding.at(place) ?? []);
  const all = newsOf(work, founding);
  let news: readonly (Sighting | Finding)[] | undefined;
  for (;;) {
    const head = heads[work.shard] ?? (await readHead(table, scope, work.shard, partitions));
    // From here until the change is stored, the set in memory is ahead of storage.
    heads[work.shard] = undefined;
    if (!news) {
      news = all.filter((sighting) => isNews(sighting, head));
      for (const { device } of work.known) head.set.touch(device, dayOf(report.run.asOf));
      // A device being founded may be there already, from a founding that died.
      for (const sighting of founding) head.set.touch(sighting.device, dayIn(report, sighting));
    }
    const part = news.slice(0, DEVICES_PER_TRANSACTION);
    for (const sighting of part) addOrTouch(head, sighting, dayIn(report, sighting));
    const changes = head.set.changes();
    if (Object.keys(changes).length === 0) {
      heads[work.shard] = head;
      return { recorded, alreadyRecorded: all.length - recorded, transactions };
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
    return {
      kind: state === 'returning' ? 'upsert' : 'insert',
      entity: deviceRow(head.partitionKey, sighting, state, report),
    };
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
