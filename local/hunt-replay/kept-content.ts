import type { AnswerColumn } from '../../src/hunt/answer.ts';
import type { DeviceKey } from '../../src/hunt/device-key.ts';
import type { Expectation } from '../../src/hunt/expectation.ts';
import type { Explanation } from '../../src/hunt/explanation.ts';
import type { KeptRow } from '../../src/hunt/kept-rows.ts';
import type { DecisionKind, KeptEvidence, KeptFacts, KeptFinding } from '../../src/hunt/kept-run.ts';
import type { KeptRun } from '../../src/services.ts';

/** All that is kept of one run. */
export interface KeptContent {
  readonly facts: KeptFacts;
  /** Those of the answer's parts; null where the answer had none. */
  readonly columns: readonly (AnswerColumn | null)[];
  readonly rows: readonly KeptRow[];
  readonly decided: Readonly<Record<DecisionKind, readonly KeptFinding[]>>;
  readonly evidence: ReadonlyMap<DeviceKey, KeptEvidence>;
  readonly watched: readonly Explanation[];
  readonly explanations: readonly Explanation[];
  readonly promises: ReadonlyMap<DeviceKey, Expectation>;
}

export async function readContent(run: KeptRun): Promise<KeptContent> {
  let facts: KeptFacts | undefined;
  let columns: readonly (AnswerColumn | null)[] = [];
  const rows: KeptRow[] = [];
  const decided = { findings: [], expected: [], lapsed: [], excluded: [], reopened: [] } as Record<
    DecisionKind,
    KeptFinding[]
  >;
  const evidence = new Map<DeviceKey, KeptEvidence>();
  const watched: Explanation[] = [];
  const explanations: Explanation[] = [];
  const promises = new Map<DeviceKey, Expectation>();
  for await (const part of run.parts()) {
    switch (part.kind) {
      case 'facts':
        ({ facts } = part);
        break;
      case 'rows':
        // Parts of one answer have the same columns, and a part without rows may have none.
        if (part.columns.some((column) => column !== null)) ({ columns } = part);
        for (const row of part.rows) rows.push(row);
        break;
      case 'evidence':
        for (const one of part.list) evidence.set(one.device, one);
        break;
      case 'watched':
        watched.push(...part.list);
        break;
      case 'explanations':
        explanations.push(...part.list);
        break;
      case 'promises':
        for (const one of part.list) promises.set(one.device, one);
        break;
      default:
        decided[part.kind].push(...part.list);
    }
  }
  if (!facts) throw new Error(`What was kept of ${run.id} does not say how it was decided.`);
  return { facts, columns, rows, decided, evidence, watched, explanations, promises };
}
