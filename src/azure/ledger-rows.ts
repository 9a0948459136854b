/** Names and contents of the ledger's rows; see docs/decisions/0002-a-sharded-ledger-in-table-storage.md. */
import { cut } from '../hunt/cut.ts';
import type { DeviceKey } from '../hunt/device-key.ts';
import type { Finding } from '../hunt/finding.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import { BASELINE_SAMPLE, noticeContext, type NoticeContext } from '../hunt/notice.ts';
import type { HuntReport } from '../hunt/report.ts';
import { scopeKeyOf } from '../hunt/run.ts';
import type { Sighting } from '../hunt/sighting.ts';
import { readJson, writeJson } from './json-property.ts';
import type { Entity } from './table.ts';

export const SHARDS = 32;
/** A transaction holds 100 rows: a head, an outbox row, and these. */
export const DEVICES_PER_TRANSACTION = 97;
/** Scopes this large when they are founded are spread over 16 partitions: one takes about 2,000 rows a second. */
const LARGE_SCOPE = 5_000;
const LARGE_PARTITIONS = 16;

export const partitionsFor = (devices: number): number => (devices > LARGE_SCOPE ? LARGE_PARTITIONS : 1);
export const shardOf = (device: DeviceKey): number => Number.parseInt(device.slice(0, 4), 16) % SHARDS;
const two = (n: number): string => String(n).padStart(2, '0');
export const partitionOf = (scope: HuntScope, shard: number, partitions: number): string =>
  `${scopeKeyOf(scope)}.${two(shard % partitions)}`;
export const partitionKeys = (scope: HuntScope, partitions: number): readonly string[] =>
  Array.from({ length: partitions }, (_, shard) => partitionOf(scope, shard, partitions));
export const metaKey = (scope: HuntScope): readonly [string, string] => [partitionOf(scope, 0, 1), '0m'];
export const headKey = (shard: number): string => `0h-${two(shard)}`;
export const deviceRowKey = (device: DeviceKey): string => `d-${device}`;
export const DEVICE_ROWS = ['d-', 'd.'] as const;
export const OUTBOX_ROWS = ['1o-', '1o.'] as const;

/** What is known of a scope's ledger as a whole. */
export interface Meta {
  readonly state: 'founding' | 'established';
  readonly since: Date;
  readonly partitions: number;
  readonly promised: boolean;
  readonly explained: boolean;
  readonly etag: string;
}

export function readMeta(row: Entity | undefined): Meta | undefined {
  if (!row) return undefined;
  return {
    state: row['state'] === 'established' ? 'established' : 'founding',
    since: new Date(String(row['since'])),
    partitions: Number(row['partitions']),
    promised: row['promised'] === true,
    explained: row['explained'] === true,
    etag: row.etag ?? '',
  };
}

/** What an outbox row says is to be told. */
export type Pending =
  | { readonly kind: 'devices-found'; readonly context: NoticeContext; readonly findings: readonly Finding[] }
  | {
      readonly kind: 'baseline-founded';
      readonly context: NoticeContext;
      readonly total: number;
      readonly devices: readonly Sighting[];
    };

const shown = <T extends Sighting>(sighting: T): T => ({
  ...sighting,
  id: cut(sighting.id, 256),
  name: cut(sighting.name, 256),
  reports: sighting.reports.slice(0, 5).map((report) => cut(report, 64)),
});

/** `rev` is the revision that its transaction gives the head: never used again, so neither is the key. */
export function outboxRow(
  partitionKey: string,
  shard: number,
  rev: number,
  findings: readonly Finding[],
  report: HuntReport,
): Entity {
  const context = noticeContext(report.hunt, report.run, report);
  const pending: Pending = { kind: 'devices-found', context, findings: findings.map(shown) };
  return pendingRow(partitionKey, `1o-${report.run.id}-${two(shard)}-${String(rev).padStart(10, '0')}`, pending);
}

export function baselineRow(scope: HuntScope, total: number, report: HuntReport): Entity {
  const context = noticeContext(report.hunt, report.run, report);
  const devices = report.founding.firstByName(BASELINE_SAMPLE).map(shown);
  return pendingRow(metaKey(scope)[0], `1o-${report.run.id}-baseline`, {
    kind: 'baseline-founded',
    context,
    total,
    devices,
  });
}

function pendingRow(partitionKey: string, rowKey: string, pending: Pending): Entity {
  const { run, asOf } = pending.context;
  return { partitionKey, rowKey, kind: pending.kind, run, at: asOf.toISOString(), ...writeJson('p', pending) };
}

export const readPending = (row: Entity): Pending => readJson<Pending>(row, 'p');
