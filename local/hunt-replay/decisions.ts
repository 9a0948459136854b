/** What became of each device in one run, as it was decided then or would be now. */
import type { DeviceKey } from '../../src/hunt/device-key.ts';
import { DECISIONS, type DecisionKind, type KeptFinding } from '../../src/hunt/kept-run.ts';

/** `told`: on a card. Devices that are known or not in the answer have no decision. */
export interface Decision {
  readonly as: 'told' | 'expected' | 'excluded';
  readonly finding: KeptFinding;
  /** An earlier attempt at the run told it, and died before it could say so. */
  readonly earlierAttempt?: true;
}

export type Decisions = ReadonlyMap<DeviceKey, Decision>;

const AS: Readonly<Record<DecisionKind, Decision['as']>> = {
  findings: 'told',
  lapsed: 'told',
  reopened: 'told',
  expected: 'expected',
  excluded: 'excluded',
};

export const decisionsIn = (lists: Readonly<Record<DecisionKind, readonly KeptFinding[]>>): Map<DeviceKey, Decision> =>
  new Map(
    DECISIONS.flatMap((kind) =>
      lists[kind].map((finding): [DeviceKey, Decision] => [finding.device, { as: AS[kind], finding }]),
    ),
  );

/** What somebody reads of a decision, to compare: the same text is the same card. */
export function wordsOf({ as, finding: { novelty, verdict, explainedSoFar } }: Decision): string {
  const by = (verdict?.by ?? []).map(({ scenario, executions }) => `${scenario} (${String(executions)})`).sort();
  return [
    as === 'told' ? novelty : `${as}, ${novelty}`,
    ...(verdict ? [verdict.kind] : []),
    ...(by.length > 0 ? [`by ${by.join(', ')}`] : []),
    ...(verdict?.because === undefined ? [] : [verdict.because]),
    ...(explainedSoFar ? [explainedSoFar.because.join(', ')] : []),
  ].join('; ');
}
