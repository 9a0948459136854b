/** What benign explanations have done so far, for the board and the digest. */
import type { Explanation } from '../hunt/explanation.ts';
import type { Hunt } from '../hunt/hunt.ts';
import { tallyScenarios, type ScenarioTally } from '../hunt/tally.ts';
import type { DigestLine } from '../hunt/week-digest.ts';
import type { Services } from '../services.ts';
import { day } from '../teams/card-parts.ts';

/** Of a hunt without scenarios nothing is remembered, and nothing is read. */
export async function explanationsOf(
  hunt: Hunt,
  workspace: string,
  { explanations }: Pick<Services, 'explanations'>,
): Promise<readonly Explanation[]> {
  return hunt.scenarios.length === 0 ? [] : explanations.all({ hunt: hunt.id, workspace });
}

/** What is the matter with a scenario; undefined when it does what it is there for. */
export function tallyTrouble({ devices, matchesEverything, overlaps }: ScenarioTally): string | undefined {
  if (devices === 0) return 'has never matched a new device';
  if (matchesEverything) return 'matches everything that ran, so it tells nothing apart';
  const [first] = overlaps;
  return first && `overlaps “${first.scenario}” on ${String(first.devices)}`;
}

/** A line for each hunt whose scenarios have matched anything. */
export async function explanationLines(
  services: Pick<Services, 'explanations' | 'hunts' | 'workspaces'>,
): Promise<readonly DigestLine[]> {
  const lines: DigestLine[] = [];
  for (const hunt of services.hunts.all().filter(({ scenarios }) => scenarios.length > 0)) {
    const workspaces = [...services.workspaces.keys()];
    const remembered = (await Promise.all(workspaces.map((one) => explanationsOf(hunt, one, services)))).flat();
    if (remembered.length > 0) lines.push(lineOf(hunt, remembered));
  }
  return lines;
}

function lineOf(hunt: Hunt, remembered: readonly Explanation[]): DigestLine {
  const tallies = tallyScenarios(hunt.scenarios, remembered);
  const hidden = remembered.filter((one) => one.hidden && !one.ended).length;
  const ended = remembered.filter((one) => one.ended).length;
  const hits = tallies.flatMap(({ lastHit }) => lastHit?.getTime() ?? []);
  const words = [
    `${String(remembered.length)} matched${hits.length > 0 ? `, last ${day(new Date(hits.reduce((a, b) => Math.max(a, b))))}` : ''}`,
    ...(hidden > 0 ? [`${String(hidden)} left out`] : []),
    ...(ended > 0 ? [`${String(ended)} explained no longer`] : []),
    ...counted(tallies, ({ devices }) => devices === 0, 'never hit'),
    ...counted(tallies, ({ matchesEverything }) => matchesEverything, 'matching everything'),
    ...counted(tallies, ({ overlaps }) => overlaps.length > 0, 'overlapping'),
  ];
  return { slug: hunt.slug, count: remembered.length, words: words.join(', ') };
}

function counted(tallies: readonly ScenarioTally[], which: (tally: ScenarioTally) => boolean, word: string): string[] {
  const count = tallies.filter(which).length;
  return count === 0 ? [] : [`${String(count)} of ${String(tallies.length)} scenarios ${word}`];
}
