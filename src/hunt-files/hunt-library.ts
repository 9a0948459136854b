import type { HuntFileProblem } from '../errors.ts';
import type { Hunt } from '../hunt/hunt.ts';
import type { HuntLibrary } from '../services.ts';

/** What running a file needs of it. */
export interface ReadHunt {
  readonly file: string;
  /** Absent when there are problems. */
  readonly hunt?: Hunt;
  readonly problems: readonly HuntFileProblem[];
  readonly warnings: readonly HuntFileProblem[];
}

/** The hunts of some files, by id and by slug; `more` are problems of no file that could be read. */
export function libraryOf(files: readonly ReadHunt[], more: readonly HuntFileProblem[]): HuntLibrary {
  const { hunts, problems: doubles } = withoutDoubles(files);
  const problems = [...more, ...files.flatMap((file) => file.problems), ...doubles];
  const warnings = files.flatMap((file) => file.warnings);
  const byName = new Map(hunts.flatMap((hunt) => [[hunt.id.toLowerCase(), hunt] as const, [hunt.slug, hunt] as const]));
  return {
    all: () => hunts,
    find: (name) => byName.get(name.toLowerCase()),
    problems: () => problems,
    warnings: () => warnings,
  };
}

/** Two hunts with one id would share a baseline; with one slug nobody could say which is meant. The first by path stays. */
function withoutDoubles(files: readonly ReadHunt[]): {
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
