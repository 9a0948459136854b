/**
 * Faults from a file, a scenario a line: what a line leaves out means all of it. Several faults of one scenario stand with
 * a plus between them.
 *
 *     # mode  place   fault     request
 *     slot    storage dropAfter @12
 *     overlap storage stall @40 + teams status=503 @1
 *     lease   workspace
 */
import { nearest } from '../../src/nearest.ts';
import { FAULTS, PLACES, STATUSES, type FaultKind, type Place, type Strike } from './fault.ts';
import { MODES, type Mode } from './mode.ts';

/** How many requests of each place a run makes without any fault. */
export type Clean = ReadonlyMap<Mode, Readonly<Record<Place, number>>>;

export interface Row {
  readonly line: number;
  readonly mode: Mode;
  readonly strikes: readonly Strike[];
}

export class FaultTableError extends Error {
  override readonly name = 'FaultTableError';
}

/** The scenarios of a table. Throws with every line that cannot be meant. */
export function readFaultTable(text: string, clean: Clean): readonly Row[] {
  const problems: string[] = [];
  const rows = text.split(/\r?\n/).flatMap((full, index): Row[] => {
    const words = full.replace(/#.*/, '').trim();
    if (words === '') return [];
    const result = rowsOf(words, index + 1, clean);
    if (Array.isArray(result)) return result;
    problems.push(`line ${String(index + 1)}: ${result}`);
    return [];
  });
  if (problems.length === 0 && rows.length === 0) problems.push('there is no fault in it');
  if (problems.length > 0) throw new FaultTableError(problems.join('\n'));
  return rows;
}

/** What a line says of one fault, before what it leaves out is filled in. */
interface Words {
  mode?: Mode;
  place?: Place;
  kind?: FaultKind;
  status?: number;
  at?: number;
}

function rowsOf(text: string, line: number, clean: Clean): Row[] | string {
  const said: Words[] = [];
  for (const part of text.split('+')) {
    const words = wordsOf(part.trim());
    if (typeof words === 'string') return words;
    said.push(words);
  }
  const [mode, other] = said.flatMap((words) => words.mode ?? []);
  if (other) return 'a scenario has one mode';
  const rows: Row[] = [];
  let past = '';
  for (const each of mode ? [mode] : clean.keys()) {
    const counts = clean.get(each);
    if (!counts) return `the mode ${each} is not among --modes`;
    const choices = said.map((words) => strikesOf(words, counts));
    // A fault may lead to more requests, so the second one may come where no calm run gets to.
    if (choices.every((one) => one.length === 0)) {
      past ||= pastTheEnd(said, each, counts);
      continue;
    }
    const filled = choices.map((one, n) => (one.length > 0 ? one : strikesOf(said[n] ?? {}, undefined)));
    rows.push(...combined(filled).map((strikes) => ({ line, mode: each, strikes })));
  }
  return rows.length > 0 ? rows : past;
}

function wordsOf(part: string): Words | string {
  const words: Words = {};
  const tokens = part.split(/[\s,;]+/).filter((token) => token !== '');
  if (tokens.length === 0) return 'a fault is missing beside the plus';
  for (const token of tokens) {
    const [, digits] = /^@?(\d+)$/.exec(token) ?? [];
    const [, status] = /^status=(\d+)$/i.exec(token) ?? [];
    const mode = MODES.find((one) => one === token);
    const place = PLACES.find((one) => one === token);
    const kind = FAULTS.find((one) => one.toLowerCase() === token.toLowerCase());
    if (digits !== undefined && Number(digits) === 0) return 'requests are counted from 1';
    if (status !== undefined && !STATUSES.some((one) => one === Number(status)))
      return `status=${status}: the statuses are ${STATUSES.join(', ')}`;
    const found: Words | undefined =
      digits !== undefined
        ? { at: Number(digits) }
        : status !== undefined
          ? { status: Number(status) }
          : mode
            ? { mode }
            : place
              ? { place }
              : kind && { kind };
    if (!found) return unknownWord(token);
    const [name = ''] = Object.keys(found);
    if (name in words) return `"${token}" is a second ${NAMES[name] ?? name} for one fault`;
    Object.assign(words, found);
  }
  if (words.status !== undefined && !(words.kind ??= 'status').startsWith('status'))
    return `${words.kind} gives no status`;
  return words;
}

const NAMES: Readonly<Record<string, string>> = { at: 'request', kind: 'fault' };

function unknownWord(token: string): string {
  const best = nearest(token, [...MODES, ...PLACES, ...FAULTS]);
  const hint = best ? `; did you mean "${best}"?` : '';
  return `"${token}" is no mode (${MODES.join(' ')}), place (${PLACES.join(' ')}), fault (${FAULTS.join(' ')}) or request (@12)${hint}`;
}

/** All that the words may mean in a run with so many requests. */
function strikesOf(words: Words, counts: Readonly<Record<Place, number>> | undefined): readonly Strike[] {
  const { at, status } = words;
  const kinds = words.kind ? [words.kind] : FAULTS;
  return (words.place ? [words.place] : PLACES).flatMap((place) => {
    const last = counts?.[place] ?? Infinity;
    const positions = at === undefined ? Array.from({ length: counts?.[place] ?? 0 }, (_, n) => n + 1) : [at];
    return positions
      .filter((position) => position <= last)
      .flatMap((position) => kinds.map((kind) => ({ place, at: position, kind, ...(status && { status }) })));
  });
}

function pastTheEnd(said: readonly Words[], mode: Mode, counts: Readonly<Record<Place, number>>): string {
  const [{ place, at = 0 } = {}] = said;
  const most = place ? `${String(counts[place])} requests to ${place}` : 'fewer requests to any place';
  return `request ${String(at)} is past the last: in mode ${mode} a run makes ${most}`;
}

const combined = (choices: readonly (readonly Strike[])[]): readonly (readonly Strike[])[] =>
  choices.reduce<readonly (readonly Strike[])[]>(
    (before, next) => before.flatMap((some) => next.map((one) => [...some, one])),
    [[]],
  );
