import type { AnswerColumn, Cell, ReadRows } from './answer.ts';
import type { DeviceColumns } from './hunt.ts';

/** Makes a text small; what is kept of a run is held like that and in no other way. */
export type Pack = (text: string) => Uint8Array;

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

/** Packed in batches as they come: a batch is a few milliseconds' work, and nobody holds the rows. */
const ROWS = 1_000;
const CHARACTERS = 200_000;

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
    let columns: readonly (AnswerColumn | null)[] = KEPT_FIELDS.map(() => null);
    let [id, name, firstSeen, lastSeen, count, reports] = [-1, -1, -1, -1, -1, -1];
    let rows: KeptRow[] = [];
    let characters = 0;
    const flush = (): void => {
      if (rows.length > 0) batches.push(pack(JSON.stringify(rows)));
      rows = [];
      characters = 0;
    };
    return {
      columns(named) {
        const place = (field: keyof DeviceColumns): number => named.findIndex((column) => column.name === names[field]);
        [id, name, firstSeen, lastSeen, count, reports] = [
          ...[place('id'), place('name'), place('firstSeen'), place('lastSeen'), place('count'), place('reports')],
        ] as [number, number, number, number, number, number];
        columns = KEPT_FIELDS.map((field) => named[place(field)] ?? null);
        reader.columns(named);
      },
      row(cells) {
        reader.row(cells);
        const [of, called, pointers] = [plain(cells[id]), plain(cells[name]), plain(cells[reports])];
        const isLong = typeof pointers === 'string' && pointers.length > LONGEST_REPORTS;
        const [first, last, times] = [plain(cells[firstSeen]), plain(cells[lastSeen]), plain(cells[count])];
        if (isLong) rows.push([of, called, first, last, times, ...fewOf(pointers)]);
        else rows.push([of, called, first, last, times, pointers]);
        characters += 100 + lengthOf(of) + lengthOf(called) + LONGEST_REPORTS;
        if (rows.length >= ROWS || characters > CHARACTERS) flush();
      },
      end(partial) {
        const value = reader.end(partial);
        flush();
        return { value, kept: { columns, batches } };
      },
    };
  };
}

/** JSON knows no 64-bit numbers; a column of numbers is read from text as well. */
const plain = (cell: Cell | undefined): string | number | boolean | null =>
  typeof cell === 'bigint' ? cell.toString() : (cell ?? null);
const lengthOf = (cell: Cell): number => (typeof cell === 'string' ? cell.length : 8);

/** A set of report ids may be of 100,000. */
const LONGEST_REPORTS = 120;

/** The first few of a long list, and how many there are. It is not parsed: most rows are of known devices. */
function fewOf(list: string): readonly [string, number] {
  let entries = 1;
  for (let at = list.indexOf(','); at >= 0; at = list.indexOf(',', at + 1)) entries += 1;
  const end = list.lastIndexOf(',', LONGEST_REPORTS);
  const isArray = list.startsWith('[') && end > 0;
  return [isArray ? `${list.slice(0, end)}]` : list.slice(0, LONGEST_REPORTS), isArray ? entries : 1];
}
