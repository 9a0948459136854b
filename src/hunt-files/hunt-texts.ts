import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { HuntFileProblem } from '../errors.ts';
import { parseHuntPatterns, selectHunts } from './selection.ts';

/** A hunt is a page of text; something a thousand times larger is another file. */
const MAX_BYTES = 1_000_000;

export interface HuntText {
  /** Path below the folder, with forward slashes. */
  readonly file: string;
  readonly text: string;
}

/** The text of every hunt file below a folder that is switched on, in the order of their paths; names that start with `_` or `.` are left out. `all`: the files that are switched off, too. */
export function huntTexts(
  folder: string,
  switchedOn: string,
): {
  readonly texts: readonly HuntText[];
  readonly all: readonly string[];
  readonly problems: readonly HuntFileProblem[];
} {
  const problems: HuntFileProblem[] = [];
  const problem = (file: string, message: string): void => void problems.push({ file, line: 1, column: 1, message });
  const all = [...pathsBelow(folder, '', problem, new Set())].sort();
  // What is switched off is not even read: a start should cost what runs.
  const { selected, problems: idle } = selectHunts(all, parseHuntPatterns(switchedOn));
  if (all.length > 0) problems.push(...idle);
  const texts = selected.flatMap((file) => {
    const text = textOf(path.join(folder, file), (message) => {
      problem(file, message);
    });
    return text === undefined ? [] : [{ file, text }];
  });
  return { texts, all, problems };
}

/** `seen` holds the folders already read, under their real paths: a link may lead to any of them. */
function pathsBelow(
  folder: string,
  below: string,
  problem: (file: string, message: string) => void,
  seen: Set<string>,
): readonly string[] {
  const here = path.join(folder, below);
  try {
    const real = realpathSync(here);
    if (seen.has(real)) return [];
    seen.add(real);
    return readdirSync(here)
      .filter((name) => !/^[._]/.test(name))
      .map((name) => (below === '' ? name : `${below}/${name}`))
      .flatMap((file) => {
        const isFolder = statSync(path.join(folder, file), { throwIfNoEntry: false })?.isDirectory() ?? false;
        return isFolder ? pathsBelow(folder, file, problem, seen) : /\.ya?ml$/i.test(file) ? [file] : [];
      });
  } catch (error) {
    problem(below || folder, `cannot be read as a folder of hunts (${codeOf(error)})`);
    return [];
  }
}

function textOf(file: string, problem: (message: string) => void): string | undefined {
  try {
    const stat = statSync(file);
    if (!stat.isFile()) problem('is no file');
    else if (stat.size > MAX_BYTES)
      problem(`has ${String(stat.size)} bytes; a hunt has fewer than ${String(MAX_BYTES)}`);
    else {
      const bytes = readFileSync(file);
      // A wrong letter in a query would be a query that finds nothing, and says so to nobody.
      if (isUtf8(bytes)) return bytes.toString('utf8');
      problem('is not UTF-8 text; save it with that encoding');
    }
  } catch (error) {
    problem(`cannot be read (${codeOf(error)})`);
  }
  return undefined;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'no detail';
