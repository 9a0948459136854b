import { describeProblem, UnexpectedColumnsError } from '../../src/errors.ts';
import { readHuntFile, type HuntFile } from '../../src/hunt-files/hunt-file.ts';
import type { HuntTest } from '../../src/hunt-files/hunt-schema.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { queryErrors } from '../hunt-check/query-errors.ts';
import { offsetOf } from '../hunt-check/query-text.ts';
import { diagnose } from '../kql/diagnose.ts';
import { KqlError } from '../kql/kql-error.ts';
import { compileQuery, type CompiledQuery } from '../kql/query.ts';
import { DEVICE_TABLES } from '../schemas/device-tables.ts';
import { TestRowError } from './rows.ts';
import { compileHunt, runHuntTest } from './run-test.ts';
import { trace, type TracedStep } from './trace.ts';

/** How one test of a hunt ended. */
export interface TestOutcome {
  readonly name: string;
  readonly line: number;
  readonly passed: boolean;
  /** Devices that should have been found. */
  readonly missing: readonly string[];
  /** Devices that should not have been found. */
  readonly surplus: readonly string[];
  /** Where the first of these got lost, or slipped through. */
  readonly trace: readonly TracedStep[];
  /** Why it could not be run at all. */
  readonly broken?: string;
}

export interface FileOutcome {
  readonly tests: readonly TestOutcome[];
  /** What is wrong with the file itself: it does not load, or its tests prove too little. */
  readonly problems: readonly string[];
}

/** Runs every test of a hunt file. */
export function testHunt(name: string, raw: string): FileOutcome {
  const file = readHuntFile(name, raw);
  const { hunt } = file;
  if (!hunt) return { tests: [], problems: file.problems.map(describeProblem) };
  try {
    const query = compileHunt(hunt, DEVICE_TABLES);
    return {
      tests: file.tests.map((test, i) => testOne(hunt, query, test, file.placeOf(['tests', i]).line)),
      problems: lacking(name, file.tests),
    };
  } catch (error) {
    if (!(error instanceof KqlError)) throw error;
    return { tests: [], problems: refusalsOf(hunt, file) };
  }
}

/** What the binder refuses or the engine does not know, with its places in the file: the pinned clock shifts them. */
function refusalsOf({ query }: Hunt, { file, placeInQuery }: HuntFile): readonly string[] {
  const words = queryErrors(query, diagnose(query, DEVICE_TABLES), 'log-analytics');
  if (words.length > 0)
    return words.map(({ start, message, suggestion }) =>
      describeProblem({ file, ...placeInQuery(start), message, ...(suggestion !== undefined && { suggestion }) }),
    );
  try {
    compileQuery(query, DEVICE_TABLES);
  } catch (error) {
    if (!(error instanceof KqlError)) throw error;
    return error.problems.map(({ line, column, message }) =>
      describeProblem({ file, ...placeInQuery(offsetOf(query, line, column)), message }),
    );
  }
  throw new Error('A query is refused with its clock pinned, and taken without.');
}

/** One test that finds shows that the hunt can; one that does not, that it tells apart. */
function lacking(name: string, tests: readonly HuntTest[]): readonly string[] {
  const finds = tests.some((test) => test.finds.length > 0);
  const leaves = tests.some((test) => test.finds.length === 0);
  if (!finds && !leaves) return [`${name} has no tests; npm run hunt:new shows how they look`];
  if (!finds) return [`${name} has no test that finds a device`];
  return leaves ? [] : [`${name} has no test that finds none`];
}

function testOne(hunt: Hunt, query: CompiledQuery, test: HuntTest, line: number): TestOutcome {
  const outcome = { name: test.name, line, missing: [], surplus: [], trace: [] };
  try {
    const found = runHuntTest(hunt, query, test, DEVICE_TABLES);
    const missing = test.finds.filter((device) => !found.includes(device));
    const surplus = found.filter((device) => !test.finds.includes(device));
    const [wrong] = [...missing, ...surplus];
    return {
      ...outcome,
      passed: missing.length + surplus.length === 0,
      missing,
      surplus,
      trace: wrong === undefined ? [] : trace(hunt, test, wrong, DEVICE_TABLES),
    };
  } catch (error) {
    if (error instanceof TestRowError || error instanceof UnexpectedColumnsError)
      return { ...outcome, passed: false, broken: error.message };
    throw error;
  }
}
