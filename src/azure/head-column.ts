/** A number for each device of a shard, in chunks of a head's binary properties. */
import { LedgerDamagedError } from '../errors.ts';
import { numberList, shorts, words } from '../hunt/number-list.ts';
import type { Entity } from './table.ts';

/** Devices in a chunk: their keys fill the 64 KiB that a property may hold. */
export const CHUNK = 4096;

export interface HeadColumn {
  get(at: number): number;
  set(at: number, value: number): void;
  /** The chunks that changed since they were read or saved, of a column of this length. */
  changes(size: number): Record<string, Uint8Array>;
  saved(): void;
}

type Numbers = Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
type Bytes = 2 | 4;

/**
 * Reads the column with this letter. `optional`: versions before this one did not keep it, or only for the devices they
 * found; what is not there is 0. Else a length that contradicts the count is an error, never a smaller set.
 */
export function readColumn(
  head: Entity,
  letter: string,
  size: number,
  { bytes, optional = false }: { readonly bytes: Bytes; readonly optional?: boolean },
): HeadColumn {
  const make = bytes === 2 ? shorts : words;
  const values = make(Math.max(64, size * 2));
  for (let chunk = 0; chunk * CHUNK < size; chunk += 1) {
    const length = Math.min(CHUNK, size - chunk * CHUNK) * bytes;
    const read = bytesOf(head, `${letter}${String(chunk)}`, length, optional);
    // Copied first: a view of such values must start at an even address.
    const { buffer } = Uint8Array.from(read);
    values.set(bytes === 2 ? new Uint16Array(buffer) : new Uint32Array(buffer), chunk * CHUNK);
  }
  return column(letter, make, values);
}

/** The bytes of a property, which must be as many as the head's count wants. */
export function bytesOf(head: Entity, name: string, length: number, optional = false): Uint8Array {
  const bytes = head[name];
  if (bytes === undefined && optional) return new Uint8Array();
  const fits = bytes instanceof Uint8Array && (bytes.length === length || (optional && isPartOf(bytes.length, length)));
  if (fits) return bytes;
  throw new LedgerDamagedError(
    `Head ${head.rowKey} of ${head.partitionKey}: ${name} does not hold ${String(length)} bytes.`,
  );
}

const isPartOf = (length: number, whole: number): boolean => length < whole && length % 4 === 0;

function column(letter: string, make: (length: number) => Numbers, initial: Numbers): HeadColumn {
  const numbers = numberList(make, initial);
  const changed = new Set<number>();
  return {
    get: numbers.get,
    set(at, value) {
      numbers.set(at, value);
      changed.add(Math.floor(at / CHUNK));
    },
    changes: (size) =>
      Object.fromEntries(
        [...changed].map((chunk) => {
          const part = numbers.values.slice(chunk * CHUNK, Math.min(size, (chunk + 1) * CHUNK));
          return [`${letter}${String(chunk)}`, new Uint8Array(part.buffer)];
        }),
      ),
    saved: () => {
      changed.clear();
    },
  };
}
