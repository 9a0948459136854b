/** Rows that were kept, as a table that our own KQL engine asks. */
import type { AnswerColumn, Cell } from '../../src/hunt/answer.ts';
import { parsedJson } from '../kql/dynamics.ts';
import { KqlError } from '../kql/kql-error.ts';
import type { Row } from '../kql/compile.ts';
import { compileQuery, type CompiledQuery } from '../kql/query.ts';
import { long, parseDatetime, parseTimespan, ticksOf, type Value } from '../kql/values.ts';

export { KqlError };

/** Which row of the table a row of the result was. */
const PLACE = 'Firstsight_Row';
const TABLE = 'Kept';

/** Which rows a piece of KQL lets through. Throws a {@link KqlError} for what cannot be asked of these columns. */
export interface RowFilter {
  (rows: readonly (readonly Cell[])[], asOf: Date): ReadonlySet<number>;
}

/** `pipe` is what stands behind the table's name, from its `|` on; `head` is what it may name besides columns. */
export function rowFilter(pipe: string, columns: readonly AnswerColumn[], head = ''): RowFilter {
  const schema = { [TABLE]: [...columns, { name: PLACE, type: 'long' }] };
  const query: CompiledQuery = compileQuery(`${head}${TABLE}\n${pipe}\n| project ${PLACE}\n`, schema);
  return (rows, asOf) => {
    const table = rows.map((row, place): Row => [
      ...columns.map(({ type }, i) => valueOf(row[i] ?? null, type)),
      place,
    ]);
    const result = query.run({ now: ticksOf(asOf), rows: () => table });
    return new Set(result.rows.map(([place]) => Number(place)));
  };
}

/** A cell as the service sent it, as a value of its column's type. */
function valueOf(cell: Cell, type: string): Value {
  if (cell === null) return type === 'string' ? '' : null;
  switch (type) {
    case 'datetime':
      return parseDatetime(String(cell));
    case 'timespan':
      return parseTimespan(String(cell));
    case 'long':
    case 'int':
      return /^-?\d+$/.test(String(cell)) ? long(BigInt(cell)) : null;
    case 'real':
      return Number(cell);
    case 'bool':
      return typeof cell === 'boolean' ? cell : cell === 1 || cell === 'true';
    case 'dynamic':
      return typeof cell === 'string' ? parsedJson(cell) : cell;
    default:
      return String(cell);
  }
}
