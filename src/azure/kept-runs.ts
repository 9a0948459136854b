import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { ServiceError } from '../errors.ts';
import { partReader, type KeptPart } from '../hunt/kept-run.ts';
import { scopeKeyOf } from '../hunt/run.ts';
import type { KeptRun, KeptRuns } from '../services.ts';
import { bytesIn, frameReader, HEAD_PROPERTIES, keptBetween, keptKey, pageKey, readKeptHead } from './kept-run-rows.ts';
import type { Entity, Table } from './table.ts';

/** The cheapest level: a run of 500,000 rows pays for it in milliseconds each few hundred rows. Damage shows as an error. */
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } };

/** What is kept of runs, in the table of runs. It is written with a run's end; see run-record.ts. */
export function tableKeptRuns(table: Table): KeptRuns {
  const keptRun = (row: Entity): KeptRun => ({ ...readKeptHead(row), parts: () => partsOf(table, row) });
  return {
    pack: (content) => zstdCompressSync(content, OPTIONS),

    async *of(scope, from, to) {
      const rows: KeptRun[] = [];
      for await (const row of table.list(scopeKeyOf(scope), ...keptBetween(from, to), 1_000, HEAD_PROPERTIES))
        rows.push(keptRun(row));
      yield* rows.sort((a, b) => a.endedAt.getTime() - b.endedAt.getTime());
    },

    async find(id) {
      const row = await table.get(...keptKey(id), HEAD_PROPERTIES);
      return row && keptRun(row);
    },
  };
}

async function* partsOf(table: Table, head: Entity): AsyncIterable<KeptPart> {
  const read = partReader();
  const frames = frameReader();
  let bytes = 0;
  for await (const page of pagesOf(table, head)) {
    bytes += page.length;
    for (const frame of frames.push(page)) yield read(unpacked(frame, head.rowKey));
  }
  if (frames.rest() > 0 || bytes !== head['bytes']) throw damaged(head.rowKey);
}

async function* pagesOf(table: Table, head: Entity): AsyncIterable<Buffer> {
  const { partitionKey, rowKey, attempt, pages } = head;
  const { id } = readKeptHead(head);
  const keys = Array.from({ length: Number(pages) }, (_, page) => pageKey(id, String(attempt), page));
  for (const key of keys.length === 0 ? [rowKey] : keys) {
    const row = await table.get(partitionKey, key);
    if (row) yield bytesIn(row);
  }
}

function unpacked(frame: Uint8Array, rowKey: string): string {
  try {
    return zstdDecompressSync(frame).toString('utf8');
  } catch (error) {
    throw damaged(rowKey, error);
  }
}

const damaged = (rowKey: string, cause?: unknown): ServiceError =>
  new ServiceError('table-storage', 'rejected', `What was kept as ${rowKey} is not whole.`, { cause });
