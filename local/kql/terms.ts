/**
 * KQL's terms: maximal runs of letters and digits. `has` finds a text whose ends are ends of terms; letters touching it on
 * either side make it part of another term.
 */
const ALPHANUMERIC = /[\p{L}\p{N}]/u;

const isTermCharacter = (text: string, at: number): boolean =>
  at >= 0 && at < text.length && ALPHANUMERIC.test(text.charAt(at));

function occursAt(text: string, part: string, matches: (start: number, end: number) => boolean): boolean {
  for (let start = text.indexOf(part); start >= 0; start = text.indexOf(part, start + 1)) {
    if (matches(start, start + part.length)) return true;
  }
  return false;
}

/** A boundary lies where a term character has none beside it; a part that itself ends in punctuation needs no boundary there. */
const startsTerm = (text: string, part: string, at: number): boolean =>
  !isTermCharacter(part, 0) || !isTermCharacter(text, at - 1);
const endsTerm = (text: string, part: string, at: number): boolean =>
  !isTermCharacter(part, part.length - 1) || !isTermCharacter(text, at);

/** All three take texts whose case has been folded already, where case does not count. */
export const has = (text: string, part: string): boolean =>
  part === '' || occursAt(text, part, (start, end) => startsTerm(text, part, start) && endsTerm(text, part, end));
export const hasPrefix = (text: string, part: string): boolean =>
  part === '' || occursAt(text, part, (start) => startsTerm(text, part, start));
export const hasSuffix = (text: string, part: string): boolean =>
  part === '' || occursAt(text, part, (_start, end) => endsTerm(text, part, end));
