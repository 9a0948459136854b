import type { HuntFileProblem } from '../errors.ts';
import { nearest } from '../nearest.ts';

/** One glob of the setting HUNTS. */
export interface HuntPattern {
  readonly text: string;
  /** Where it stands in the setting, from 1. */
  readonly column: number;
  /** `!…` switches off what others switch on. */
  readonly off: boolean;
  /** Whether it means a file, by its path below the folder. */
  readonly matches: (file: string) => boolean;
}

/** What runs unless the setting says otherwise: the files of the folder itself; folders below it are packs. */
export const DEFAULT_HUNTS = '*';

/** Reads `litemanager-*,rmm/*,!rmm/teamviewer-*`. */
export function parseHuntPatterns(setting: string): readonly HuntPattern[] {
  return [...setting.matchAll(/[^,]+/g)].flatMap(({ 0: part, index }) => {
    const text = part.trim();
    if (text === '') return [];
    const off = text.startsWith('!');
    const expression = expressionOf(off ? text.slice(1).trim() : text);
    const column = index + part.indexOf(text) + 1;
    return [{ text, column, off, matches: (file: string) => expression.test(withoutEnding(file)) }];
  });
}

/** What is wrong with a pattern before any folder is looked at. */
export function patternProblem({ text }: HuntPattern): string | undefined {
  if (/[\\:]|(?:^|\/)\.\.(?:\/|$)|^!?\//.test(text))
    return 'is no pattern over names below the hunts folder, such as "rmm/*"';
  return /[[\]{}()]/.test(text) ? 'takes only *, ** and ? as wildcards' : undefined;
}

/** Which files are switched on, and a problem for each pattern that means none. */
export function selectHunts(
  files: readonly string[],
  patterns: readonly HuntPattern[],
): { readonly selected: readonly string[]; readonly problems: readonly HuntFileProblem[] } {
  const named = patterns.filter(({ off }) => !off);
  // Only exceptions: from what runs by default.
  const on = named.length === 0 ? parseHuntPatterns(DEFAULT_HUNTS) : named;
  const off = patterns.filter((pattern) => pattern.off);
  const selected = files.filter(
    (file) => on.some((pattern) => pattern.matches(file)) && !off.some((pattern) => pattern.matches(file)),
  );
  const idle = patterns.filter((pattern) => pattern.text !== DEFAULT_HUNTS && !files.some(pattern.matches));
  const problems = idle.map(({ text, column }) => {
    const suggestion = suggestionFor(text, files);
    return {
      file: 'HUNTS',
      line: 1,
      column,
      message: `"${text}" means no hunt file`,
      ...(suggestion !== undefined && { suggestion }),
    };
  });
  return { selected, problems };
}

const withoutEnding = (file: string): string => file.replace(/\.ya?ml$/i, '');

/** `*` stays within a folder, `**` does not; a folder's name means all that is in it. */
function expressionOf(glob: string): RegExp {
  const source = withoutEnding(glob.replace(/\/+$/, ''))
    .split(/(\*\*\/?|\*|\?)/)
    .map((part) => WILDCARDS[part] ?? part.replace(/[.+^${}()|[\]\\]/g, '\\$&'))
    .join('');
  const isPlain = !/[*?]/.test(glob);
  return new RegExp(`^${source}${isPlain ? '(?:/.*)?' : glob.endsWith('/') ? '/.*' : ''}$`, 'i');
}

const WILDCARDS: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };

function suggestionFor(text: string, files: readonly string[]): string | undefined {
  const glob = text.replace(/^!/, '');
  const folders = [...new Set(files.flatMap((file) => (file.includes('/') ? [file.replace(/\/[^/]*$/, '')] : [])))];
  const [below] = folders.filter((folder) => files.some(parseHuntPatterns(`${folder}/${glob}`)[0]?.matches ?? Boolean));
  const name = below === undefined ? nearest(glob, candidates(files, folders)) : `${below}/${glob}`;
  return name === undefined ? undefined : text.startsWith('!') ? `!${name}` : name;
}

const candidates = (files: readonly string[], folders: readonly string[]): readonly string[] => [
  ...folders.flatMap((folder) => [`${folder}/*`, folder]),
  ...files.map(withoutEnding),
];
