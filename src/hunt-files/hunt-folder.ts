import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { HuntFileProblem } from '../errors.ts';
import type { Hunt } from '../hunt/hunt.ts';
import type { HuntLibrary } from '../services.ts';
import { readHuntFile, type HuntFile } from './hunt-file.ts';
import { nearest } from '../nearest.ts';
import { slugOf } from './slug.ts';
import { parseHuntPatterns, selectHunts } from './selection.ts';

/** A hunt is a page of text; something a thousand times larger is another file. */
const MAX_BYTES = 1_000_000;

/**
 * The hunts of a folder that the setting HUNTS switches on. Never throws: a file that cannot be read or does not load is
 * told in `problems`, and so is a pattern of the setting that means no file.
 */
export function loadHunts(folder: string, switchedOn = '**'): HuntLibrary {
  const { files, problems: folderProblems } = loadHuntFiles(folder, switchedOn);
  const { hunts, problems: doubles } = withoutDoubles(files);
  const problems = [...folderProblems, ...files.flatMap((file) => file.problems), ...doubles];
  const warnings = files.flatMap((file) => file.warnings);
  const byName = new Map(hunts.flatMap((hunt) => [[hunt.id.toLowerCase(), hunt] as const, [hunt.slug, hunt] as const]));
  return {
    all: () => hunts,
    find: (name) => byName.get(name.toLowerCase()),
    problems: () => problems,
    warnings: () => warnings,
  };
}

/** Every hunt file below a folder in the order of its paths, with tests; names that start with `_` or `.` are left out. */
export function loadHuntFiles(
  folder: string,
  switchedOn = '**',
): {
  readonly files: readonly HuntFile[];
  readonly problems: readonly HuntFileProblem[];
} {
  const problems: HuntFileProblem[] = [];
  const problem = (file: string, message: string): void => void problems.push({ file, line: 1, column: 1, message });
  const all = [...pathsBelow(folder, '', problem, new Set())].sort();
  // What is switched off is not even read: a start should cost what runs.
  const { selected, problems: idle } = selectHunts(all, parseHuntPatterns(switchedOn));
  if (all.length > 0) problems.push(...idle);
  const slugs = all.map(slugOf);
  const files = selected.flatMap((file) => {
    const text = textOf(path.join(folder, file), (message) => {
      problem(file, message);
    });
    return text === undefined ? [] : [withSiblings(readHuntFile(file, text), slugs)];
  });
  return { files, problems };
}

/** A sibling may be switched off; one that is no hunt at all is a slip. */
function withSiblings(file: HuntFile, slugs: readonly string[]): HuntFile {
  const strangers = (file.draft?.siblings ?? []).filter((name) => !slugs.includes(name));
  if (strangers.length === 0) return file;
  const problems = strangers.map((name): HuntFileProblem => {
    const suggestion = nearest(name, slugs);
    const message = `"siblings" names "${name}", which is no hunt of this folder`;
    const hint = suggestion === undefined ? {} : { suggestion };
    return { file: file.file, ...file.placeOf(['siblings']), message, ...hint };
  });
  return { ...file, warnings: [...file.warnings, ...problems] };
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

/** Two hunts with one id would share a baseline; with one slug nobody could say which is meant. The first by path stays. */
function withoutDoubles(files: readonly HuntFile[]): {
  readonly hunts: readonly Hunt[];
  readonly problems: readonly HuntFileProblem[];
} {
  const hunts: Hunt[] = [];
  const problems: HuntFileProblem[] = [];
  const taken = new Map<string, string>();
  for (const { hunt, file } of files) {
    if (!hunt) continue;
    const names = [`id ${hunt.id.toLowerCase()}`, `file name ${hunt.slug}`];
    const double = names.find((name) => taken.has(name));
    if (double === undefined) {
      hunts.push(hunt);
      for (const name of names) taken.set(name, file);
    } else
      problems.push({ file, line: 1, column: 1, message: `has the ${double}, and so has ${taken.get(double) ?? ''}` });
  }
  return { hunts, problems };
}
