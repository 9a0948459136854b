/**
 * Four bytes that stand for a device's name, so that a run sees whether a name has changed without reading it. FNV-1a over
 * the name without outer blanks and in small letters: cheap, and easily forged, so nothing is ever claimed from it alone.
 */
import { cut } from './cut.ts';

export type NameHash = number;

/** Not known: the ledger was written before there were hashes. */
export const UNKNOWN_NAME: NameHash = 0;
/** The device has no name. */
export const NO_NAME: NameHash = 1;

/** More of a name is not kept. */
export const LONGEST_NAME = 1024;

const [OFFSET, PRIME] = [0x811c9dc5, 0x01000193];
const [SPACE, TILDE, CAPITAL_A, CAPITAL_Z] = [0x20, 0x7e, 0x41, 0x5a];
const characters = new Uint8Array(LONGEST_NAME);

export function nameHashOf(name: string): NameHash {
  const { length } = name;
  if (length > LONGEST_NAME) return finished(hashOf(normalName(name)));
  for (let at = 0; at < length; at += 1) {
    const unit = name.charCodeAt(at);
    // Of other letters only the language knows which are small, and which are blanks.
    if (unit < SPACE || unit > TILDE) return finished(hashOf(normalName(name)));
    characters[at] = unit;
  }
  return nameHashAmong(characters, 0, length);
}

/** The same of a name of printable ASCII that is no longer than {@link LONGEST_NAME}. */
export function nameHashAmong(text: Uint8Array, start: number, end: number): NameHash {
  let [from, to] = [start, end];
  while (from < to && text[from] === SPACE) from += 1;
  while (to > from && text[to - 1] === SPACE) to -= 1;
  let hash = OFFSET;
  for (let at = from; at < to; at += 1) {
    const unit = text[at] ?? 0;
    hash = Math.imul(hash ^ (unit >= CAPITAL_A && unit <= CAPITAL_Z ? unit + 0x20 : unit), PRIME);
  }
  return from === to ? NO_NAME : finished(hash);
}

/** Two spellings of one name are the same text. */
export const normalName = (name: string): string => cut(name, LONGEST_NAME).trim().toLowerCase();

function hashOf(text: string): number | undefined {
  if (text === '') return undefined;
  let hash = OFFSET;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  return hash;
}

/** The two values that mean something else are given away. */
const finished = (hash: number | undefined): NameHash =>
  hash === undefined ? NO_NAME : hash >>> 0 <= NO_NAME ? 2 : hash >>> 0;
