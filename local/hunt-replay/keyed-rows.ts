/** Kept rows with the keys of the devices that they name. */
import { deviceKeyOf, type DeviceKey } from '../../src/hunt/device-key.ts';
import type { KeptRow } from '../../src/hunt/kept-rows.ts';
import type { KeptHead } from '../../src/hunt/kept-run.ts';
import { dayOf } from '../../src/time.ts';
import type { KeptContent } from './kept-content.ts';
import { rowFilter, type RowFilter } from './kept-table.ts';
import type { KnownThen } from './known-then.ts';
import { filterable, type Trial } from './trial.ts';

/** Without a key: a row that names nobody. */
export type Keyed = readonly (readonly [DeviceKey | undefined, KeptRow])[];

export const keyedRows = (rows: readonly KeptRow[]): Keyed => rows.map((row) => [keyOf(row), row]);

function keyOf([id, name]: KeptRow): DeviceKey | undefined {
  const [of, called] = [String(id ?? ''), String(name ?? '')];
  return of.trim() === '' && called.trim() === '' ? undefined : deviceKeyOf(of, called);
}

/** The day on which an answer had a device is the run's, but a backfill's answer is of many days. */
export function see(known: KnownThen, rows: Keyed, { trigger, asOf }: KeptHead): void {
  const today = dayOf(asOf);
  for (const [device, row] of rows) {
    if (!device) continue;
    const at = trigger === 'backfill' ? new Date(String(row[3])).getTime() : Number.NaN;
    known.see(device, Number.isNaN(at) ? today : Math.min(today, dayOf(new Date(at))));
  }
}

/** Keeps to the rows that a `where` lets through; remembers what it has compiled, since all runs have the same columns. */
export function rowsThrough() {
  const compiled = new Map<string, RowFilter>();
  return (rows: Keyed, content: KeptContent, { where }: Trial, asOf: Date): Keyed => {
    if (where === '') return rows;
    const columns = filterable(content.columns);
    const key = JSON.stringify([where, columns]);
    const filter = compiled.get(key) ?? rowFilter(where, columns);
    compiled.set(key, filter);
    const places = content.columns.flatMap((column, place) => (column && columns.includes(column) ? [place] : []));
    const through = filter(
      rows.map(([, row]) => places.map((place) => row[place] ?? null)),
      asOf,
    );
    return rows.filter((_row, place) => through.has(place));
  };
}
