import type { EvidenceKind } from '../hunt/evidence-kinds.ts';
import type { HuntQuestions, Scenario } from '../hunt/hunt-questions.ts';
import { blanked } from './calls.ts';
import { kqlTexts } from './literal.ts';

/** Rows of an answer about executions; of more than these, only those that nothing explains are sure to be there. */
export const MOST_EXECUTIONS = 20_000;

/** The column that says whether the scenario of that place matches an execution. */
export const matchColumn = (place: number): string => `Firstsight_Matches_${String(place)}`;

export interface AskedAbout {
  readonly devices: readonly string[];
  readonly files: readonly string[];
}

/** A query about some devices, and where in it the hunt's own text begins: for faults found in it. */
export interface EvidenceQuery {
  readonly kql: string;
  readonly start: number;
  /** Where the condition of each scenario begins. */
  readonly scenarios: readonly number[];
}

/** Sets the hunt's own query between the lists it is about and the questions that every answer must answer. */
export function evidenceQuery(
  kind: EvidenceKind,
  { evidence, scenarios }: Pick<HuntQuestions, 'evidence' | 'scenarios'>,
  { devices, files }: AskedAbout,
): EvidenceQuery | undefined {
  const text = evidence[kind];
  if (text === undefined) return undefined;
  const head = `let Devices = ${kqlTexts(devices)};\nlet Files = ${kqlTexts(files)};\n`;
  const query = { kql: `${head}${unended(text)}\n`, start: head.length, scenarios: [] };
  return kind === 'executions' ? withScenarios(query, scenarios) : query;
}

function withScenarios({ kql, start }: EvidenceQuery, scenarios: readonly Scenario[]): EvidenceQuery {
  let text = kql;
  const places = scenarios.map(({ where }, i) => {
    const before = `| extend ${matchColumn(i)} = (\n`;
    const place = text.length + before.length;
    // On lines of its own: a comment at its end must not swallow the parenthesis.
    text += `${before}${where}\n)\n`;
    return place;
  });
  const any = scenarios.length === 0 ? 'false' : scenarios.map((_scenario, i) => matchColumn(i)).join(' or ');
  // What nothing explains comes first, so that no number of explained executions crowds it out.
  text += `| extend Firstsight_Unexplained = iff(${any}, 0, 1)\n| top ${String(MOST_EXECUTIONS)} by Firstsight_Unexplained desc\n`;
  return { kql: text, start, scenarios: places };
}

/** A hunt's own query, its answer kept to some devices. */
export function askedAbout(query: string, idColumn: string, devices: readonly string[]): string {
  return `let Firstsight_Devices = ${kqlTexts(devices)};\n${unended(query)}\n| where ${idColumn} in (Firstsight_Devices)\n| project ${idColumn}\n`;
}

/** A query that more can be piped behind: without the semicolon and the comments at its end. Every place stays. */
const unended = (query: string): string => blanked(query, 'comments').replace(/[\s;]+$/, '');
