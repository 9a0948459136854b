/** What is kept of a run that has ended, so that it can be decided again without asking the workspace. */
import type { AnswerColumn, PartialAnswer, QueryAnswer } from './answer.ts';
import type { DeviceKey } from './device-key.ts';
import type { DeviceEvidence } from './evidence.ts';
import type { Expectation } from './expectation.ts';
import type { Explanation } from './explanation.ts';
import type { Finding } from './finding.ts';
import type { Hunt, HuntScope } from './hunt.ts';
import type { KeptRow } from './kept-rows.ts';
import type { HuntReport, RunOutcome } from './report.ts';
import type { RunId, RunTrigger } from './run.ts';
import type { TimeWindow } from '../time.ts';

/** Of what a run is known without reading its rows. */
export interface KeptHead {
  readonly id: RunId;
  readonly scope: HuntScope;
  readonly trigger: RunTrigger;
  readonly asOf: Date;
  readonly window: TimeWindow;
  readonly endedAt: Date;
  readonly outcome: RunOutcome;
  readonly rows: number;
  readonly partial?: PartialAnswer;
  readonly blind?: { readonly code: string; readonly message: string };
  /** An earlier attempt at this run had begun: it may have remembered devices that this one took for known. */
  readonly again: boolean;
}

/** What of a hunt decides about a run's cards. */
export type KeptHunt = Pick<
  Hunt,
  | 'id'
  | 'slug'
  | 'name'
  | 'version'
  | 'severity'
  | 'query'
  | 'lookback'
  | 'forgetAfter'
  | 'firstRun'
  | 'device'
  | 'evidence'
  | 'scenarios'
>;

/** How a run was decided, apart from devices. */
export interface KeptFacts {
  readonly hunt: KeptHunt;
  /** Since when there was a baseline; absent where the run founded it, or tried to. */
  readonly baselineSince?: Date;
  /** The clock of the latest complete run before this one. */
  readonly lastComplete?: Date;
}

/** A finding without its evidence, which is kept whole beside it. */
export type KeptFinding = Omit<Finding, 'evidence'>;

/** The lists of a report in which a device is that is neither known nor of a founding. */
export const DECISIONS = ['findings', 'expected', 'lapsed', 'excluded', 'reopened'] as const;
export type DecisionKind = (typeof DECISIONS)[number];

/** What a device was judged by. */
export interface KeptEvidence {
  readonly device: DeviceKey;
  /** Whether it sends process events; absent where that is not known. */
  readonly telemetry?: boolean;
  readonly evidence: Pick<DeviceEvidence, 'files' | 'peers' | 'gaps'>;
  /** Its rows of the answer about executions, as they came; absent where none were answered, or they were too many to keep. */
  readonly executions?: Pick<QueryAnswer, 'columns' | 'rows'>;
  readonly tooMany: boolean;
}

/** A part of what is kept of a run; each list may come in several. */
export type KeptPart =
  | { readonly kind: 'facts'; readonly facts: KeptFacts }
  | {
      readonly kind: 'rows';
      /** In the order of {@link KeptRow}; null where the answer had none. */
      readonly columns: readonly (AnswerColumn | null)[];
      readonly rows: readonly KeptRow[];
    }
  | { readonly kind: DecisionKind; readonly list: readonly KeptFinding[] }
  | { readonly kind: 'evidence'; readonly list: readonly KeptEvidence[] }
  /** Explained devices that were asked about again, as they were remembered until then. */
  | { readonly kind: 'watched'; readonly list: readonly Explanation[] }
  /** What was remembered of what scenarios said. */
  | { readonly kind: 'explanations'; readonly list: readonly Explanation[] }
  /** People's promises about devices of the answer, those that had run out included. */
  | { readonly kind: 'promises'; readonly list: readonly Expectation[] };

/** What the end of a run hands over to be kept. */
export interface RunKeep {
  readonly head: KeptHead;
  /** {@link KeptPart}s, packed. */
  readonly frames: readonly Uint8Array[];
}

export const keptHunt = (hunt: Hunt): KeptHunt => ({
  id: hunt.id,
  slug: hunt.slug,
  name: hunt.name,
  ...(hunt.version !== undefined && { version: hunt.version }),
  severity: hunt.severity,
  query: hunt.query,
  lookback: hunt.lookback,
  forgetAfter: hunt.forgetAfter,
  firstRun: hunt.firstRun,
  device: hunt.device,
  evidence: hunt.evidence,
  scenarios: hunt.scenarios,
});

export function keptHead(
  { run, outcome, partial, blind, totals }: HuntReport,
  endedAt: Date,
  again: boolean,
): KeptHead {
  const { id, scope, trigger, asOf, window } = run;
  return {
    ...{ id, scope, trigger, asOf, window, endedAt, outcome, again },
    rows: totals.rows,
    ...(partial && { partial }),
    ...(blind && { blind }),
  };
}

export const writePart = (part: KeptPart): string => JSON.stringify(part, plain);

/** Reads what {@link writePart} wrote, and batches of rows, which follow the part that names their columns. */
export function partReader(): (text: string) => KeptPart {
  let columns: readonly (AnswerColumn | null)[] = [];
  return (text) => {
    if (text.startsWith('[')) return { kind: 'rows', columns, rows: JSON.parse(text) as KeptRow[] };
    const part = JSON.parse(text, reviveDate) as KeptPart;
    if (part.kind === 'rows') ({ columns } = part);
    return part;
  };
}

const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

const DATES = new Set([
  ...['baselineSince', 'lastComplete', 'firstSeen', 'lastSeen', 'lastSeenBefore'],
  ...['since', 'until', 'at'],
]);

const WRITTEN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * By field: a device may call itself `2026-11-23T00:00:00.000Z`. By look as well: a hunt names its columns under the same
 * fields. Cells are in lists and stay as they came.
 */
const reviveDate = (key: string, value: unknown): unknown =>
  DATES.has(key) && typeof value === 'string' && WRITTEN.test(value) ? new Date(value) : value;
