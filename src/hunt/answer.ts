import type { PlainRow } from './plain-row.ts';

/** A scalar as the Log Analytics API sends it; `dynamic` values are JSON text, datetimes ISO text, unsafe longs bigint. */
export type Cell = string | number | bigint | boolean | null;

export interface AnswerColumn {
  readonly name: string;
  /** KQL's name of the type: `string`, `datetime`, `long`, `dynamic` … */
  readonly type: string;
}

/** Said by the service when rows are missing from an answer, for example because it was truncated. */
export interface PartialAnswer {
  readonly code: string;
  readonly message: string;
}

/** What a workspace answered to a query. */
export interface QueryAnswer {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly (readonly Cell[])[];
  readonly partial?: PartialAnswer;
}

/** Takes an answer row by row, so that nobody has to hold 500,000 of them. */
export interface RowReader<T> {
  /** Called once, before any row; never when the workspace has no data at all. */
  columns(columns: readonly AnswerColumn[]): void;
  row(cells: readonly Cell[]): void;
  /** Takes a row without making values of it; false, and nothing taken, where it is to be given to {@link row}. */
  readonly plainRow?: (row: PlainRow) => boolean;
  end(partial?: PartialAnswer): T;
}

/** Makes a reader for each attempt at a query: one that broke off has taken some rows. */
export type ReadRows<T> = () => RowReader<T>;

/** For small answers: all of it. */
export const collectRows: ReadRows<QueryAnswer> = () => {
  let known: readonly AnswerColumn[] = [];
  const rows: (readonly Cell[])[] = [];
  return {
    columns(columns) {
      known = columns;
    },
    row(cells) {
      rows.push(cells);
    },
    end: (partial) => ({ columns: known, rows, ...(partial && { partial }) }),
  };
};

/** Gives an answer that is there as a whole to a reader. */
export function readAnswer<T>({ columns, rows, partial }: QueryAnswer, read: ReadRows<T>): T {
  const reader = read();
  if (columns.length > 0) reader.columns(columns);
  for (const row of rows) reader.row(row);
  return reader.end(partial);
}
