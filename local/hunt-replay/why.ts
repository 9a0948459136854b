/** Why a device would have been told, or not: each sentence can be checked against what was kept. */
import type { DeviceKey } from '../../src/hunt/device-key.ts';
import type { Execution } from '../../src/hunt/evidence.ts';
import type { Learned } from '../../src/hunt/learned.ts';
import { reopenedWords, verdictWords } from '../../src/hunt/verdict-words.ts';
import { DAY, dayOf, formatTimespan } from '../../src/time.ts';
import type { Decision } from './decisions.ts';
import type { Trial } from './trial.ts';

export interface Circumstances {
  readonly trial: Trial;
  readonly asOf: Date;
  readonly device: DeviceKey;
  readonly learned: Learned | undefined;
  /** The last day on which an answer of before had the device, in the baseline that the trial would have. */
  readonly lastDay: number | undefined;
  /** The trial's `where` lets a row of the device through. */
  readonly passes: boolean;
}

/** Why a device would be no news. */
export function whyNot(now: Decision | undefined, about: Circumstances): string {
  if (!about.passes) return `no row of it matches ${oneLine(about.trial.where)}`;
  if (now?.as === 'excluded') return leftOut(now, about);
  if (now?.as === 'expected') return 'somebody had promised that it is fine';
  if (about.lastDay === undefined) return 'it would have been known';
  const days = dayOf(about.asOf) - about.lastDay;
  return `it would have been known: last seen ${days === 0 ? 'the same day' : `${String(days)} day(s) before`}, forgetAfter is ${formatTimespan(about.trial.hunt.forgetAfter)}`;
}

/** Why a device would be news. */
export function whyTold(then: Decision | undefined, now: Decision, about: Circumstances): string {
  const { novelty, verdict, explainedSoFar } = now.finding;
  if (explainedSoFar) return reopenedWords(explainedSoFar);
  if (then?.as === 'excluded') {
    const words = verdict ? verdictWords(verdict) : 'no scenario judges it any more';
    return `${words}${example(about.learned, ({ explainedBy }) => explainedBy.length === 0)}`;
  }
  if (novelty === 'returning' && now.finding.lastSeenBefore) {
    const days = dayOf(about.asOf) - dayOf(now.finding.lastSeenBefore);
    return `unseen for ${String(days)} days, since ${day(now.finding.lastSeenBefore)}; forgetAfter is ${formatTimespan(about.trial.hunt.forgetAfter)}`;
  }
  if (novelty === 'newly-seen' && about.trial.where !== '')
    return `its first row that matches ${oneLine(about.trial.where)}`;
  return verdict ? verdictWords(verdict) : 'nothing known had it';
}

function leftOut({ finding: { verdict } }: Decision, { trial, learned }: Circumstances): string {
  const excluding = new Set(trial.hunt.scenarios.filter(({ mode }) => mode === 'exclude').map(({ name }) => name));
  const by = (verdict?.by ?? []).map(({ scenario }) => scenario).filter((name) => excluding.has(name));
  const all = String(verdict?.executions ?? 0);
  const isOne = ({ explainedBy }: Execution): boolean => explainedBy.some((name) => excluding.has(name));
  return `left out by "${by.join('", "')}", which explains it: all of ${all} execution(s)${example(learned, isOne)}`;
}

/** The first execution of a kind, as a colon and its words. */
function example(learned: Learned | undefined, which: (execution: Execution) => boolean): string {
  const execution = learned?.evidence.executions.find(which);
  if (!execution) return '';
  const { path, file, commandLine, account, parentPath, parent, count } = execution;
  const what = commandLine === '' ? path || file : commandLine;
  const words = [
    what.slice(0, 160),
    account && `as ${account}`,
    (parentPath || parent) && `from ${parentPath || parent}`,
  ];
  return `: ${words.filter((word) => word !== '').join(', ')} (${String(count)}x)`;
}

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 120);
const day = (at: Date): string => new Date(dayOf(at) * DAY).toISOString().slice(0, 10);
