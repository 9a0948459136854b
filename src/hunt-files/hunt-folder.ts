import type { HuntFileProblem } from '../errors.ts';
import type { HuntLibrary } from '../services.ts';
import { readHuntFile, type HuntFile } from './hunt-file.ts';
import { nearest } from '../nearest.ts';
import { libraryOf } from './hunt-library.ts';
import { slugOf } from './slug.ts';
import { huntTexts } from './hunt-texts.ts';

/**
 * The hunts of a folder that the setting HUNTS switches on. Never throws: a file that cannot be read or does not load is
 * told in `problems`, and so is a pattern of the setting that means no file.
 */
export function loadHunts(folder: string, switchedOn = '**'): HuntLibrary {
  const { files, problems } = loadHuntFiles(folder, switchedOn);
  return libraryOf(files, problems);
}

/** Every hunt file below a folder in the order of its paths, with tests; names that start with `_` or `.` are left out. */
export function loadHuntFiles(
  folder: string,
  switchedOn = '**',
): {
  readonly files: readonly HuntFile[];
  readonly problems: readonly HuntFileProblem[];
} {
  const { texts, all, problems } = huntTexts(folder, switchedOn);
  const slugs = all.map(slugOf);
  return { files: texts.map(({ file, text }) => withSiblings(readHuntFile(file, text), slugs)), problems };
}

/** A sibling may be switched off; one that is no hunt at all is a slip. */
function withSiblings(file: HuntFile, slugs: readonly string[]): HuntFile {
  const strangers = (file.draft?.siblings ?? []).filter((name) => !slugs.includes(name));
  const warnings = strangers.map((name): HuntFileProblem => {
    const suggestion = nearest(name, slugs);
    const message = `"siblings" names "${name}", which is no hunt of this folder`;
    const hint = suggestion === undefined ? {} : { suggestion };
    return { file: file.file, ...file.placeOf(['siblings']), message, ...hint };
  });
  return warnings.length === 0 ? file : { ...file, warnings: [...file.warnings, ...warnings] };
}
