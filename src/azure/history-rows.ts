/**
 * A scope's history as two short texts, so that the rows of 600 scopes are still one page of an answer. Numbers are in
 * base 36. A text that cannot be read is no history: it is only looked at, and the next runs write it anew.
 */
import { MARKED_RUNS, type RunMark, type ScopeHistory } from '../hunt/history.ts';
import { parseRunId, type RunId } from '../hunt/run.ts';
import type { Entity } from './table.ts';

const STATUS = { completed: 'c', partial: 'p', failed: 'f' } as const;
const STATUSES = new Map(
  Object.entries(STATUS).map(([status, letter]) => [letter as string, status as RunMark['status']]),
);
const short = (n: number): string => Math.round(n).toString(36);
const long = (text: string | undefined): number =>
  text !== undefined && /^-?[0-9a-z]+$/.test(text) ? Number.parseInt(text, 36) : NaN;

export const historyProperties = ({ marks, newsByDay }: ScopeHistory): Record<'marks' | 'news', string> => ({
  marks: marks.map(markText).join(';'),
  news: [...newsByDay].map(([day, count]) => `${short(day)}:${short(count)}`).join(';'),
});

/** The id without the scope's key, which stands in the row's own key. */
function markText({ run, asOf, status, devices, newlySeen, returning, took }: RunMark): string {
  const at = parseRunId(run)?.at.getTime() ?? 0;
  const nonce = run.split('-').at(-1) ?? '';
  const numbers = [devices, newlySeen, returning, took].map(short);
  return [short(at), nonce === 'slot' ? '' : nonce, short(asOf.getTime() - at), STATUS[status], ...numbers].join(',');
}

/** Undefined for a row that was written before there was any history. */
export function readHistory(row: Entity): ScopeHistory | undefined {
  const { marks, news } = row as { readonly marks?: unknown; readonly news?: unknown };
  if (typeof marks !== 'string' || typeof news !== 'string') return undefined;
  return {
    marks: parts(marks)
      .flatMap((text) => readMark(text, row.rowKey))
      .slice(0, MARKED_RUNS),
    newsByDay: new Map(
      parts(news).flatMap((text): [number, number][] => {
        const [day = NaN, count = NaN] = text.split(':').map(long);
        return Number.isNaN(day) || Number.isNaN(count) ? [] : [[day, count]];
      }),
    ),
  };
}

const parts = (text: string): string[] => text.split(';').filter((part) => part !== '');

function readMark(text: string, scopeKey: string): RunMark[] {
  const [id, nonce = '', delta, letter = '', ...counts] = text.split(',');
  const at = long(id);
  const status = STATUSES.get(letter);
  const [devices, newlySeen, returning, took] = counts.map(long);
  const numbers = [at, long(delta), devices, newlySeen, returning, took];
  if (!status || numbers.some((n) => n === undefined || Number.isNaN(n))) return [];
  const instant = new Date(at).toISOString().replace(/[-:.]/g, '');
  return [
    {
      run: `${instant}-${scopeKey}-${nonce === '' ? 'slot' : nonce}` as RunId,
      asOf: new Date(at + long(delta)),
      status,
      devices: devices ?? 0,
      newlySeen: newlySeen ?? 0,
      returning: returning ?? 0,
      took: took ?? 0,
    },
  ];
}
