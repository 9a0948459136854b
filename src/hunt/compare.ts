import { DAY } from '../time.ts';
import { readAnswer, type PartialAnswer, type QueryAnswer, type ReadRows } from './answer.ts';
import { noveltyIn, type Baseline, type Novelty, type Remembered } from './baseline.ts';
import { plainDeviceKey, type DeviceKey } from './device-key.ts';
import { isActive, type Expectation, type Expectations } from './expectation.ts';
import type { Finding } from './finding.ts';
import { foundingList, type FoundingDevices } from './founding.ts';
import type { Hunt } from './hunt.ts';
import { asKnown, changeOf, knownRows, type KnownRows } from './known-rows.ts';
import type { PlainRow } from './plain-row.ts';
import { byDevice, countsOf, outcomeOf, type HuntReport } from './report.ts';
import type { Run } from './run.ts';
import { merged, sightingColumns, type Positions, type Sighting, type SightingColumns } from './sighting.ts';

export interface ComparisonInput {
  readonly hunt: Hunt;
  readonly run: Run;
  readonly asked: string;
  readonly baseline: Baseline;
  /** The clock of the latest complete run before this one. */
  readonly lastComplete?: Date;
  /** Promises of people for this scope, those that have run out included; none by default. */
  readonly expectations?: Expectations;
  /** Of the parts of the same answer that came before this one; none by default. */
  readonly earlier?: readonly FoundingDevices[];
}

/** Returned instead of a report when the answer lacks columns the hunt's author named. */
export interface UnreadableAnswer {
  readonly missingColumns: readonly string[];
  /** The columns it has. */
  readonly columns: readonly string[];
}

export type ReportInput = ComparisonInput & { readonly answer: QueryAnswer };

/** Compares an answer that is there as a whole. */
export const assembleReport = ({ answer, ...input }: ReportInput): HuntReport | UnreadableAnswer =>
  readAnswer(answer, compareRows(input));

/**
 * Compares an answer with the baseline, row by row: of a known device nothing is held but its names. Every sighting ends in
 * exactly one of findings, expected, known and founding.
 */
export function compareRows(input: ComparisonInput): ReadRows<HuntReport | UnreadableAnswer> {
  const { hunt, run, baseline, expectations } = input;
  const noveltyOf = noveltyIn({
    since: baseline.state === 'absent' ? run.asOf : baseline.since,
    forgetAfter: hunt.forgetAfter,
    asOf: run.asOf,
    ...(input.lastComplete && { lastComplete: input.lastComplete }),
  });
  const hasLapsed = (device: DeviceKey): boolean => {
    const promise = expectations?.get(device);
    return promise !== undefined && !isActive(promise, run.asOf);
  };
  const isAsItWas = (row: PlainRow, at: Positions, known: KnownRows): boolean => {
    const device = plainDeviceKey(row, at.id, at.name);
    const before = device === undefined ? undefined : baseline.known.recall(device);
    if (device === undefined || !before || noveltyOf(before) !== 'known' || hasLapsed(device)) return false;
    return known.plainRow(row, at, before);
  };
  return () => {
    let columns: SightingColumns | undefined;
    let rows = 0;
    let withoutDevice = 0;
    const known = knownRows(baseline, run, input.lastComplete);
    const others = new Map<DeviceKey, Other>();
    const founding = foundingList(input.earlier);
    return {
      columns(named) {
        columns = sightingColumns(named, hunt);
      },
      row(cells) {
        rows += 1;
        if (!columns || columns.missing.length > 0) return;
        const named = columns.device(cells);
        if (!named) {
          withoutDevice += 1;
          return;
        }
        if (baseline.state === 'absent') {
          founding.add(columns.sighting(cells, named));
          return;
        }
        const { device } = named;
        const same = others.get(device);
        const before = same ? undefined : baseline.known.recall(device);
        const novelty = same?.novelty ?? noveltyOf(before);
        if (novelty === 'known' && before && !hasLapsed(device)) {
          known.row(named, before, columns.first(cells), columns.last(cells));
          return;
        }
        const sighting = columns.sighting(cells, named);
        if (same) same.sightings.push(sighting);
        else others.set(device, { novelty, sightings: [sighting] });
      },
      // Most rows by far are of devices that are as they were, or with which a baseline is founded.
      plainRow(row) {
        if (!columns || columns.missing.length > 0) return false;
        const { at } = columns;
        const taken = baseline.state === 'absent' ? founding.addPlain(row, at) : isAsItWas(row, at, known);
        if (taken) rows += 1;
        return taken;
      },
      end: (partial) =>
        columns && columns.missing.length > 0
          ? { missingColumns: columns.missing, columns: columns.names }
          : reportOf(input, partial, { rows, withoutDevice, known, others, founding }),
    };
  };
}

interface Other {
  readonly novelty: Novelty;
  readonly sightings: [Sighting, ...Sighting[]];
}

interface Compared {
  readonly rows: number;
  readonly withoutDevice: number;
  readonly known: KnownRows;
  readonly others: ReadonlyMap<DeviceKey, Other>;
  readonly founding: FoundingDevices;
}

function reportOf(
  { hunt, run, asked, baseline, expectations, lastComplete }: ComparisonInput,
  partial: PartialAnswer | undefined,
  { rows, withoutDevice, known: knownRowsSeen, others, founding }: Compared,
): HuntReport {
  const { known, changes } = knownRowsSeen.end(partial !== undefined);
  const context = { run, partial: partial !== undefined, ...(lastComplete && { lastComplete }) };
  const findings: Finding[] = [];
  const expected: Finding[] = [];
  const lapsed: Finding[] = [];
  for (const [device, { novelty, sightings }] of others) {
    const sighting = merged(sightings);
    const promise = expectations?.get(device);
    const isBack = novelty === 'returning';
    const before = baseline.known.recall(device);
    const change = changeOf(asKnown(sighting), before, { ...context, isBack });
    if (change) changes.push(change);
    if (novelty !== 'known') {
      const list = promise && isActive(promise, run.asOf) ? expected : findings;
      list.push({ ...sighting, novelty, ...lastSeenBefore(before), ...(promise && promised(promise)) });
    } else {
      if (before) known.add(before.place, asKnown(sighting));
      if (promise) lapsed.push(lapsedFinding(sighting, promise));
    }
  }
  // A founding that died has stored some of them.
  for (const sighting of baseline.known.size > 0 ? founding : []) {
    const change = changeOf(asKnown(sighting), baseline.known.recall(sighting.device), context);
    if (change) changes.push(change);
  }
  return {
    hunt,
    run,
    asked,
    outcome: outcomeOf(baseline, partial, findings.length + lapsed.length),
    ...(partial && { partial }),
    totals: { ...countsOf({ findings, expected, known, founding }), rows, withoutDevice },
    findings: byDevice(findings),
    expected: byDevice(expected),
    lapsed: byDevice(lapsed),
    ...{ excluded: [], reopened: [], explanations: [], unchecked: 0 },
    known,
    changes: byDevice(changes),
    founding,
  };
}

const lastSeenBefore = (before: Remembered | undefined): { lastSeenBefore?: Date } =>
  before ? { lastSeenBefore: new Date(before.day * DAY) } : {};

const lapsedFinding = (sighting: Sighting, promise: Expectation): Finding => ({
  ...sighting,
  novelty: 'expectation-ended',
  ...promised(promise),
});

const promised = ({ until, reason, by }: Expectation): Pick<Finding, 'expected'> => ({
  expected: { until, reason, by: by.name },
});
