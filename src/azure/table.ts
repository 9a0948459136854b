import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { Milliseconds } from '../time.ts';
import { sdkFailure, serviceFailure } from './service-failure.ts';

export type Property = string | number | boolean | Uint8Array;

/** A row. Keys hold only characters that this program chose; texts from outside are properties. */
export interface Entity {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly etag?: string;
  readonly [property: string]: Property | undefined;
}

export type TableOperation =
  | { readonly kind: 'insert' | 'upsert'; readonly entity: Entity }
  | { readonly kind: 'merge'; readonly entity: Entity; readonly etag: string }
  | { readonly kind: 'delete'; readonly entity: Entity };

/** `moved`: an etag did not match. `contradiction`: a row exists that should not, or the other way round. */
export type TransactionResult =
  | { readonly result: 'committed'; readonly etags: readonly (string | undefined)[] }
  | { readonly result: 'moved' | 'contradiction' };

/**
 * One table, with a time limit on every call. An outcome the service names comes back as a value; everything else is a
 * {@link ServiceError}, after which a write may or may not have happened: read again to know.
 */
export interface Table {
  get(partitionKey: string, rowKey: string, select?: readonly string[]): Promise<Entity | undefined>;
  /**
   * Rows of a partition with `from` ≤ row key < `to`, in order; `pageSize` for whoever needs only the first few, `select`
   * for whoever needs only some properties, or none but the keys.
   */
  list(
    partitionKey: string,
    from: string,
    to: string,
    pageSize?: number,
    select?: readonly string[],
  ): AsyncIterable<Entity>;
  insert(entity: Entity): Promise<'inserted' | 'exists'>;
  /** Changes the named properties of a row that still has this etag; undefined when it has moved on or is gone. */
  merge(entity: Entity, etag: string): Promise<string | undefined>;
  /** Changes or creates, whatever is there. */
  upsert(entity: Entity): Promise<void>;
  /** Gone afterwards, whether or not it was there; with an etag, only if it still has this one. */
  remove(partitionKey: string, rowKey: string, etag?: string): Promise<void>;
  /** All or nothing; at most 100 rows of one partition. */
  transact(operations: readonly TableOperation[]): Promise<TransactionResult>;
}

/** @azure/data-tables waits for ever unless told otherwise. */
const TIME_LIMIT: Milliseconds = 15_000;

/** The table is created when it turns out to be missing; to make sure of it beforehand would cost every start a request for each table. */
export function azureTable(client: TableClient, timeLimit: Milliseconds = TIME_LIMIT): Table {
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
      call('read a row', async (options) => {
        try {
          const queryOptions = selected(select);
          return await client.getEntity<Entity>(partitionKey, rowKey, { ...options, queryOptions });
        } catch (error) {
          if (statusOf(error) === 404) return undefined;
          throw error;
        }
      }),

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
          const { subResponses } = await client.submitTransaction(operations.map(actionOf), options);
          return { result: 'committed', etags: subResponses.map(({ etag }) => etag) };
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

function actionOf(operation: TableOperation): TransactionAction {
  const entity = { ...operation.entity };
  switch (operation.kind) {
    case 'insert':
      return ['create', entity];
    case 'upsert':
      return ['upsert', entity, 'Merge'];
    case 'merge':
      return ['update', entity, 'Merge', { etag: operation.etag }];
    case 'delete':
      return ['delete', entity];
  }
}
