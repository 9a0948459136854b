import type { Remembered } from '../hunt/baseline.ts';
import type { Finding } from '../hunt/finding.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import type { KnownRow } from '../hunt/known-list.ts';
import { asKnown } from '../hunt/known-rows.ts';
import { nameHashOf } from '../hunt/name-hash.ts';
import type { HuntReport } from '../hunt/report.ts';
import type { Sighting } from '../hunt/sighting.ts';
import type { CommitReceipt } from '../services.ts';
import { dayOf } from '../time.ts';
import { atOnce } from '../at-once.ts';
import { oneByOne } from '../one-by-one.ts';
import { apply, dayIn, readRows, type DeviceRows } from './item-rows.ts';
import { changeHead, readHead, type Head } from './ledger-head.ts';
import { DEVICES_PER_TRANSACTION, outboxRow } from './ledger-rows.ts';
import { itemsFor, newsOf, plansOf, worksOf, type Item, type ShardWork } from './shard-work.ts';
import type { Table, TableOperation } from './table.ts';

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
  // A shard of a large hunt is some 15,000 devices, and a transaction milliseconds' work.
  const turn = oneByOne();
  const receipts = await atOnce(await plansOf(report), async (plan) => {
    const ofShard: CommitReceipt[] = [];
    for await (const work of worksOf(plan, report.founding, turn))
      ofShard.push(await commitShard(table, scope, partitions, heads, { work, report, turn }));
    return sumOf(ofShard);
  });
  return sumOf(receipts);
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

async function commitShard(
  table: Table,
  scope: HuntScope,
  partitions: number,
  heads: (Head | undefined)[],
  { work, report, turn }: { readonly work: ShardWork; readonly report: HuntReport; readonly turn: () => Promise<void> },
): Promise<CommitReceipt> {
  const { known } = report;
  const { places } = known;
  let recorded = 0;
  let transactions = 0;
  const told = new Set<Sighting>(work.findings);
  let items: readonly Item[] | undefined;
  let rows: DeviceRows = new Map();
  for (;;) {
    await turn();
    const head = heads[work.shard] ?? (await readHead(table, scope, work.shard, partitions));
    // From here until the change is stored, the set in memory is ahead of storage.
    heads[work.shard] = undefined;
    if (!items) {
      items = itemsFor(work, head, report);
      rows = await readRows(table, head, items);
      const waiting = new Set(items.map(({ device }) => device));
      const today = dayOf(report.run.asOf);
      // Whoever dies between two transactions must not have said of a device only that it is here.
      const waitingAt = new Set(items.map(({ device }) => head.set.recall(device)?.place));
      for (const n of work.known) {
        const place = places[n] ?? 0;
        if (!waitingAt.has(place)) head.set.touchAt(place, today, () => seen(known.rowAt(n)));
      }
      // A device being founded may be there already, from a founding that died.
      for (const one of work.founding)
        if (!waiting.has(one.device)) head.set.touch(one.device, { day: dayIn(report, one), ...seen(asKnown(one)) });
    }
    const part = items.slice(0, DEVICES_PER_TRANSACTION);
    const operations = operationsOf(part, told, { head, rows, report });
    const changes = head.set.changes();
    if (Object.keys(changes).length === 0) {
      heads[work.shard] = head;
      return { recorded, alreadyRecorded: newsOf(work).length - recorded, transactions };
    }
    if (await changeHead(table, head, changes, operations)) {
      recorded += part.filter(isNewsItem).length;
      transactions += 1;
      head.set.saved();
      heads[work.shard] = head;
      items = items.slice(part.length);
    } else {
      // A rival moved the head: what is left is compared with the head as it is now.
      items = undefined;
    }
  }
}

function operationsOf(
  part: readonly Item[],
  told: ReadonlySet<Sighting>,
  { head, rows, report }: { readonly head: Head; readonly rows: DeviceRows; readonly report: HuntReport },
): TableOperation[] {
  const operations = part.flatMap((item) => apply(item, head, rows, report));
  const findings = part.flatMap(({ sighting }) => (isFinding(sighting) && told.has(sighting) ? [sighting] : []));
  if (findings.length === 0) return operations;
  const outbox = outboxRow(head.partitionKey, head.shard, head.rev + 1, findings, report);
  return [...operations, { kind: 'insert', entity: outbox }];
}

const isFinding = (sighting: Item['sighting']): sighting is Finding => 'novelty' in sighting;

const isNewsItem = ({ kind }: Item): boolean => kind !== 'known';

/** What a head that does not know it yet is to keep of a device that was seen. */
const seen = ({ name, first = 0 }: KnownRow): Omit<Remembered, 'day'> => ({
  nameHash: nameHashOf(name),
  firstSeen: first,
});
