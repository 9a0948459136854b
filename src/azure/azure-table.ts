import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import type { TableClient } from '@azure/data-tables';
import { oneByOne } from '../one-by-one.ts';
import type { Milliseconds } from '../time.ts';
import { sdkFailure, serviceFailure } from './service-failure.ts';
import { submitBatch } from './table-batch.ts';
import { readRow } from './table-read.ts';
import type { Entity, Table } from './table.ts';

/** @azure/data-tables waits for ever unless told otherwise. */
const TIME_LIMIT: Milliseconds = 15_000;

/** Of all tables, so that they share their connections. */
const SHARED = createDefaultHttpClient();

/** The table is created when it turns out to be missing; to make sure of it beforehand would cost every start a request for each table. */
export function azureTable(
  client: TableClient,
  timeLimit: Milliseconds = TIME_LIMIT,
  httpClient: HttpClient = SHARED,
): Table {
  const wire = { client, httpClient };
  const turn = oneByOne();
  const limited = (): { abortSignal: AbortSignal } => ({ abortSignal: AbortSignal.timeout(timeLimit) });
  const call = async <T>(what: string, act: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> => {
    try {
      try {
        return await act(limited());
      } catch (error) {
        if (!isTableMissing(error)) throw error;
        await client.createTable(limited());
        return await act(limited());
      }
    } catch (error) {
      throw serviceFailure('table-storage', `${what} in ${client.tableName}`, error);
    }
  };

  return {
    get: (partitionKey, rowKey, select) =>
      call('read a row', ({ abortSignal }) => readRow(wire, [partitionKey, rowKey], { select, abortSignal, turn })),

    async *list(partitionKey, from, to, pageSize = 1000, select) {
      const filter = `PartitionKey eq '${partitionKey}' and RowKey ge '${from}' and RowKey lt '${to}'`;
      let continuationToken: string | undefined;
      do {
        // A page may be empty and still be followed by another. The time limit is for a page, not for all of them.
        const page = await call('list rows', async (options) => {
          const pages = client.listEntities({ ...options, queryOptions: { filter, ...selected(select) } });
          const byPage = pages.byPage({
            maxPageSize: pageSize,
            ...(continuationToken !== undefined && { continuationToken }),
          });
          return (await byPage.next()).value as (Entity[] & { continuationToken?: string }) | undefined;
        });
        yield* page ?? [];
        continuationToken = page?.continuationToken;
      } while (continuationToken !== undefined);
    },

    insert: (entity) =>
      call('insert a row', async (options) => {
        try {
          await client.createEntity({ ...entity }, options);
          return 'inserted';
        } catch (error) {
          if (statusOf(error) === 409) return 'exists';
          throw error;
        }
      }),

    merge: (entity, etag) =>
      call('change a row', async (options) => {
        try {
          return (await client.updateEntity({ ...entity }, 'Merge', { ...options, etag })).etag ?? '';
        } catch (error) {
          if (statusOf(error) === 412 || statusOf(error) === 404) return undefined;
          throw error;
        }
      }),

    upsert: (entity) =>
      call('write a row', async (options) => {
        await client.upsertEntity({ ...entity }, 'Merge', options);
      }),

    remove: (partitionKey, rowKey, etag) =>
      call('delete a row', async (options) => {
        try {
          await client.deleteEntity(partitionKey, rowKey, { ...options, ...(etag !== undefined && { etag }) });
        } catch (error) {
          if (statusOf(error) !== 404 && !(etag !== undefined && statusOf(error) === 412)) throw error;
        }
      }),

    transact: (operations) =>
      call('commit a transaction', async (options) => {
        try {
          const { etags } = await submitBatch(wire, operations, options.abortSignal);
          return { result: 'committed', etags };
        } catch (error) {
          const status = statusOf(error);
          if (status === 412) return { result: 'moved' };
          if (status === 409 || (status === 404 && !isTableMissing(error))) return { result: 'contradiction' };
          throw error;
        }
      }),
  };
}

const selected = (select: readonly string[] | undefined): { select?: string[] } =>
  select ? { select: ['PartitionKey', 'RowKey', ...select] } : {};

const statusOf = (error: unknown): number | undefined => sdkFailure(error).statusCode;

/** Storage names the reason in the body, an emulator in a header, a transaction as the error's own code. */
function isTableMissing(error: unknown): boolean {
  const { code, details } = error as {
    readonly code?: string;
    readonly details?: { readonly errorCode?: string; readonly odataError?: { readonly code?: string } };
  };
  return [code, details?.errorCode, details?.odataError?.code].includes('TableNotFound');
}
