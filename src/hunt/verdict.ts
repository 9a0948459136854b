import type { DeviceEvidence, Execution } from './evidence.ts';
import type { Scenario } from './hunt-questions.ts';
import { executionsIn } from './read-evidence.ts';

/**
 * What the scenarios say of a device. `cannot-say`: its executions are not known, or not all. `not-run`: it lies there and
 * nobody started it. `normal`: nothing but how the tool runs by itself, which does not say who brought it.
 */
export type VerdictKind = 'cannot-say' | 'not-run' | 'unexplained' | 'normal' | 'explained';

export interface Verdict {
  readonly kind: VerdictKind;
  readonly executions: number;
  readonly explained: number;
  /** Scenarios with the executions that each matches, most first. One execution may be matched by several. */
  readonly by: readonly { readonly scenario: string; readonly executions: number }[];
  /** For `cannot-say`: why. For a device that an excluding scenario explains: why it is told all the same. */
  readonly because?: string;
  /** It is left out of the cards. */
  readonly hidden: boolean;
}

export interface Judging {
  readonly scenarios: readonly Scenario[];
  /** Whether the device sends process events at all; undefined when that could not be asked. */
  readonly telemetry: boolean | undefined;
  /** Whether the hunt asks which files matched; a device of which none is known was not looked at. */
  readonly asksFiles?: boolean;
}

/** Judges the whole evidence of a device, not what was kept of it. */
export function judge(evidence: DeviceEvidence, { scenarios, telemetry, asksFiles = false }: Judging): Verdict {
  const { executions } = evidence;
  const total = executionsIn(executions);
  const explained = executionsIn(executions.filter(({ explainedBy }) => explainedBy.length > 0));
  const by = scenarios
    .map(({ name }) => ({
      scenario: name,
      executions: executionsIn(executions.filter(({ explainedBy }) => explainedBy.includes(name))),
    }))
    .filter((match) => match.executions > 0)
    .sort((a, b) => b.executions - a.executions);
  const counted = { executions: total, explained, by };
  const unknown =
    whyUnknown(evidence, total, telemetry) ?? (asksFiles && evidence.files.length === 0 ? NO_FILES : undefined);
  if (explained < total) return { kind: 'unexplained', ...counted, hidden: false };
  if (unknown !== undefined) return { kind: 'cannot-say', ...counted, because: unknown, hidden: false };
  if (total === 0) return { kind: 'not-run', ...counted, hidden: false };
  const normal = new Set(scenarios.filter(({ mode }) => mode === 'normal').map(({ name }) => name));
  if (executions.every(({ explainedBy }) => explainedBy.every((name) => normal.has(name))))
    return { kind: 'normal', ...counted, hidden: false };
  const objection = whyToldAnyway(evidence, scenarios);
  const because = objection === undefined || objection === '' ? {} : { because: objection };
  return { kind: 'explained', ...counted, ...because, hidden: objection === undefined };
}

const NO_FILES = 'which files of it matched is not known';

/** Missing telemetry is never taken for "did not run", nor a part of the executions for all. */
function whyUnknown({ gaps }: DeviceEvidence, total: number, telemetry: boolean | undefined): string | undefined {
  const gap = gaps.find(({ part }) => part === 'executions') ?? gaps.find(({ part }) => part === 'files');
  if (gap) return `${gap.part === 'files' ? 'its files' : 'its executions'} are not all known (${gap.code})`;
  // What ran was seen, so there is telemetry.
  if (total > 0 || telemetry === true) return undefined;
  return telemetry === false
    ? 'the device sends no process telemetry'
    : 'whether the device sends process telemetry is not known';
}

/** Why a device of which every execution is explained is not left out; empty when nobody asked for that. */
function whyToldAnyway(
  { executions, files, gaps }: DeviceEvidence,
  scenarios: readonly Scenario[],
): string | undefined {
  const modes = new Map(scenarios.map(({ name, mode }) => [name, mode]));
  const matches = ({ explainedBy }: Execution, mode: Scenario['mode']): boolean =>
    explainedBy.some((name) => modes.get(name) === mode);
  if (!executions.some((execution) => matches(execution, 'exclude'))) return '';
  if (!executions.every((execution) => matches(execution, 'exclude') || matches(execution, 'normal')))
    return 'a scenario that only annotates explains a part of it';
  const loose = executions.find(({ path, parentPath }) => !isProtected(path) || !isProtected(parentPath));
  if (loose) return 'something ran from a folder that anybody may write to';
  if (files.some(({ trusted }) => trusted === false)) return 'a file of it is not trusted';
  if (gaps.some(({ part }) => part === 'network')) return 'whom it talked to is not known';
  return undefined;
}

/** Folders into which only administrators write; `FolderPath` may hold the file's name or not. */
export const isProtected = (path: string): boolean =>
  /^[a-z]:\\(?:program files(?: \(x86\))?|windows)\\/i.test(path) &&
  !/^[a-z]:\\windows\\(?:temp|tasks|tracing|debug|system32\\tasks|system32\\spool\\drivers\\color)\\/i.test(path) &&
  !/\\\.{1,2}(?:\\|$)|\//.test(path);
