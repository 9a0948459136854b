import type { Baseline } from './baseline.ts';
import { joinFounding } from './founding.ts';
import { byDevice, countsOf, outcomeOf, type HuntReport, type RunTotals } from './report.ts';
import type { Named } from './sighting.ts';

/** The reports of disjoint parts of an answer, as one. */
export function joinParts(parts: readonly HuntReport[], baseline: Baseline): HuntReport {
  const [first, ...others] = parts;
  if (!first) throw new Error('An answer has at least one part.');
  if (others.length === 0) return first;
  const partial = parts.find((part) => part.partial)?.partial;
  // A device that is spelt in two ways may be in two parts.
  const once = <T extends Named>(pick: (part: HuntReport) => readonly T[]): T[] => [
    ...new Map(parts.flatMap(pick).map((named) => [named.device, named])).values(),
  ];
  const findings = byDevice(once((part) => part.findings));
  const expected = byDevice(once((part) => part.expected));
  const lapsed = byDevice(once((part) => part.lapsed));
  const known = once((part) => part.known);
  const founding = joinFounding(parts.map((part) => part.founding));
  const sum = (pick: (totals: RunTotals) => number): number =>
    parts.reduce((total, { totals }) => total + pick(totals), 0);
  return {
    ...first,
    outcome: outcomeOf(baseline, partial, findings.length + lapsed.length),
    ...(partial && { partial }),
    totals: {
      ...countsOf({ findings, expected, known, founding }),
      rows: sum(({ rows }) => rows),
      withoutDevice: sum(({ withoutDevice }) => withoutDevice),
    },
    findings,
    expected,
    lapsed,
    known,
    founding,
  };
}
