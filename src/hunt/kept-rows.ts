import type { AnswerColumn, Cell, ReadRows } from './answer.ts';
import { batchOf, runsOf, type CellRun, type Pack } from './kept-batch.ts';
import type { DeviceColumns } from './hunt.ts';
import { isNothing, type PlainRow } from './plain-row.ts';

/** What is kept of a row: the hunt's own columns as they came, and how many report ids there are where not all are kept. */
export type KeptRow = readonly [
  id: Cell,
  name: Cell,
  firstSeen: Cell,
  lastSeen: Cell,
  count: Cell,
  reports: Cell,
  reportCount?: number,
];

/** In the order of a {@link KeptRow}. */
export const KEPT_FIELDS = [
  'id',
  'name',
  'firstSeen',
  'lastSeen',
  'count',
  'reports',
] as const satisfies readonly (keyof DeviceColumns)[];

/** Some rows, packed together. */
export interface KeptAnswer {
  /** The columns of {@link KEPT_FIELDS} as the answer had them; null where it had none. */
  readonly columns: readonly (AnswerColumn | null)[];
  /** JSON of some {@link KeptRow}s each. */
  readonly batches: readonly Uint8Array[];
}

const NOTHING: KeptAnswer = { columns: [], batches: [] };

/** The same reader, which also keeps the rows that it is given; nothing without `pack`. One that broke off has kept nothing. */
export function keepingRows<T>(
  read: ReadRows<T>,
  names: DeviceColumns,
  pack: Pack | undefined,
): ReadRows<{ readonly value: T; readonly kept: KeptAnswer }> {
  return () => {
    const reader = read();
    if (!pack) return { ...reader, end: (partial) => ({ value: reader.end(partial), kept: NOTHING }) };
    const batches: Uint8Array[] = [];
    const batch = batchOf(pack, (packed) => batches.push(packed));
    let columns: readonly (AnswerColumn | null)[] = KEPT_FIELDS.map(() => null);
    let places: readonly number[] = [];
    let width = 0;
    let runs: readonly CellRun[] = [];
    const { plainRow } = reader;
    return {
      columns(named) {
        places = KEPT_FIELDS.map((field) => named.findIndex((column) => column.name === names[field]));
        width = named.length;
        runs = runsOf(places);
        columns = places.map((place) => named[place] ?? null);
        reader.columns(named);
      },
      row(cells) {
        reader.row(cells);
        batch.add(JSON.stringify(keptRow(places.map((place) => plain(cells[place])))));
      },
      ...(plainRow && {
        plainRow(row) {
          if (row.length !== width || isLong(row, places.at(-1) ?? -1) || !plainRow(row)) return false;
          batch.addPlain(row, runs);
          return true;
        },
      }),
      end(partial) {
        const value = reader.end(partial);
        batch.flush();
        return { value, kept: { columns, batches } };
      },
    };
  };
}

type PlainCell = string | number | boolean | null;

/** JSON knows no 64-bit numbers; a column of numbers is read from text as well. */
const plain = (cell: Cell | undefined): PlainCell => (typeof cell === 'bigint' ? cell.toString() : (cell ?? null));
/** A set of report ids may be of 100,000. */
const LONGEST_REPORTS = 120;

function keptRow(cells: readonly PlainCell[]): readonly PlainCell[] {
  const pointers = cells.at(-1);
  if (typeof pointers !== 'string' || pointers.length <= LONGEST_REPORTS) return cells;
  return [...cells.slice(0, -1), ...fewOf(pointers)];
}

const isLong = (row: PlainRow, reports: number): boolean =>
  !isNothing(row, reports) && (row.ends[reports] ?? 0) - (row.starts[reports] ?? 0) - 2 > LONGEST_REPORTS;

/** The first few of a long list, and how many there are. It is not parsed: most rows are of known devices. */
function fewOf(list: string): readonly [string, number] {
  let entries = 1;
  for (let at = list.indexOf(','); at >= 0; at = list.indexOf(',', at + 1)) entries += 1;
  const end = list.lastIndexOf(',', LONGEST_REPORTS);
  const isArray = list.startsWith('[') && end > 0;
  return [isArray ? `${list.slice(0, end)}]` : list.slice(0, LONGEST_REPORTS), isArray ? entries : 1];
}
