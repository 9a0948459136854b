/** Answers as the workspace sends them: bytes, in pieces. */
import { wireReader } from '../../src/azure/wire-answer.ts';
import { readAnswer, type Cell, type QueryAnswer, type ReadRows } from '../../src/hunt/answer.ts';

const cellText = (cell: Cell): string => (typeof cell === 'bigint' ? cell.toString() : JSON.stringify(cell));
export const rowText = (row: readonly Cell[]): string => `[${row.map(cellText).join(',')}]`;

/** Gives an answer to a reader as {@link readAnswer} does, but as bytes, so that rows are read in the way they are in production. */
export function readByWire<T>(answer: QueryAnswer, read: ReadRows<T>, pieceSize = 1_000): T {
  const { columns, rows, partial } = answer;
  if (columns.length === 0) return readAnswer(answer, read);
  const reader = read();
  const wire = wireReader({ ...reader, end: () => reader.end(partial) });
  const table = `{"name":"PrimaryResult","columns":${JSON.stringify(columns)},"rows":[${rows.map(rowText).join(',')}]}`;
  const bytes = Buffer.from(`{"tables":[${table}]}`);
  for (let at = 0; at < bytes.length; at += pieceSize) wire.push(bytes.subarray(at, at + pieceSize));
  return wire.end();
}
