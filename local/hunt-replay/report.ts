import type { Hunt } from '../../src/hunt/hunt.ts';
import type { KeptHead } from '../../src/hunt/kept-run.ts';
import { printable } from '../report-text.ts';
import type { DeviceDifference } from './compare-decisions.ts';
import type { Replay, RunDifference } from './replay.ts';

export interface Titled {
  readonly hunt: Pick<Hunt, 'slug' | 'name'>;
  readonly workspace: string;
  /** The first run of which anything is kept. */
  readonly first: KeptHead;
  readonly changed?: { readonly file: string; readonly hunt: Pick<Hunt, 'name' | 'severity'> };
  /** As the latest of the runs had it. */
  readonly before: Pick<Hunt, 'name' | 'severity'>;
  /** Run → the case that told its devices. */
  readonly cases: ReadonlyMap<string, string>;
}

/** A replay for a person at a terminal. */
export function replayText(result: Replay, titled: Titled): string {
  const { hunt, workspace, changed } = titled;
  const { first, last, runs, differences, unjudged, knownBefore } = result;
  return [
    `${printable(hunt.name)} (${hunt.slug}) in ${workspace}`,
    `${count(runs, 'run')} from ${minute(first?.asOf)} to ${minute(last?.asOf)} UTC, decided again from the rows kept of them`,
    changed
      ? `with ${printable(changed.file)}. The workspace was not asked.`
      : 'by the hunt as it was then. The workspace was not asked.',
    ...(changed ? shownOtherwise(changed, titled.before) : []),
    '',
    ...differences.flatMap((one) => [...runLines(one, titled), '']),
    ...unjudged.map(
      ({ head, name, id, because }) => `NOT JUDGED from ${minute(head.asOf)}: ${label({ name, id })}: ${because}.`,
    ),
    ...(unjudged.length > 0 ? [''] : []),
    ...totalLines(result, titled),
    ...(knownBefore > 0
      ? [
          `${count(knownBefore, 'device')} had been known before rows were kept (since ${minute(titled.first.asOf)}): when they were last seen before that is not known, and they count as known.`,
        ]
      : []),
  ].join('\n');
}

/** What stands on every card, and makes none differ. */
function shownOtherwise({ hunt }: NonNullable<Titled['changed']>, before: Titled['before']): string[] {
  const words = [
    ...(hunt.severity === before.severity ? [] : [`severity ${hunt.severity} instead of ${before.severity}`]),
    ...(hunt.name === before.name ? [] : [`name "${printable(hunt.name)}" instead of "${printable(before.name)}"`]),
  ];
  return words.length === 0 ? [] : [`Every card would show: ${words.join('; ')}.`];
}

function runLines({ head, devices, firstRun }: RunDifference, { cases }: Titled): string[] {
  const about = cases.get(head.id);
  const partial = head.partial ? '  (a partial answer)' : '';
  const width = Math.max(0, ...devices.map((device) => label(device).length));
  return [
    `${minute(head.asOf)}  run ${head.id}${about === undefined ? '' : `  case ${about}`}${partial}`,
    ...(firstRun ? [`  the card of the first run ${firstRun.now}; then it ${firstRun.then}`] : []),
    ...devices.map((device) => `  ${CHANGES[device.change]}  ${label(device).padEnd(width)}  ${reason(device)}`),
  ];
}

const CHANGES: Readonly<Record<DeviceDifference['change'], string>> = {
  'not-told': 'would not have been told',
  told: 'would have been told    ',
  'told-otherwise': 'told as something else  ',
};

const reason = ({ change, then, now, why }: DeviceDifference): string =>
  printable(change === 'told-otherwise' ? `${now ?? ''}; then: ${then ?? ''}` : `${then ?? now ?? ''}: ${why}`);

function totalLines({ runs, told, differences }: Replay, { changed }: Titled): string[] {
  const devices = differences.flatMap((one) => one.devices);
  const of = (change: DeviceDifference['change']): number => devices.filter((one) => one.change === change).length;
  const all = `${count(told.cards, 'card')} told ${count(told.devices, 'device')} in that time`;
  if (differences.length === 0)
    return [changed ? `Nothing would have changed: ${all}.` : `The same as was decided then: ${all}.`];
  return [
    ...(changed
      ? []
      : ['THIS IS NOT WHAT WAS DECIDED THEN, by the same hunt on the same rows: a fault of Firstsight.']),
    `${String(differences.length)} of ${count(runs, 'run')} would have told otherwise: ${count(of('not-told'), 'device')} not, ${count(of('told'), 'device')} more, ${count(of('told-otherwise'), 'device')} as something else. ${all}.`,
  ];
}

/** The same for a program. */
export function replayJson(result: Replay, { hunt, workspace, changed, cases }: Titled): string {
  const { differences, unjudged, before: _hunt, ...rest } = result;
  const runOf = ({ id, asOf, endedAt, outcome, partial }: KeptHead) => ({ id, asOf, endedAt, outcome, partial });
  return JSON.stringify(
    {
      hunt: { slug: hunt.slug, name: hunt.name },
      workspace,
      file: changed?.file,
      ...rest,
      first: result.first && runOf(result.first),
      last: result.last && runOf(result.last),
      differences: differences.map(({ head, devices, firstRun }) => ({
        run: runOf(head),
        case: cases.get(head.id),
        firstRun,
        devices,
      })),
      unjudged: unjudged.map(({ head, id, name, because }) => ({ run: head.id, id, name, because })),
    },
    null,
    2,
  );
}

const label = ({ name, id }: { readonly name: string; readonly id: string }): string =>
  printable(name === '' ? id : name).slice(0, 60);
const minute = (at: Date | undefined): string => (at ? at.toISOString().slice(0, 16).replace('T', ' ') : '-');
const count = (n: number, what: string): string => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
