import type { HuntFileProblem } from '../errors.ts';
import type { HuntLibrary } from '../services.ts';
import { readHuntFile, type HuntFile } from './hunt-file.ts';
import { libraryOf } from './hunt-library.ts';
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
  const { texts, problems } = huntTexts(folder, switchedOn);
  return { files: texts.map(({ file, text }) => readHuntFile(file, text)), problems };
}
