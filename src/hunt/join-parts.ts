import type { Baseline } from './baseline.ts';
import { joinFounding } from './founding.ts';
import { joinKnown, type KnownList } from './known-list.ts';
import { isRenamed, type DeviceChange } from './known-rows.ts';
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
  const known = joinKnown(
    parts.map((part) => part.known),
    baseline.known,
  );
  const changes = joinedChanges(parts, known, baseline, partial !== undefined);
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
    changes,
    founding,
  };
}

/** What one part takes for a new name may be the older one of two. */
function joinedChanges(
  parts: readonly HuntReport[],
  known: KnownList,
  baseline: Baseline,
  partial: boolean,
): readonly DeviceChange[] {
  const noticed = Map.groupBy(
    parts.flatMap(({ changes }) => changes),
    ({ device }) => device,
  );
  if (noticed.size === 0) return [];
  const joined = [...noticed].flatMap(([device, [first, ...others]]): DeviceChange[] => {
    const before = baseline.known.recall(device);
    if (!first || !before) return [];
    const change = others.reduce(bothChanges, first);
    const { id, name } = known.find(device) ?? change;
    const renamed = !partial && change.renamed && isRenamed(name, before);
    return renamed || change.firstSeen || change.away ? [{ ...change, id, name, renamed }] : [];
  });
  return byDevice(joined);
}

function bothChanges(a: DeviceChange, b: DeviceChange): DeviceChange {
  const [earlier, later] = (a.firstSeen ?? Infinity) <= (b.firstSeen ?? Infinity) ? [a, b] : [b, a];
  return { ...later, ...earlier, renamed: a.renamed || b.renamed };
}
