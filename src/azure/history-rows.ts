/**
 * A scope's history as two short texts, so that the rows of 600 scopes are still one page of an answer, and quick to read:
 * a board reads 18,000 marks. A text that cannot be read is no history: it is only looked at, and later runs write it anew.
 */
import { MARKED_RUNS, type RunMark, type ScopeHistory } from '../hunt/history.ts';
import type { RunId } from '../hunt/run.ts';
import type { Entity } from './table.ts';

/** Instant and nonce of the id (the scope's key stands in the row's own), clock, how it ended, and what it saw and took. */
type Tuple = readonly [string, string, number, string, number, number, number, number];

const LETTERS = { completed: 'c', partial: 'p', failed: 'f' } as const;
const STATUSES: Readonly<Record<string, RunMark['status']>> = { c: 'completed', p: 'partial', f: 'failed' };

export const historyProperties = ({ marks, newsByDay }: ScopeHistory): Record<'marks' | 'news', string> => ({
  marks: JSON.stringify(marks.map(tupleOf)),
  news: JSON.stringify([...newsByDay]),
});

function tupleOf({ run, asOf, status, devices, newlySeen, returning, took }: RunMark): Tuple {
  const [instant = '', , nonce = ''] = run.split('-');
  return [instant, nonce, asOf.getTime(), LETTERS[status], devices, newlySeen, returning, Math.round(took)];
}

/** Undefined for a row that was written before there was any history. */
export function readHistory(row: Entity): ScopeHistory | undefined {
  const marks = tuplesIn(row['marks']);
  const news = tuplesIn(row['news']);
  if (!marks || !news) return undefined;
  return {
    marks: marks.slice(0, MARKED_RUNS).map((tuple) => markOf(tuple as Tuple, row.rowKey)),
    newsByDay: new Map(news as readonly (readonly [number, number])[]),
  };
}

function tuplesIn(text: unknown): readonly (readonly unknown[])[] | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const tuples: unknown = JSON.parse(text);
    return Array.isArray(tuples) ? tuples.filter((tuple): tuple is unknown[] => Array.isArray(tuple)) : undefined;
  } catch {
    // Written by nobody of ours.
    return undefined;
  }
}

const markOf = ([instant, nonce, asOf, letter, devices, newlySeen, returning, took]: Tuple, key: string): RunMark => ({
  run: `${instant}-${key}-${nonce}` as RunId,
  asOf: new Date(asOf),
  status: STATUSES[letter] ?? 'failed',
  devices,
  newlySeen,
  returning,
  took,
});
