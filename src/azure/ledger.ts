import { ServiceError } from '../errors.ts';
import type { Baseline, KnownDevices } from '../hunt/baseline.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import type { Ledger, LedgerSession } from '../services.ts';
import { establish, prepareFounding } from './ledger-founding.ts';
import { commitShards } from './ledger-commit.ts';
import { readHeads, type Head } from './ledger-head.ts';
import { devicesIn, findDevice, listDevices, type Layout } from './ledger-devices.ts';
import { findNamesakes } from './namesakes.ts';
import { metaKey, partitionsFor, readMeta, shardOf, type Meta } from './ledger-rows.ts';
import type { Table } from './table.ts';

/** The baselines in Table Storage. See docs/decisions/0002-a-sharded-ledger-in-table-storage.md. */
export function tableLedger(table: Table): Ledger {
  const layout: Layout = new Map();
  return {
    open: (scope) => openLedger(table, scope),

    async *devices(scope) {
      const meta = readMeta(await table.get(...metaKey(scope)));
      if (meta) yield* devicesIn(table, scope, meta, await readHeads(table, scope, meta));
    },
    list: (scope) => listDevices(table, scope),
    find: (device, scopes) => findDevice(table, device, scopes, layout),
  };
}

const NOTHING: KnownDevices = { size: 0, lastSeenDay: () => undefined, recall: () => undefined };
const NOTHING_COMMITTED = { recorded: 0, alreadyRecorded: 0, transactions: 0 };

async function openLedger(table: Table, scope: HuntScope): Promise<LedgerSession> {
  let meta = readMeta(await table.get(...metaKey(scope)));
  let heads: (Head | undefined)[] = meta ? await readHeads(table, scope, meta) : [];
  const baseline = baselineOf(meta, heads);

  return {
    baseline,
    promised: meta?.promised ?? false,
    explained: meta?.explained ?? false,
    namesakes: (devices) => findNamesakes(table, heads, devices),
    async commit(report) {
      if (report.outcome === 'baseline-not-founded') return NOTHING_COMMITTED;
      if (meta?.state === 'established') return commitShards(table, scope, meta.partitions, heads, report);
      const founding = await prepareFounding(table, scope, partitionsFor(report.founding.length), report);
      if (founding.state === 'established') {
        // Recording them now would take for known what the rival's baseline does not have.
        throw new ServiceError(
          'table-storage',
          'unavailable',
          'Another run has founded the baseline meanwhile; compare again.',
        );
      }
      heads = await readHeads(table, scope, founding);
      const receipt = await commitShards(table, scope, founding.partitions, heads, report);
      const total = heads.reduce((sum, head) => sum + (head?.set.size ?? 0), 0);
      meta = await establish(table, scope, total, report);
      return { ...receipt, transactions: receipt.transactions + 1 };
    },
  };
}

function baselineOf(meta: Meta | undefined, heads: readonly (Head | undefined)[]): Baseline {
  if (!meta) return { state: 'absent', known: NOTHING };
  const known: KnownDevices = {
    size: heads.reduce((sum, head) => sum + (head?.set.size ?? 0), 0),
    lastSeenDay: (device) => heads[shardOf(device)]?.set.recall(device)?.day,
    recall: (device) => heads[shardOf(device)]?.set.recall(device),
  };
  return meta.state === 'established' ? { state: 'established', since: meta.since, known } : { state: 'absent', known };
}
