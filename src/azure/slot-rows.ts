import { randomUUID } from 'node:crypto';
import { isTransient } from '../errors.ts';
import { MINUTE, type Milliseconds } from '../time.ts';
import type { Entity, Table } from './table.ts';

/** Whoever dies with a slot keeps it from others for so long. */
export const SLOT_LEASE: Milliseconds = MINUTE;

/** A right to have one query at work in a workspace; until its lease ends, unless it is renewed. */
export interface HeldSlot {
  /** False when the lease had ended and somebody else has the slot. */
  renew(): Promise<boolean>;
  giveBack(): Promise<void>;
}

export interface SlotRows {
  /** Undefined while others have all of them. `look`: most likely they do, so see first, which costs only a read. */
  take(look?: boolean): Promise<HeldSlot | undefined>;
}

/** The slots of a workspace, for all processes: a row for each query at work, so that a free slot is no row. */
export function slotRows(table: Table, workspaceId: string, size: number, now: () => Date): SlotRows {
  const partitionKey = `queries-${workspaceId}`;
  const places = Array.from({ length: size }, (_, place) => String(place).padStart(3, '0'));
  const oneOf = (free: readonly string[]): string | undefined => free[Math.floor(Math.random() * free.length)];
  const mine = new Set<string>();
  /** The place this process had last, so that processes do not meet at the same one again and again. */
  let favourite = oneOf(places);

  const leaseEnd = (): string => new Date(now().getTime() + SLOT_LEASE).toISOString();
  const isOver = (row: Entity): boolean => !(Date.parse(String(row['until'])) > now().getTime());

  return {
    async take(look = false) {
      const owner = randomUUID();
      let rows = look ? await all() : new Map<string, Entity>();
      const choose = (): string | undefined => {
        const free = places.filter((key) => !mine.has(key) && isFree(rows.get(key)));
        return favourite !== undefined && free.includes(favourite) ? favourite : oneOf(free);
      };
      let place = choose();
      for (let attempt = 0; attempt <= size && place !== undefined; attempt += 1) {
        const etag = await claim(place, rows.get(place), owner);
        if (etag !== undefined) return held(place, owner, etag);
        // Somebody was first, or the answer was lost: what is there says which.
        rows = await all();
        const own = [...rows.values()].find((row) => row['owner'] === owner);
        if (own) return held(own.rowKey, owner, own.etag ?? '');
        place = choose();
      }
      return undefined;
    },
  };

  function isFree(row: Entity | undefined): boolean {
    return !row || isOver(row);
  }

  /** The etag of the row, now ours; undefined when it is not, or when nobody knows. */
  async function claim(rowKey: string, over: Entity | undefined, owner: string): Promise<string | undefined> {
    const entity = { partitionKey, rowKey, owner, until: leaseEnd() };
    try {
      if (over) return await table.merge(entity, over.etag ?? '');
      // In a transaction, whose answer has the etag.
      const outcome = await table.transact([{ kind: 'insert', entity }]);
      return outcome.result === 'committed' ? outcome.etags[0] : undefined;
    } catch (error) {
      if (!isTransient(error)) throw error;
      return undefined;
    }
  }

  async function all(): Promise<Map<string, Entity>> {
    const rows = new Map<string, Entity>();
    for await (const row of table.list(partitionKey, '0', ':')) rows.set(row.rowKey, row);
    return rows;
  }

  function held(rowKey: string, owner: string, taken: string): HeldSlot {
    favourite = rowKey;
    mine.add(rowKey);
    let etag = taken;
    return {
      async renew() {
        const entity = { partitionKey, rowKey, owner, until: leaseEnd() };
        for (let attempt = 0; attempt < 2; attempt += 1) {
          const renewed = await table.merge(entity, etag);
          if (renewed !== undefined) {
            etag = renewed;
            return true;
          }
          // It has moved: by a renewal of ours whose answer was lost, or by somebody who took it.
          const row = await table.get(partitionKey, rowKey);
          if (row?.['owner'] !== owner) {
            mine.delete(rowKey);
            return false;
          }
          etag = row.etag ?? '';
        }
        return true;
      },
      // By its etag: a slot that somebody took over meanwhile is theirs.
      giveBack() {
        mine.delete(rowKey);
        return table.remove(partitionKey, rowKey, etag);
      },
    };
  }
}
