import type { EvidenceKind } from './evidence-kinds.ts';

/**
 * What a scenario's match says. `annotate`: a note beside the execution. `exclude`: a device all of whose executions are
 * explained is left out of the cards. `normal`: how the tool runs by itself, which explains an execution and no device.
 */
export const SCENARIO_MODES = ['annotate', 'exclude', 'normal'] as const;
export type ScenarioMode = (typeof SCENARIO_MODES)[number];

/** A benign story about an execution of what a hunt found. */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  /** KQL over the columns of the evidence `executions`. */
  readonly where: string;
  readonly mode: ScenarioMode;
}

/** What a hunt asks beyond its query; each is optional. */
export interface HuntQuestions {
  /** KQL over `Devices` and `Files`, asked about new devices only. */
  readonly evidence: Readonly<Partial<Record<EvidenceKind, string>>>;
  readonly scenarios: readonly Scenario[];
  /** Names of the hunts for the same tool: how many of them agree is a finding's weight. */
  readonly siblings: readonly string[];
  /** The tables without which it is blind. */
  readonly tables: readonly string[];
}

export const NO_QUESTIONS: HuntQuestions = { evidence: {}, scenarios: [], siblings: [], tables: [] };
