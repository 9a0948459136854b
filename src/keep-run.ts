/** Collects what is kept of a run while it is at work: packed as it comes, so that nobody holds an answer. */
import type { ComparisonInput } from './hunt/compare.ts';
import type { DeviceKey } from './hunt/device-key.ts';
import type { Explanation } from './hunt/explanation.ts';
import type { Pack } from './hunt/kept-batch.ts';
import type { KeptAnswer } from './hunt/kept-rows.ts';
import {
  DECISIONS,
  keptHead,
  keptHunt,
  writePart,
  type KeptEvidence,
  type KeptFacts,
  type KeptPart,
  type RunKeep,
} from './hunt/kept-run.ts';
import type { Learned } from './hunt/learned.ts';
import type { HuntReport } from './hunt/report.ts';

/** What the steps of a run hand over. */
export interface Keeping {
  /** Absent where nothing is kept. */
  readonly pack: Pack | undefined;
  compared(input: ComparisonInput, answers: readonly KeptAnswer[]): void;
  learned(about: ReadonlyMap<DeviceKey, Learned>): void;
  /** Explained devices that are asked about again, as they are remembered. */
  watched(list: readonly Explanation[]): void;
}

export const KEEP_NOTHING: Keeping = {
  pack: undefined,
  compared: () => undefined,
  learned: () => undefined,
  watched: () => undefined,
};

/** Rows about executions kept of a run; whoever has more of them than this explains nothing. */
const MOST_EXECUTIONS = 20_000;
/** Entries packed together. */
const BATCH = 500;

export function keepRun(pack: Pack): Keeping & { ended(report: HuntReport, at: Date, again: boolean): RunKeep } {
  const frames: Uint8Array[] = [];
  let input: ComparisonInput | undefined;
  let executions = 0;
  const add = (part: KeptPart): void => void frames.push(pack(writePart(part)));
  const addAll = <T>(list: readonly T[], part: (some: readonly T[]) => KeptPart): void => {
    for (let at = 0; at < list.length; at += BATCH) add(part(list.slice(at, at + BATCH)));
  };
  return {
    pack,
    compared(what, answers) {
      input = what;
      for (const { columns, batches } of answers) {
        add({ kind: 'rows', columns, rows: [] });
        for (const batch of batches) frames.push(batch);
      }
    },
    learned(about) {
      const list = [...about].map(([device, { evidence, telemetry, executions: asked }]): KeptEvidence => {
        const { files, peers, gaps } = evidence;
        executions += asked?.rows.length ?? 0;
        const tooMany = executions > MOST_EXECUTIONS;
        return {
          device,
          ...(telemetry !== undefined && { telemetry }),
          evidence: { files, peers, gaps },
          ...(asked && !tooMany && { executions: asked }),
          tooMany,
        };
      });
      addAll(list, (some) => ({ kind: 'evidence', list: some }));
    },
    watched(list) {
      addAll(list, (some) => ({ kind: 'watched', list: some }));
    },
    ended(report, at, again) {
      add({ kind: 'facts', facts: factsOf(report, input) });
      for (const kind of DECISIONS) {
        const findings = report[kind].map(({ evidence: _whole, ...finding }) => finding);
        addAll(findings, (list) => ({ kind, list }));
      }
      addAll(report.explanations, (list) => ({ kind: 'explanations', list }));
      addAll(promisesIn(report, input), (list) => ({ kind: 'promises', list }));
      return { head: keptHead(report, at, again), frames };
    },
  };
}

const factsOf = ({ hunt }: HuntReport, input: ComparisonInput | undefined): KeptFacts => ({
  hunt: keptHunt(hunt),
  ...(input?.baseline.state === 'established' && { baselineSince: input.baseline.since }),
  ...(input?.lastComplete && { lastComplete: input.lastComplete }),
});

/** Promises are few, and known devices may be half a million. */
function promisesIn({ findings, expected, excluded, known }: HuntReport, input: ComparisonInput | undefined) {
  const expectations = input?.expectations;
  if (!expectations || expectations.size === 0) return [];
  const listed = new Set([findings, expected, excluded].flatMap((list) => list.map(({ device }) => device)));
  return [...expectations.values()].filter(({ device }) => listed.has(device) || known.find(device) !== undefined);
}
