import { WORD_CHARACTER, type Characters } from './characters.ts';
import { parsePattern, PatternError, type Assertion, type Pattern } from './syntax.ts';

export type Test = (codePoint: number) => boolean;

export type Instruction =
  | { readonly op: 'one'; readonly test: Test }
  | { readonly op: 'assert'; readonly name: Assertion }
  | { readonly op: 'save'; readonly slot: number }
  /** Goes on at `first`, and where that leads nowhere at `second`. */
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'match' };

export interface Program {
  readonly instructions: readonly Instruction[];
  /** The names of the groups, by their numbers from 1. */
  readonly groups: readonly (string | undefined)[];
}

const MOST_INSTRUCTIONS = 20_000;

/** A pattern as instructions; throws a {@link PatternError} for one that this engine does not know. */
export function compilePattern(source: string): Program {
  const { pattern, groups } = parsePattern(source);
  const instructions: Instruction[] = [];
  const put = <T extends Instruction>(instruction: T): T => {
    if (instructions.push(instruction) > MOST_INSTRUCTIONS)
      throw new PatternError(`repetitions that add up to too many in the regular expression ${source.slice(0, 60)}`);
    return instruction;
  };
  const here = (): number => instructions.length;

  const emit = (part: Pattern): void => {
    switch (part.kind) {
      case 'characters':
        put({ op: 'one', test: testOf(part.characters) });
        return;
      case 'assertion':
        put({ op: 'assert', name: part.name });
        return;
      case 'sequence':
        part.parts.forEach(emit);
        return;
      case 'group':
        put({ op: 'save', slot: 2 * part.index });
        emit(part.part);
        put({ op: 'save', slot: 2 * part.index + 1 });
        return;
      case 'choice':
        emitChoice(part.parts);
        return;
      case 'repeat':
        for (let n = 0; n < part.min; n += 1) emit(part.part);
        if (part.max === Infinity) emitMany(part.part, part.greedy);
        else emitOptional(part.part, part.max - part.min, part.greedy);
    }
  };
  const emitChoice = (parts: readonly Pattern[]): void => {
    const ends: { to: number }[] = [];
    for (const [i, part] of parts.entries()) {
      const split = i < parts.length - 1 ? put({ op: 'split', first: here() + 1, second: 0 }) : undefined;
      emit(part);
      if (!split) continue;
      ends.push(put({ op: 'jump', to: 0 }));
      split.second = here();
    }
    for (const end of ends) end.to = here();
  };
  const emitMany = (part: Pattern, greedy: boolean): void => {
    const split = put({ op: 'split', first: 0, second: 0 });
    const start = here();
    emit(part);
    put({ op: 'jump', to: start - 1 });
    [split.first, split.second] = greedy ? [start, here()] : [here(), start];
  };
  const emitOptional = (part: Pattern, times: number, greedy: boolean): void => {
    const splits: { first: number; second: number }[] = [];
    for (let n = 0; n < times; n += 1) {
      const split = put({ op: 'split', first: here() + 1, second: here() + 1 });
      splits.push(split);
      emit(part);
    }
    for (const split of splits) {
      if (greedy) split.second = here();
      else split.first = here();
    }
  };

  emit(pattern);
  put({ op: 'match' });
  return { instructions, groups };
}

const tests = new Map<string, Test>();

/** Whether a set has a character; what a set says of one is asked once. */
export function testOf({ source, ignoreCase }: Characters): Test {
  const key = `${ignoreCase ? 'i' : ' '}${source}`;
  const known = tests.get(key);
  if (known) return known;
  const expression = new RegExp(`^${source}$`, ignoreCase ? 'iv' : 'v');
  const ascii = Array.from({ length: 128 }, (_, point) => expression.test(String.fromCodePoint(point)));
  const others = new Map<number, boolean>();
  const test: Test = (point) => {
    if (point < 128) return ascii[point] === true;
    const found = others.get(point) ?? expression.test(String.fromCodePoint(point));
    others.set(point, found);
    return found;
  };
  tests.set(key, test);
  return test;
}

export const isWord: Test = testOf(WORD_CHARACTER);
