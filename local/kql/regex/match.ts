import { compilePattern, isWord, type Program, type Test } from './program.ts';
import type { Assertion } from './syntax.ts';

/** A match: where each group starts and ends, the whole first; -1 where a group took no part. */
export type Match = readonly number[];

export interface Regex {
  readonly groups: Program['groups'];
  /** The first match at or after a place. */
  find(text: string, from?: number): Match | undefined;
}

/** What is still to be tried: an instruction at a place, or a group's boundary to put back. */
interface Pending {
  readonly at: number;
  readonly position: number;
  readonly slot: number;
}

/**
 * Looks for the match that comes first, and of several there the one that a backtracking search would find. No instruction
 * is tried twice at one place of the text, so the time is the text's length times the pattern's at most, whatever they are.
 */
export function regex(source: string): Regex {
  const program = compilePattern(source);
  const { instructions, groups } = program;
  const slots = 2 * (groups.length + 1);
  const begins = beginnings(program);
  const [opening] = instructions;
  const anchored = opening?.op === 'assert' && opening.name === 'start';
  return {
    groups,
    find(text, from = 0) {
      let tried: Uint8Array | undefined;
      for (let start = from; start <= text.length; start = next(text, start)) {
        if (begins && !begins.some((test) => start < text.length && test(text.codePointAt(start) ?? 0))) continue;
        tried ??= new Uint8Array(instructions.length * (text.length - from + 1));
        const found = run(program, text, from, start, tried, slots);
        if (found) return found;
        if (anchored) break;
      }
      return undefined;
    },
  };
}

/** What a match may begin with; undefined when it may begin with nothing, or depends on what surrounds it. */
function beginnings({ instructions }: Program): readonly Test[] | undefined {
  const tests = new Set<Test>();
  const seen = new Set<number>();
  const pending = [0];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const instruction = instructions[at];
    if (seen.has(at)) continue;
    seen.add(at);
    if (instruction?.op === 'one') tests.add(instruction.test);
    else if (instruction?.op === 'save') pending.push(at + 1);
    else if (instruction?.op === 'jump') pending.push(instruction.to);
    else if (instruction?.op === 'split') pending.push(instruction.first, instruction.second);
    else return undefined;
  }
  return [...tests];
}

const next = (text: string, at: number): number => at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

function run(
  { instructions }: Program,
  text: string,
  from: number,
  start: number,
  tried: Uint8Array,
  slots: number,
): Match | undefined {
  const width = text.length - from + 1;
  const captures = new Array<number>(slots).fill(-1);
  const pending: Pending[] = [{ at: 0, position: start, slot: -1 }];
  for (let task = pending.pop(); task; task = pending.pop()) {
    if (task.slot >= 0) {
      captures[task.slot] = task.position;
      continue;
    }
    let { at, position } = task;
    for (;;) {
      const mark = at * width + position - from;
      if (tried[mark] === 1) break;
      tried[mark] = 1;
      const instruction = instructions[at];
      if (!instruction) break;
      if (instruction.op === 'match') return [start, position, ...captures.slice(2)];
      if (instruction.op === 'one') {
        const point = text.codePointAt(position);
        if (point === undefined || !instruction.test(point)) break;
        position += point > 0xffff ? 2 : 1;
        at += 1;
      } else if (instruction.op === 'split') {
        pending.push({ at: instruction.second, position, slot: -1 });
        at = instruction.first;
      } else if (instruction.op === 'jump') at = instruction.to;
      else if (instruction.op === 'assert') {
        if (!holds(instruction.name, text, position)) break;
        at += 1;
      } else {
        pending.push({ at: 0, position: captures[instruction.slot] ?? -1, slot: instruction.slot });
        captures[instruction.slot] = position;
        at += 1;
      }
    }
  }
  return undefined;
}

function holds(name: Assertion, text: string, at: number): boolean {
  switch (name) {
    case 'start':
      return at === 0;
    case 'end':
      return at === text.length;
    case 'line-start':
      return at === 0 || text[at - 1] === '\n';
    case 'line-end':
      return at === text.length || text[at] === '\n';
    case 'boundary':
    case 'no-boundary': {
      const before = at > 0 && isWord(text.codePointAt(at - (isLow(text, at - 1) ? 2 : 1)) ?? 0);
      const after = at < text.length && isWord(text.codePointAt(at) ?? 0);
      return (before !== after) === (name === 'boundary');
    }
  }
}

/** The second half of a character beyond 16 bits. */
const isLow = (text: string, at: number): boolean => at > 0 && (text.charCodeAt(at) & 0xfc00) === 0xdc00;
