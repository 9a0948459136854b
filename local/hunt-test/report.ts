import { styleText } from 'node:util';
import { many } from '../hunt-check/report.ts';
import type { FileOutcome, TestOutcome } from './outcome.ts';
import type { TracedStep } from './trace.ts';

const GOOD = styleText('green', '✓');
const BAD = styleText('red', '✗');

/** One line for a hunt whose tests pass; for each that does not, what was wanted and what came. */
export function outcomeText(file: string, { tests, problems }: FileOutcome): string {
  const failed = tests.filter(({ passed }) => !passed);
  const isGood = failed.length + problems.length === 0;
  const head = `${isGood ? GOOD : BAD} ${file}  ${many(tests.length, 'test')}`;
  const details = [...problems.map((problem) => `  ${BAD} ${problem}`), ...failed.map((test) => testText(file, test))];
  return [head, ...details].join('\n');
}

function testText(file: string, { name, line, missing, surplus, trace, broken }: TestOutcome): string {
  const parts = [
    ...(broken === undefined ? [] : [broken]),
    ...missing.map((device) => `${styleText('red', '- finds')} ${device}, but it was not found`),
    ...surplus.map((device) => `${styleText('green', '+ found')} ${device}, which it must not`),
    ...traceLines(trace, missing[0] ?? surplus[0] ?? ''),
  ];
  return [`  ${BAD} ${name}  (${file}:${String(line)})`, ...parts.map((part) => `      ${part}`)].join('\n');
}

/** The step that loses the last row is the one to look at. */
function traceLines(trace: readonly TracedStep[], device: string): readonly string[] {
  const lost = trace.findIndex(({ rows }) => rows === 0);
  return trace.length === 0
    ? []
    : [
        `rows of ${device} after each step:`,
        ...trace.map(({ step, rows }, i) => `${i === lost ? '→' : ' '} ${String(rows).padStart(4)}  ${step}`),
      ];
}

export function outcomesSummary(outcomes: readonly FileOutcome[]): string {
  const tests = outcomes.flatMap((outcome) => outcome.tests);
  const failed = tests.filter(({ passed }) => !passed).length;
  const problems = outcomes.reduce((sum, outcome) => sum + outcome.problems.length, 0);
  const counts = [`${String(tests.length - failed)} passed`, `${String(failed)} failed`];
  return `${many(outcomes.length, 'hunt')}, ${many(tests.length, 'test')}: ${counts.join(', ')}${problems > 0 ? `, ${many(problems, 'problem')}` : ''}.`;
}

export const isGood = ({ tests, problems }: FileOutcome): boolean =>
  problems.length === 0 && tests.every(({ passed }) => passed);
