import type { Finding } from './finding.ts';
import type { Gap } from './evidence.ts';
import type { Verdict } from './verdict.ts';

const executions = (count: number): string =>
  `${count.toLocaleString('en')} ${count === 1 ? 'execution' : 'executions'}`;
const names = ({ by }: Verdict): string => by.map(({ scenario }) => scenario).join(', ');

/** What the scenarios say of a device, in a sentence. */
export function verdictWords(verdict: Verdict): string {
  const { kind, explained, executions: total, because } = verdict;
  const match = `${explained.toLocaleString('en')} of ${executions(total)} match: ${names(verdict)}`;
  switch (kind) {
    case 'cannot-say':
      return `Cannot say: ${because ?? 'its executions are not known'}`;
    case 'not-run':
      return 'Present, not seen running';
    case 'normal':
      return `${match}. That is how the tool runs; it does not say who brought it`;
    case 'explained':
      return because === undefined ? match : `${match}. Told all the same: ${because}`;
    case 'unexplained':
      return explained === 0 ? `None of ${executions(total)} is explained` : match;
  }
}

/** The same where there is room for two words. */
export function verdictShort({ kind, explained, executions: total }: Verdict): string {
  if (kind === 'cannot-say') return 'cannot say';
  if (kind === 'not-run') return 'not run';
  return `${explained.toLocaleString('en')}/${total.toLocaleString('en')} explained`;
}

/** Why a device that was explained so far is news again. */
export const reopenedWords = ({ by, because }: NonNullable<Finding['explainedSoFar']>): string =>
  `Explained so far by: ${by.join(', ')}; now unexplained: ${because.join(', ')}`;

const PARTS: Readonly<Record<Gap['part'], string>> = {
  files: 'files',
  telemetry: 'process telemetry',
  executions: 'executions',
  arrival: 'arrival',
  network: 'network peers',
  device: 'device context',
  prevalence: 'prevalence',
};

/** What could not be had; undefined when everything could. */
export function gapWords(gaps: readonly Gap[]): string | undefined {
  if (gaps.length === 0) return undefined;
  const words = gaps.map(({ part, code }) =>
    code === 'partial-answer' ? `${PARTS[part]} only in part` : `${PARTS[part]} (${code})`,
  );
  return `Not known: ${words.join(', ')}`;
}
