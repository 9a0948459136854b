import type { AnswerColumn, Cell } from './answer.ts';
import { deviceKeyOf, type DeviceKey } from './device-key.ts';
import type { DeviceColumns, Hunt } from './hunt.ts';
import { secondsIn, type Seconds } from './seconds.ts';

/** A device in a run's answer. */
export interface Sighting {
  readonly device: DeviceKey;
  /** The id as the workspace wrote it; empty when the answer names the device only. */
  readonly id: string;
  readonly name: string;
  readonly firstSeen?: Date;
  readonly lastSeen?: Date;
  /** Matching rows, where the hunt counts them. */
  readonly count?: number;
  /** The lowest {@link MAX_REPORTS} report ids; `reportCount` tells how many there are. */
  readonly reports: readonly string[];
  readonly reportCount: number;
}

/** A `Report` set may hold 100,000 ids; a card and a row need a few. */
export const MAX_REPORTS = 20;

/** How the rows of one answer are read. */
export interface SightingColumns {
  readonly names: readonly string[];
  /** Columns the hunt's author named that the answer does not have, or the device's when it has neither id nor name. */
  readonly missing: readonly string[];
  readonly at: Positions;
  /** Whom a row is about; undefined when it names nobody. */
  device(row: readonly Cell[]): Named | undefined;
  sighting(row: readonly Cell[], named: Named): Sighting;
  /** What the row says of time, without an object for it. */
  first(row: readonly Cell[]): Seconds;
  last(row: readonly Cell[]): Seconds;
}

/** A device as a row names it. */
export type Named = Pick<Sighting, 'device' | 'id' | 'name'>;

export function sightingColumns(
  columns: readonly AnswerColumn[],
  hunt: Pick<Hunt, 'device' | 'requiredColumns'>,
): SightingColumns {
  const at = columnPositions(columns, hunt.device);
  const missing = hunt.requiredColumns.filter((field) => at[field] < 0).map((field) => hunt.device[field]);
  if (at.id < 0 && at.name < 0 && missing.length === 0) missing.push(hunt.device.id);
  return {
    names: columns.map(({ name }) => name),
    missing,
    at,
    device(row) {
      const id = textOf(row[at.id]);
      const name = textOf(row[at.name]);
      return id.trim() === '' && name.trim() === '' ? undefined : { device: deviceKeyOf(id, name), id, name };
    },
    sighting: (row, named) => readRow(row, named, at),
    first: (row) => secondsIn(row[at.firstSeen]),
    last: (row) => secondsIn(row[at.lastSeen]),
  };
}

/** In which cell of a row each is; -1: in none. */
export type Positions = Readonly<Record<keyof DeviceColumns, number>>;

function columnPositions(columns: readonly AnswerColumn[], device: DeviceColumns): Positions {
  const position = (name: string): number => columns.findIndex((column) => column.name === name);
  return {
    id: position(device.id),
    name: position(device.name),
    firstSeen: position(device.firstSeen),
    lastSeen: position(device.lastSeen),
    count: position(device.count),
    reports: position(device.reports),
  };
}

function readRow(row: readonly Cell[], { device, id, name }: Named, at: Positions): Sighting {
  const firstSeen = instantOf(row[at.firstSeen]);
  const lastSeen = instantOf(row[at.lastSeen]);
  const count = numberOf(row[at.count]);
  const reports = reportsOf(row[at.reports]);
  return {
    device,
    id,
    name,
    ...(firstSeen && { firstSeen }),
    ...(lastSeen && { lastSeen }),
    ...(count !== undefined && { count }),
    reports: lowest(reports),
    reportCount: reports.length,
  };
}

const textOf = (cell: Cell | undefined): string => (cell === null || cell === undefined ? '' : String(cell));

function instantOf(cell: Cell | undefined): Date | undefined {
  if (typeof cell !== 'string' || cell === '') return undefined;
  const at = new Date(cell);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

function numberOf(cell: Cell | undefined): number | undefined {
  if (cell === null || cell === undefined || cell === '' || typeof cell === 'boolean') return undefined;
  const number = Number(cell);
  return Number.isFinite(number) ? number : undefined;
}

/** Report ids are 64-bit: `JSON.parse` alone would round them, so numbers are read from the source text. */
function reportsOf(cell: Cell | undefined): readonly string[] {
  if (typeof cell !== 'string') return cell === null || cell === undefined ? [] : [String(cell)];
  if (!cell.startsWith('[')) return cell === '' ? [] : [cell];
  try {
    const parse = JSON.parse as (
      text: string,
      revive: (key: string, value: unknown, at: { source?: string }) => unknown,
    ) => unknown;
    const values = parse(cell, (_key, value, at) => (typeof value === 'number' ? (at.source ?? String(value)) : value));
    return Array.isArray(values)
      ? values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
      : [];
  } catch {
    // Not JSON after all: the text itself is the pointer an analyst can follow.
    return [cell];
  }
}

const byNumberThenText = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

const lowest = (reports: readonly string[]): readonly string[] =>
  [...reports].sort(byNumberThenText).slice(0, MAX_REPORTS);

/** Rows of one device that differ in name only. The order of the rows does not matter. */
export function merged(same: readonly [Sighting, ...Sighting[]]): Sighting {
  if (same.length === 1) return same[0];
  const [newest = same[0]] = [...same].sort(newestNamedFirst);
  const firstSeen = extreme(
    same.map((sighting) => sighting.firstSeen),
    Math.min,
  );
  const lastSeen = extreme(
    same.map((sighting) => sighting.lastSeen),
    Math.max,
  );
  const counts = same.flatMap(({ count }) => count ?? []);
  return {
    device: newest.device,
    id: same.map(({ id }) => id).sort()[0] ?? newest.id,
    name: newest.name,
    ...(firstSeen && { firstSeen }),
    ...(lastSeen && { lastSeen }),
    ...(counts.length > 0 && { count: counts.reduce((sum, count) => sum + count) }),
    reports: lowest([...new Set(same.flatMap(({ reports }) => reports))]),
    reportCount: same.reduce((sum, { reportCount }) => sum + reportCount, 0),
  };
}

/** A device is called what it was called last; of two names used at once, the one that sorts first. */
function newestNamedFirst(a: Sighting, b: Sighting): number {
  const named = Number(b.name !== '') - Number(a.name !== '');
  const newest = (b.lastSeen?.getTime() ?? 0) - (a.lastSeen?.getTime() ?? 0);
  return named || newest || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

function extreme(times: readonly (Date | undefined)[], pick: (...times: number[]) => number): Date | undefined {
  const known = times.flatMap((at) => at?.getTime() ?? []);
  return known.length === 0 ? undefined : new Date(known.reduce((a, b) => pick(a, b)));
}
