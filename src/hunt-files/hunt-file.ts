import type { HuntFileProblem } from '../errors.ts';
import type { Hunt } from '../hunt/hunt.ts';
import { readFields, type Fields, type Position } from './fields.ts';
import { HUNT_FIELDS, HuntTests, type HuntTest } from './hunt-schema.ts';
import { readHunt } from './read-hunt.ts';
import { parseText } from './yaml-text.ts';

/** One file of the hunts folder, as far as it could be read. */
export interface HuntFile {
  readonly file: string;
  /** Absent when there are problems. */
  readonly hunt?: Hunt;
  /** What could be read beside the problems: to be checked further, never to be run. */
  readonly draft?: Hunt;
  readonly tests: readonly HuntTest[];
  /** The place of the innermost part of a path that the file has, such as `['tests', 0, 'name']`. */
  readonly placeOf: (path: readonly PropertyKey[]) => Position;
  /** The place of the name at the end of a path, such as a column's in a row. */
  readonly placeOfKey: (path: readonly PropertyKey[]) => Position;
  /** The place in the file of a character of the query. */
  readonly placeInQuery: (offset: number) => Position;
  /** The same of the text at the end of a path, such as `['evidence', 'files']`. */
  readonly placeInText: (path: readonly PropertyKey[]) => (offset: number) => Position;
  readonly problems: readonly HuntFileProblem[];
  readonly warnings: readonly HuntFileProblem[];
}

/** Reads one file's text. Never throws: whatever is wrong stands in `problems`, all of it. */
export function readHuntFile(file: string, raw: string): HuntFile {
  const { document, text, at, ...parsed } = parseText(file, raw);
  const problems = [...parsed.problems];
  const warnings = [...parsed.warnings];
  const fields = document && readFields(file, { document, text, at }, HUNT_FIELDS, { problems, warnings });
  const start = (): Position => ({ line: 1, column: 1 });
  if (!fields)
    return {
      ...{ file, tests: [], placeOf: start, placeOfKey: start, placeInQuery: start, placeInText: () => start },
      ...{ problems, warnings },
    };
  const draft = readHunt(file, fields);
  const tests = readTests(fields);
  return {
    file,
    ...(problems.length === 0 && { hunt: draft }),
    draft,
    tests,
    placeOf: (path) => fields.placeIn(path),
    placeOfKey: (path) => fields.placeOfKey(path),
    // Worked out for who asks: most files have no fault.
    placeInQuery: (offset) => fields.placeInText('query')(offset),
    placeInText: (path) => fields.placeInText(path),
    problems,
    warnings,
  };
}

function readTests(fields: Fields): readonly HuntTest[] {
  const value = fields.value('tests');
  if (value === undefined) return [];
  const tests = HuntTests.safeParse(value);
  if (tests.success) return tests.data;
  for (const { path, message } of tests.error.issues)
    fields.problemIn(['tests', ...path], `"tests${path.map((part) => `.${String(part)}`).join('')}": ${message}`);
  return [];
}
