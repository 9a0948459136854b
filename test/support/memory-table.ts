import type { Entity, Property, Table, TableOperation, TransactionResult } from '../../src/azure/table.ts';

/** Counts of what was asked of a table; a batch is one request. */
export interface TableTraffic {
  reads: number;
  writes: number;
}

/** Table Storage's rules in memory: etags, all-or-nothing transactions, ordered keys. It passes the same contract as Azurite. */
export function memoryTable(
  traffic: TableTraffic = { reads: 0, writes: 0 },
  initial: readonly Entity[] = [],
): Table & { readonly traffic: TableTraffic; all(): readonly Entity[] } {
  // A row is never changed, only replaced, so tables that begin with the same rows may share them.
  const rows = new Map(initial.map((row) => [keyOf(row), row]));
  let version = initial.length;
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
    all: () => [...rows.values()],
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
        const before = operations.map(({ entity }) => [keyOf(entity), rows.get(keyOf(entity))] as const);
        const etags: (string | undefined)[] = [];
        for (const operation of operations) {
          const result = apply(operation);
          if (typeof result === 'string') {
            for (const [key, row] of before) {
              if (row) rows.set(key, row);
              else rows.delete(key);
            }
            return { result };
          }
          etags.push(result.etag);
        }
        return { result: 'committed', etags };
      }),
  };
}

const keyOf = ({ partitionKey, rowKey }: { partitionKey: string; rowKey: string }): string =>
  `${partitionKey}\n${rowKey}`;

/** What was stored must not change when its writer goes on using the same bytes. */
function copyOf(entity: Entity): Entity {
  const bytes = Object.entries(entity).filter(([, value]) => value instanceof Uint8Array);
  const copies = bytes.map(([name, value]) => [name, Uint8Array.from(value as Uint8Array)]);
  return { ...entity, ...(Object.fromEntries(copies) as Record<string, Property>) };
}
