import { ServiceError } from '../errors.ts';
import type { Finding } from '../hunt/finding.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import type { NoticeContext } from '../hunt/notice.ts';
import { newRecord, noticePartition, type RowKey } from './outbox-rows.ts';
import type { Entity, Table, TableOperation } from './table.ts';

/** A transaction holds 100 rows: the notice and these. */
const PER_TRANSACTION = 97;
const ATTEMPTS = 20;

export interface Ending {
  readonly kind: 'expectation-ended' | 'explanation-ended';
  readonly scope: HuntScope;
  readonly context: NoticeContext;
  readonly findings: readonly Finding[];
  /** The row that keeps a device silent; it stands beside the outbox's notices. */
  readonly keyOf: (finding: Finding) => RowKey;
  /** Whether the row still says what the run read there. */
  readonly isSame: (row: Entity, finding: Finding) => boolean;
  readonly at: Date;
}

/**
 * Ends what kept devices silent and puts the notice of them into the outbox, in one transaction: each is told once,
 * whoever dies. Answers how many are to be told. See docs/decisions/0014-promises-end-in-the-transaction-that-tells.md.
 */
export async function endAndTell(table: Table, ending: Ending): Promise<number> {
  let told = 0;
  for (let lost = 0, number = 1; lost < ATTEMPTS; number += 1) {
    const part = await stillSilent(table, ending);
    if (part.length === 0) return told;
    const { result } = await table.transact(operationsOf(part, ending, number));
    if (result === 'committed') told += part.length;
    // Renewed or told by somebody else meanwhile, or the number is taken: the next look decides.
    else lost += 1;
  }
  throw new ServiceError('table-storage', 'unavailable', 'What keeps devices of this hunt silent is being changed.');
}

interface Silent {
  readonly row: Entity;
  readonly finding: Finding;
}

async function stillSilent(table: Table, { findings, keyOf, isSame }: Ending): Promise<readonly Silent[]> {
  const silent: Silent[] = [];
  for (const finding of findings) {
    const row = await table.get(...keyOf(finding));
    if (row && row['ended'] !== true && isSame(row, finding)) silent.push({ row, finding });
    if (silent.length === PER_TRANSACTION) break;
  }
  return silent;
}

function operationsOf(
  part: readonly Silent[],
  { kind, scope, context, at }: Ending,
  number: number,
): readonly TableOperation[] {
  const id = `${context.run}-${kind}-${String(number).padStart(6, '0')}`;
  const notice = { kind: 'devices-found', context, findings: part.map(({ finding }) => finding) } as const;
  return [
    { kind: 'insert', entity: newRecord(noticePartition(scope), id, at, { notice }) },
    ...part.map(({ row: { partitionKey, rowKey, etag } }): TableOperation => ({
      kind: 'merge',
      entity: { partitionKey, rowKey, ended: true },
      etag: etag ?? '',
    })),
  ];
}
