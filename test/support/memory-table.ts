import type { Entity, Property, Table, TableOperation, TransactionResult } from '../../src/azure/table.ts';

/** Counts of what was asked of a table; a batch is one request. */
export interface TableTraffic {
  reads: number;
  writes: number;
}

/** Table Storage's rules in memory: etags, all-or-nothing transactions, ordered keys. It passes the same contract as Azurite. */
export function memoryTable(
  traffic: TableTraffic = { reads: 0, writes: 0 },
): Table & { readonly traffic: TableTraffic } {
  let rows = new Map<string, Entity>();
  let version = 0;
  const keyOf = (entity: { partitionKey: string; rowKey: string }): string =>
    `${entity.partitionKey}\n${entity.rowKey}`;
  const put = (entity: Entity, before?: Entity): string => {
    const etag = `v${String((version += 1))}`;
    rows.set(keyOf(entity), { ...before, ...copyOf(entity), etag });
    return etag;
  };
  const apply = (operation: TableOperation): 'moved' | 'contradiction' | { readonly etag: string | undefined } => {
    const current = rows.get(keyOf(operation.entity));
    switch (operation.kind) {
      case 'insert':
        return current ? 'contradiction' : { etag: put(operation.entity) };
      case 'upsert':
        return { etag: put(operation.entity, current) };
      case 'merge':
        if (!current) return 'contradiction';
        return current.etag === operation.etag ? { etag: put(operation.entity, current) } : 'moved';
      case 'delete':
        return rows.delete(keyOf(operation.entity)) ? { etag: undefined } : 'contradiction';
    }
  };
  const read = async <T>(value: T): Promise<T> => {
    traffic.reads += 1;
    await Promise.resolve();
    return value;
  };
  const write = async <T>(act: () => T): Promise<T> => {
    traffic.writes += 1;
    await Promise.resolve();
    return act();
  };

  return {
    traffic,
    get: (partitionKey, rowKey) => read(rows.get(keyOf({ partitionKey, rowKey }))),
    async *list(partitionKey, from, to) {
      const found = [...rows.values()].filter(
        (row) => row.partitionKey === partitionKey && row.rowKey >= from && row.rowKey < to,
      );
      yield* await read(found.sort((a, b) => (a.rowKey < b.rowKey ? -1 : 1)));
    },
    insert: (entity) => write(() => (apply({ kind: 'insert', entity }) === 'contradiction' ? 'exists' : 'inserted')),
    merge: (entity, etag) =>
      write(() => {
        const result = apply({ kind: 'merge', entity, etag });
        return typeof result === 'object' ? result.etag : undefined;
      }),
    upsert: (entity) => write(() => void apply({ kind: 'upsert', entity })),
    remove: (partitionKey, rowKey, etag) =>
      write(() => {
        const key = keyOf({ partitionKey, rowKey });
        if (etag === undefined || rows.get(key)?.etag === etag) rows.delete(key);
      }),
    transact: (operations) =>
      write((): TransactionResult => {
        const before = new Map(rows);
        const etags: (string | undefined)[] = [];
        for (const operation of operations) {
          const result = apply(operation);
          if (typeof result === 'string') {
            rows = before;
            return { result };
          }
          etags.push(result.etag);
        }
        return { result: 'committed', etags };
      }),
  };
}

/** What was stored must not change when its writer goes on using the same bytes. */
const copyOf = (entity: Entity): Entity =>
  Object.fromEntries(
    Object.entries(entity).map(([name, value]): [string, Property | undefined] => [
      name,
      value instanceof Uint8Array ? Uint8Array.from(value) : value,
    ]),
  ) as unknown as Entity;
