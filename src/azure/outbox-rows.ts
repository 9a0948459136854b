/** Sealed notices: which outbox rows one message covers, who is telling it, and who has it. */
import type { HuntScope } from '../hunt/hunt.ts';
import type { Notice } from '../hunt/notice.ts';
import { scopeKeyOf } from '../hunt/run.ts';
import type { Receipt } from '../services.ts';
import { compactTime } from '../time.ts';
import { readJson, writeJson } from './json-property.ts';
import type { Entity } from './table.ts';

export const noticePartition = (scope: HuntScope): string => `${scopeKeyOf(scope)}.n`;
/** Changed by every sealing, so that two of them cannot put one row into two notices. */
export const SEAL = '0s';
export const OPEN_NOTICES = ['o-', 'o.'] as const;
export const openKey = (id: string): string => `o-${id}`;
/** Left behind by a told notice about a run, so that the same run cannot tell it again. */
export const toldKey = (id: string): string => `t-${id}`;

/** A notice's id begins with the time of its run. */
export const toldBefore = (time: Date): readonly [string, string] => [toldKey(''), toldKey(compactTime(time))];

/** Where an outbox row is. */
export type RowKey = readonly [partitionKey: string, rowKey: string];

export interface NoticeRecord {
  readonly id: string;
  readonly partitionKey: string;
  readonly etag: string;
  readonly since: Date;
  readonly attempts: number;
  /** What it says itself, or else the outbox rows that say it. */
  readonly notice?: Notice;
  readonly rows: readonly RowKey[];
  readonly owner: string;
  readonly until: Date;
  readonly receipts: ReadonlyMap<string, Receipt>;
  /** Everybody has it; only the tidying is left. */
  readonly settled: boolean;
}

export function newRecord(
  partitionKey: string,
  id: string,
  since: Date,
  content: { readonly notice?: Notice; readonly rows?: readonly RowKey[] },
): Entity {
  return {
    partitionKey,
    rowKey: openKey(id),
    since: since.toISOString(),
    attempts: 0,
    owner: '',
    until: '',
    settled: false,
    ...writeJson('r', content.rows ?? []),
    ...(content.notice && writeJson('n', content.notice)),
    ...receiptProperties(new Map()),
  };
}

export const receiptProperties = (receipts: ReadonlyMap<string, Receipt>): Record<string, string | number> =>
  writeJson('t', [...receipts]);

export function readRecord(row: Entity): NoticeRecord {
  return {
    id: row.rowKey.slice(2),
    partitionKey: row.partitionKey,
    etag: row.etag ?? '',
    since: new Date(String(row['since'])),
    attempts: Number(row['attempts']),
    rows: readJson<RowKey[]>(row, 'r'),
    ...(row['nParts'] !== undefined && { notice: readJson<Notice>(row, 'n') }),
    owner: String(row['owner']),
    until: new Date(String(row['until'] === '' ? 0 : row['until'])),
    receipts: new Map(readJson<[string, Receipt][]>(row, 't')),
    settled: row['settled'] === true,
  };
}
