/**
 * Storage without a wire: the table in memory, which passes the same contract as Azurite, with the same faults at each of
 * its calls. A hundred times cheaper; and harder, since no SDK repeats what failed.
 */
import { randomBytes } from 'node:crypto';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Entity, Table, TableOperation } from '../../src/azure/table.ts';
import { ServiceError, type ServiceFailureReason } from '../../src/errors.ts';
import { memoryTable } from '../support/memory-table.ts';
import type { Storage, Weather } from './storage.ts';

/** How long a caller waits, and how long a request takes that comes too late. */
const TIME_LIMIT = 20;
const TOO_LONG = 30;

export function memoryStorage(snapshot: readonly Entity[]): Storage {
  const tables = new Map<string, Table>();
  const open = (name: string): Table => {
    const table = tables.get(name);
    if (!table) throw new Error(`There is no table ${name}.`);
    return table;
  };
  return {
    freshTable() {
      const name = `M${randomBytes(8).toString('hex')}`;
      tables.set(name, memoryTable(undefined, snapshot));
      return Promise.resolve(name);
    },
    dropTable(name) {
      tables.delete(name);
      return Promise.resolve();
    },
    open,
    behind: (name, weather) => Promise.resolve({ table: faultyTable(open(name), weather), stop: () => undefined }),
  };
}

interface Call<T> {
  readonly what: string;
  readonly body?: string;
  readonly act: () => Promise<T>;
  /** What the caller hears when storage says 412. */
  readonly refused?: T;
}

/** A table whose calls meet the weather. A call is a request. */
export function faultyTable(table: Table, { life, fault, hold }: Weather): Table {
  const call = async <T>({ what, body = '', act, ...more }: Call<T>): Promise<T> => {
    // A dead process hears nothing any more, and does nothing any more.
    if (life.dead) return broken('unavailable', 'The process is dead.');
    await turn();
    const seen = { what, body };
    await hold?.(seen);
    const happening = fault(seen);
    switch (happening?.kind) {
      case undefined:
        return act();
      case 'killBefore':
        life.dead = true;
        return broken('unavailable', 'The process is dead.');
      case 'killAfter':
        await act();
        life.dead = true;
        return broken('unavailable', 'The process is dead.');
      case 'dropBefore':
        return broken('unavailable', 'The connection broke.');
      case 'dropAfter':
      case 'truncate':
        await act();
        return broken('unavailable', 'The connection broke.');
      case 'status':
        return refuse(happening.status, more);
      case 'statusAfter':
        await act();
        return refuse(happening.status, more);
      case 'dup':
        await act();
        return act();
      case 'stall':
        await act();
        await sleep(TIME_LIMIT);
        return broken('timed-out', 'No answer came.');
      case 'delay':
        void sleep(TOO_LONG).then(act);
        await sleep(TIME_LIMIT);
        return broken('timed-out', 'No answer came.');
    }
  };

  return {
    get: (partitionKey, rowKey, select) =>
      call({ what: `get ${partitionKey} ${rowKey}`, act: () => table.get(partitionKey, rowKey, select) }),
    async *list(partitionKey, from, to) {
      yield* await call({
        what: `list ${partitionKey} ${from} to ${to}`,
        act: () => allOf(table.list(partitionKey, from, to)),
      });
    },
    insert: (entity) => call({ ...writes('insert', entity), act: () => table.insert(entity) }),
    merge: (entity, etag) =>
      call({ ...writes('merge', entity), act: () => table.merge(entity, etag), refused: undefined }),
    upsert: (entity) => call({ ...writes('upsert', entity), act: () => table.upsert(entity) }),
    remove: (partitionKey, rowKey, etag) =>
      call({ ...writes('remove', { partitionKey, rowKey }), act: () => table.remove(partitionKey, rowKey, etag) }),
    transact: (operations) =>
      call({
        what: `transact ${operations.map(whatOf).join(', ')}`,
        body: operations.map(({ kind, entity }) => writes(kind, entity).body).join('\n'),
        act: () => table.transact(operations),
        refused: { result: 'moved' },
      }),
  };
}

async function allOf(rows: AsyncIterable<Entity>): Promise<readonly Entity[]> {
  const all: Entity[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

const whatOf = ({ kind, entity }: TableOperation): string => `${kind} ${entity.partitionKey} ${entity.rowKey}`;
/** In the form in which both are on the wire: a key in the address, properties in quotes. */
const writes = (kind: string, entity: Entity) => ({
  what: `${kind} ${entity.partitionKey} ${entity.rowKey}`,
  body: `RowKey='${entity.rowKey}' ${JSON.stringify(Object.keys(entity))}`,
});

const broken = (reason: ServiceFailureReason, message: string): never => {
  throw new ServiceError('table-storage', reason, message);
};

/** As the adapter tells what the wire says. */
function refuse<T>(status: number, answer: { readonly refused?: T }): T {
  if (status === 412 && 'refused' in answer) return answer.refused;
  return broken(status === 429 ? 'throttled' : 'unavailable', `HTTP ${String(status)}.`);
}
