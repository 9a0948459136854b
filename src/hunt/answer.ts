/** A scalar as the Log Analytics API sends it; `dynamic` values are JSON text, datetimes ISO text, unsafe longs bigint. */
export type Cell = string | number | bigint | boolean | null;

export interface AnswerColumn {
  readonly name: string;
  /** KQL's name of the type: `string`, `datetime`, `long`, `dynamic` … */
  readonly type: string;
}

/** What a workspace answered to a query. */
export interface QueryAnswer {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** Set when the service says that rows are missing, for example because the answer was truncated. */
  readonly partial?: { readonly code: string; readonly message: string };
}
