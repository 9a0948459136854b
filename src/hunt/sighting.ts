import type { AnswerColumn, Cell, QueryAnswer } from './answer.ts';
import { deviceKeyOf, type DeviceKey } from './device-key.ts';
import type { DeviceColumns, Hunt } from './hunt.ts';

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

export interface Sightings {
  /** One per device, ordered by device key, whatever the order of the rows. */
  readonly devices: readonly Sighting[];
  /** Rows that name no device. Counted and told, never dropped in silence. */
  readonly withoutDevice: number;
  /** Columns the hunt's author named that the answer does not have. */
  readonly missingColumns: readonly string[];
}

/** A `Report` set may hold 100,000 ids; a card and a row need a few. */
export const MAX_REPORTS = 20;

/** Reads an answer into one sighting per device, merging rows that differ in name only. */
export function readSightings(answer: QueryAnswer, hunt: Pick<Hunt, 'device' | 'requiredColumns'>): Sightings {
  // A workspace without any data answers neither rows nor columns: nothing was seen, and nothing is missing.
  if (answer.columns.length === 0 && answer.rows.length === 0)
    return { devices: [], withoutDevice: 0, missingColumns: [] };
  const at = columnPositions(answer.columns, hunt.device);
  const missingColumns = hunt.requiredColumns.filter((field) => at[field] < 0).map((field) => hunt.device[field]);
  if (at.id < 0 && at.name < 0 && missingColumns.length === 0) missingColumns.push(hunt.device.id);
  if (missingColumns.length > 0) return { devices: [], withoutDevice: 0, missingColumns };

  const devices = new Map<DeviceKey, [Sighting, ...Sighting[]]>();
  let withoutDevice = 0;
  for (const row of answer.rows) {
    const sighting = readRow(row, at);
    if (!sighting) {
      withoutDevice += 1;
      continue;
    }
    const same = devices.get(sighting.device);
    if (same) same.push(sighting);
    else devices.set(sighting.device, [sighting]);
  }
  const ordered = [...devices.values()].map(merged).sort((a, b) => (a.device < b.device ? -1 : 1));
  return { devices: ordered, withoutDevice, missingColumns: [] };
}

type Positions = Readonly<Record<keyof DeviceColumns, number>>;

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

function readRow(row: readonly Cell[], at: Positions): Sighting | undefined {
  const id = textOf(row[at.id]);
  const name = textOf(row[at.name]);
  if (id.trim() === '' && name.trim() === '') return undefined;
  const firstSeen = instantOf(row[at.firstSeen]);
  const lastSeen = instantOf(row[at.lastSeen]);
  const count = numberOf(row[at.count]);
  const reports = reportsOf(row[at.reports]);
  return {
    device: deviceKeyOf(id, name),
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
function merged(same: readonly [Sighting, ...Sighting[]]): Sighting {
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
