/**
 * Rows of the runs' table that hold what is kept of a run. The head of it is written together with the run's end; what
 * does not fit there stands in rows of its own, which the attempt that wrote them names: a late write of another one
 * cannot get between them.
 */
import type { KeptHead, RunKeep } from '../hunt/kept-run.ts';
import { parseRunId, type RunId } from '../hunt/run.ts';
import { readJson, writeJson } from './json-property.ts';
import { LATEST } from './run-rows.ts';
import type { Entity } from './table.ts';

/** Oldest last, as the rows of runs, and beside them: lists of runs do not read them. */
export const KEPT_HEADS = ['k-', 'k.'] as const;
const KEPT_PAGES = ['kp-', 'kp.'] as const;

/** A binary property holds 64 KiB. A row holds 1 MiB and a transaction 4, and Azurite counts both in base64. */
const PROPERTY = 60_000;
const PROPERTIES = 11;
const PAGE = PROPERTY * PROPERTIES;
/** What a head holds itself, so that it fits beside the record of its run. */
const IN_HEAD = PROPERTY * 8;
export const PAGES_PER_TRANSACTION = 4;

const inverted = (time: number): string => String(LATEST - time).padStart(13, '0');

function keyOf(id: RunId, [prefix]: readonly [string, string]): readonly [string, string] {
  const parsed = parseRunId(id);
  if (!parsed) throw new Error(`"${id}" is no run id.`);
  return [parsed.scopeKey, `${prefix}${inverted(parsed.at.getTime())}-${id}`];
}

export const keptKey = (id: RunId): readonly [string, string] => keyOf(id, KEPT_HEADS);

/** Row keys of heads of runs at `from` or later and before `to`. */
export const keptBetween = (from: Date, to: Date): readonly [string, string] => [
  `${KEPT_HEADS[0]}${inverted(to.getTime() - 1)}`,
  `${KEPT_HEADS[0]}${inverted(from.getTime())}~`,
];

/** Row keys of what is kept of runs older than `time`. */
export const keptBefore = (time: Date): readonly (readonly [string, string])[] =>
  [KEPT_HEADS, KEPT_PAGES].map(([from, to]) => [`${from}${inverted(time.getTime() - 1)}`, to]);

export const pageKey = (id: RunId, attempt: string, page: number): string =>
  `${keyOf(id, KEPT_PAGES)[1]}-${attempt}-${String(page).padStart(3, '0')}`;

/** The head of what is kept of a run. */
export function keptHeadRow({ head, frames }: RunKeep, attempt: string): Entity {
  const [partitionKey, rowKey] = keptKey(head.id);
  const bytes = sizeOf(frames);
  const [whole] = bytes > IN_HEAD ? [] : slicesOf(frames, PAGE);
  const pages = bytes > IN_HEAD ? Math.ceil(bytes / PAGE) : 0;
  return { partitionKey, rowKey, ...writeJson('head', head), attempt, pages, bytes, ...(whole && dataOf(whole)) };
}

/** The rows that must be there before the head; made one by one, since they are as large as the answer. */
export function* keptPageRows({ head, frames }: RunKeep, attempt: string): Iterable<Entity> {
  if (sizeOf(frames) <= IN_HEAD) return;
  const [partitionKey] = keptKey(head.id);
  let page = 0;
  for (const bytes of slicesOf(frames, PAGE)) {
    yield { partitionKey, rowKey: pageKey(head.id, attempt, page), ...dataOf(bytes) };
    page += 1;
  }
}

export const HEAD_PROPERTIES = ['headParts', 'head0', 'head1', 'head2', 'head3', 'attempt', 'pages', 'bytes'] as const;
export const readKeptHead = (row: Entity): KeptHead => readJson<KeptHead>(row, 'head');

/** Each frame behind its length in four bytes: a frame does not say itself where it ends. */
const LENGTH = 4;
const sizeOf = (frames: readonly Uint8Array[]): number => frames.reduce((sum, frame) => sum + LENGTH + frame.length, 0);

function* slicesOf(frames: readonly Uint8Array[], size: number): Iterable<Buffer> {
  let slice = Buffer.alloc(Math.min(size, sizeOf(frames)));
  let used = 0;
  for (const frame of frames) {
    const length = Buffer.alloc(LENGTH);
    length.writeUInt32LE(frame.length);
    for (let rest of [length, frame]) {
      while (rest.length > 0) {
        if (used === slice.length) {
          yield slice;
          slice = Buffer.alloc(size);
          used = 0;
        }
        const part = rest.subarray(0, slice.length - used);
        slice.set(part, used);
        used += part.length;
        rest = rest.subarray(part.length);
      }
    }
  }
  if (used > 0) yield slice.subarray(0, used);
}

function dataOf(bytes: Uint8Array): Record<string, Uint8Array> {
  const data: Record<string, Uint8Array> = {};
  for (let at = 0; at < bytes.length; at += PROPERTY)
    data[`data${String(at / PROPERTY)}`] = Uint8Array.from(bytes.subarray(at, at + PROPERTY));
  return data;
}

/** The bytes of a row that {@link dataOf} made. */
export function bytesIn(row: Entity): Buffer {
  const parts: Uint8Array[] = [];
  for (let part = row['data0']; part instanceof Uint8Array; part = row[`data${String(parts.length)}`]) parts.push(part);
  return Buffer.concat(parts);
}

/** Takes frames out of bytes as they come. */
export function frameReader(): { push(bytes: Buffer): Iterable<Buffer>; rest(): number } {
  let held = Buffer.alloc(0);
  return {
    *push(bytes) {
      held = Buffer.concat([held, bytes]);
      let at = 0;
      while (held.length >= at + LENGTH) {
        const end = at + LENGTH + held.readUInt32LE(at);
        if (held.length < end) break;
        yield held.subarray(at + LENGTH, end);
        at = end;
      }
      held = held.subarray(at);
    },
    rest: () => held.length,
  };
}
