import type { Cell, QueryAnswer } from './answer.ts';
import { deviceKeyOf, type DeviceKey } from './device-key.ts';
import { EVIDENCE_COLUMNS, type EvidenceKind } from './evidence-kinds.ts';

/** What became of a question. */
export type Part =
  { readonly state: 'answered'; readonly answer: QueryAnswer } | { readonly state: 'failed'; readonly code: string };
/** The questions that a hunt asks, each with what became of it. */
export type Parts = Readonly<Partial<Record<EvidenceKind, Part>>>;

/** A row, by the names of its columns. */
export interface EvidenceRow {
  text(name: string): string;
  number(name: string): number | undefined;
  flag(name: string): boolean | undefined;
  instant(name: string): Date | undefined;
}

/** Why a part is not the whole truth; undefined when it is. */
export function gapOf(kind: EvidenceKind, part: Part | undefined): string | undefined {
  if (!part) return undefined;
  if (part.state === 'failed') return part.code;
  if (missingColumns(kind, part.answer).length > 0) return 'unexpected-columns';
  return part.answer.partial && 'partial-answer';
}

const missingColumns = (kind: EvidenceKind, { columns }: QueryAnswer): readonly string[] =>
  // A workspace without any data answers neither rows nor columns.
  columns.length === 0
    ? []
    : EVIDENCE_COLUMNS[kind].required.filter((name) => !columns.some((column) => column.name === name));

export function rowsOf(kind: EvidenceKind, part: Part | undefined): readonly EvidenceRow[] {
  if (part?.state !== 'answered' || missingColumns(kind, part.answer).length > 0) return [];
  const places = new Map(part.answer.columns.map(({ name }, place) => [name, place]));
  return part.answer.rows.map((row) => readerOf((name) => row[places.get(name) ?? -1] ?? null));
}

export const byDevice = (kind: EvidenceKind, part: Part | undefined): ReadonlyMap<DeviceKey, readonly EvidenceRow[]> =>
  Map.groupBy(rowsOf(kind, part), (row) => deviceKeyOf(row.text('DeviceId'), ''));

function readerOf(cellOf: (name: string) => Cell): EvidenceRow {
  return {
    text(name) {
      const cell = cellOf(name);
      return cell === null ? '' : String(cell);
    },
    number(name) {
      const cell = cellOf(name);
      const number = cell === null || cell === '' || typeof cell === 'boolean' ? Number.NaN : Number(cell);
      return Number.isFinite(number) ? number : undefined;
    },
    flag(name) {
      const cell = cellOf(name);
      if (typeof cell === 'boolean') return cell;
      // Some columns of the tables are numbers where the documentation says bool.
      return cell === 1 || cell === 0 ? cell === 1 : undefined;
    },
    instant(name) {
      const cell = cellOf(name);
      const at = typeof cell === 'string' && cell !== '' ? new Date(cell) : undefined;
      return at === undefined || Number.isNaN(at.getTime()) ? undefined : at;
    },
  };
}
