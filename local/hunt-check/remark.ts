/** What a colleague would say of a place in a hunt file. An error is something the hunt cannot run with, or not as meant. */
export interface Remark {
  readonly severity: 'error' | 'warning';
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** How many characters it is about; 0 when it is about a place. */
  readonly length: number;
  readonly message: string;
  readonly suggestion?: string;
}

/** The same of a place in a query: an offset from 0. */
export interface QueryRemark extends Omit<Remark, 'line' | 'column'> {
  readonly start: number;
}
