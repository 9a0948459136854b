import type { Named } from '../src/hunt/sighting.ts';
import { verdictWords } from '../src/hunt/verdict-words.ts';
import type { PromiseTally, ScenarioTally } from '../src/hunt/tally.ts';
import type { Preview, ScenarioPreview } from '../src/preview.ts';
import { printable } from './report-text.ts';

const MOST = 40;
const day = (at: Date): string => at.toISOString().slice(0, 10);
const nameOf = ({ name, id }: Named): string => printable(name === '' ? id : name).slice(0, 60);
const devices = (count: number): string => `${String(count)} device${count === 1 ? '' : 's'}`;

/** What the scenarios say of every device, and what each would leave out of the cards, for a person at a terminal. */
export function explainText({ devices: judged, scenarios, together, soFar, promises }: Preview): string {
  if (scenarios.length === 0) return 'This hunt has no scenarios.';
  const width = Math.max(0, ...judged.slice(0, MOST).map(({ sighting }) => nameOf(sighting).length));
  const before = new Map(soFar.map((tally) => [tally.scenario, tally]));
  return [
    'EXPLAINED (nothing was written or told)',
    '',
    ...judged
      .slice(0, MOST)
      .map(({ sighting, verdict }) => `${nameOf(sighting).padEnd(width)}  ${printable(verdictWords(verdict))}`),
    ...(judged.length > MOST ? [`and ${devices(judged.length - MOST)} more`] : []),
    '',
    ...scenarios.flatMap((scenario) => [...scenarioLines(scenario, judged.length, before.get(scenario.scenario)), '']),
    `With "mode: exclude" on all of them: ${leftOut(together, judged.length)}`,
    ...(promises.length === 0 ? [] : ['', 'Expected by people:', ...promises.map(promiseLine)]),
  ].join('\n');
}

function scenarioLines(
  { scenario, mode, devices: touched, executions, matchesEverything, overlaps, alone }: ScenarioPreview,
  all: number,
  before: ScenarioTally | undefined,
): readonly string[] {
  return [
    `${printable(scenario)} (${mode})`,
    `  now     matches ${String(executions)} executions on ${devices(touched)} of ${String(all)}`,
    ...(mode === 'normal' ? [] : [`  alone   with "mode: exclude": ${leftOut(alone, all)}`]),
    ...(matchesEverything ? ['  !       matches everything that ran, so it tells nothing apart'] : []),
    ...overlaps.map((other) => `  !       overlaps "${printable(other.scenario)}" on ${devices(other.devices)}`),
    `  so far  ${before?.lastHit ? `${devices(before.devices)}, ${String(before.hidden)} left out; last hit ${day(before.lastHit)}` : 'has never matched a new device'}`,
  ];
}

function leftOut(hidden: readonly Named[], all: number): string {
  if (hidden.length === 0) return 'leaves out no device';
  const names = hidden.slice(0, 5).map(nameOf).join(', ');
  const rest = hidden.length > 5 ? ` and ${String(hidden.length - 5)} more` : '';
  const warning = hidden.length === all ? ': EVERYTHING' : '';
  return `leaves out ${devices(hidden.length)}${warning} (${names}${rest})`;
}

const promiseLine = ({
  reason,
  by,
  until,
  devices: of,
  hit,
  lastHit,
  coversEverything,
  explainedToo,
}: PromiseTally): string =>
  [
    `  until ${day(until)}: ${printable(reason)} (${printable(by)}): ${devices(of)}`,
    lastHit ? `${String(hit)} seen since, last ${day(lastHit)}` : 'none seen since',
    ...(coversEverything ? ['COVERS EVERYTHING'] : []),
    ...(explainedToo > 0 ? [`${String(explainedToo)} explained by a scenario as well`] : []),
  ].join(', ');
