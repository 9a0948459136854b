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
