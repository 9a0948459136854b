/** What benign explanations have done so far: which are used, which never, and which hide too much. */
import type { Baseline } from './baseline.ts';
import type { Expectations } from './expectation.ts';
import { scenariosIn, type Explanation } from './explanation.ts';
import type { Scenario, ScenarioMode } from './hunt-questions.ts';
import { DAY, dayOf } from '../time.ts';

export interface ScenarioTally {
  readonly scenario: string;
  readonly mode: ScenarioMode;
  readonly devices: number;
  readonly executions: number;
  /** Devices left out of the cards because of it, alone or with others. */
  readonly hidden: number;
  /** Absent: it has never matched anything. */
  readonly lastHit?: Date;
  /** It matches every execution of every device that was judged; then it tells nothing apart. */
  readonly matchesEverything: boolean;
  /** Other scenarios that match the same executions, with the devices on which they do. */
  readonly overlaps: readonly { readonly scenario: string; readonly devices: number }[];
}

export function tallyScenarios(
  scenarios: readonly Scenario[],
  remembered: readonly Explanation[],
): readonly ScenarioTally[] {
  return scenarios.map(({ name, mode }) => {
    const touched = remembered.filter((explanation) => scenariosIn(explanation).includes(name));
    const hits = touched.map(({ lastSeen, at }) => (lastSeen ?? at).getTime());
    const together = (other: string): number =>
      touched.filter(({ matches }) => matches.some(({ by }) => by.includes(name) && by.includes(other))).length;
    return {
      ...{ scenario: name, mode, devices: touched.length },
      executions: touched.flatMap(({ matches }) => matches).reduce(countOf(name), 0),
      hidden: touched.filter(({ hidden }) => hidden).length,
      ...(hits.length > 0 && { lastHit: new Date(hits.reduce((a, b) => Math.max(a, b))) }),
      matchesEverything:
        remembered.length > 0 && remembered.every(({ matches }) => matches.every(({ by }) => by.includes(name))),
      overlaps: scenarios
        .filter((other) => other.name !== name)
        .map((other) => ({ scenario: other.name, devices: together(other.name) }))
        .filter(({ devices }) => devices > 0),
    };
  });
}

const countOf =
  (name: string) =>
  (sum: number, { by, executions }: Explanation['matches'][number]): number =>
    by.includes(name) ? sum + executions : sum;

/** Promises that were made together: the same reason and day, by the same person. */
export interface PromiseTally {
  readonly reason: string;
  readonly by: string;
  readonly until: Date;
  readonly devices: number;
  /** Devices seen since it was made. */
  readonly hit: number;
  /** Absent: none of its devices has been seen since. */
  readonly lastHit?: Date;
  /** It covers every device that the hunt knows. */
  readonly coversEverything: boolean;
  /** Devices of it that a scenario explains as well. */
  readonly explainedToo: number;
}

export function tallyPromises(
  expectations: Expectations,
  { known }: { readonly known: Pick<Baseline['known'], 'size' | 'lastSeenDay'> },
  remembered: readonly Explanation[],
): readonly PromiseTally[] {
  const explained = new Set(remembered.filter((one) => one.explained).map(({ device }) => device));
  const groups = Map.groupBy(expectations.values(), ({ until, reason, by }) =>
    [until.toISOString(), by.id, reason].join('\n'),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const days = group.flatMap(({ device, at }) => {
      const day = known.lastSeenDay(device);
      return day !== undefined && day >= dayOf(at) ? [day] : [];
    });
    return [
      {
        ...{ reason: first.reason, by: first.by.name, until: first.until, devices: group.length, hit: days.length },
        ...(days.length > 0 && { lastHit: new Date(days.reduce((a, b) => Math.max(a, b)) * DAY) }),
        coversEverything: known.size > 0 && group.length >= known.size,
        explainedToo: group.filter(({ device }) => explained.has(device)).length,
      },
    ];
  });
}
