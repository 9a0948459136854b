/**
 * The errors of the program, each named for who must act. A plain `Error` is a bug and is not caught.
 * Messages say what happened with names; what to do about a code stands in docs/operating.md.
 */
export abstract class FirstsightError extends Error {
  /** Stable, kebab-case; the heading in docs/operating.md. */
  abstract readonly code: string;
}

/** Settings the operator must correct; lists every problem at once. */
export class SettingsError extends FirstsightError {
  override readonly name = 'SettingsError';
  readonly code = 'settings-invalid';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings have ${String(problems.length)} problem(s):\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.problems = problems;
  }
}

/** What is wrong at one place of a hunt file. Lines and columns count from 1. */
export interface HuntFileProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** The nearest right name, when a name was wrong. */
  readonly suggestion?: string;
}

/** A hunt file its author must correct; lists every problem at once. */
export class HuntFileError extends FirstsightError {
  override readonly name = 'HuntFileError';
  readonly code = 'hunt-file-invalid';
  readonly problems: readonly HuntFileProblem[];

  constructor(problems: readonly HuntFileProblem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.problems = problems;
  }
}

/** `hunts/x.yaml:7:3 "tactic" is not a field of a hunt; did you mean "tactics"?` */
export function describeProblem(problem: HuntFileProblem): string {
  const hint = problem.suggestion === undefined ? '' : `; did you mean "${problem.suggestion}"?`;
  return `${problem.file}:${String(problem.line)}:${String(problem.column)} ${problem.message}${hint}`;
}

/** A backfill is for a hunt that has no baseline yet. */
export class BaselineExistsError extends FirstsightError {
  override readonly name = 'BaselineExistsError';
  readonly code = 'baseline-exists';

  constructor(hunt: string, workspace: string, since: Date) {
    super(
      `${hunt} has a baseline in ${workspace} since ${since.toISOString()}: a backfill would make devices known that nobody was told of. Ask for one past day with --as-of.`,
    );
  }
}

export type Service = 'workspace' | 'table-storage' | 'queue-storage' | 'teams';
/** `rejected`: the service understood and refuses for good. `unknown-outcome`: the request may have taken effect. */
export type ServiceFailureReason =
  'throttled' | 'timed-out' | 'unavailable' | 'denied' | 'not-found' | 'rejected' | 'unknown-outcome';

const TRANSIENT: ReadonlySet<ServiceFailureReason> = new Set([
  'throttled',
  'timed-out',
  'unavailable',
  'unknown-outcome',
]);

/** A cloud service failed, or refuses us rights. */
export class ServiceError extends FirstsightError {
  override readonly name = 'ServiceError';
  readonly code: string;
  readonly service: Service;
  readonly reason: ServiceFailureReason;
  /** How long the service asked us to wait. */
  readonly retryAfter?: number;

  constructor(
    service: Service,
    reason: ServiceFailureReason,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfter?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.service = service;
    this.reason = reason;
    this.code = `${service}-${reason}`;
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
  }

  /** Whether the same request may succeed later without anybody acting. */
  get transient(): boolean {
    return TRANSIENT.has(this.reason);
  }
}

/** The answer lacks columns that the hunt's `device` mapping names: the hunt's author must act. */
export class UnexpectedColumnsError extends FirstsightError {
  override readonly name = 'UnexpectedColumnsError';
  readonly code = 'unexpected-columns';
  readonly missing: readonly string[];

  constructor(missing: readonly string[], present: readonly string[]) {
    super(
      `The answer has no column ${missing.map((m) => `"${m}"`).join(', ')}; it has ${present.join(', ') || 'none'}.`,
    );
    this.missing = missing;
  }
}

/** The stored ledger contradicts itself. Never read as "nothing known": the run stops and says so. */
export class LedgerDamagedError extends FirstsightError {
  override readonly name = 'LedgerDamagedError';
  readonly code = 'ledger-damaged';
}

/** Another run of the same hunt and workspace holds the lease. Nobody must act. */
export class RunInProgressError extends FirstsightError {
  override readonly name = 'RunInProgressError';
  readonly code = 'run-in-progress';
  /** The run that holds the lease. */
  readonly holder: string;

  constructor(holder: string) {
    super(`Run ${holder} is in progress.`);
    this.holder = holder;
  }
}

/** The process died under a run every time it was tried, so no failure of its own was ever recorded. */
export class RunCrashedError extends FirstsightError {
  override readonly name = 'RunCrashedError';
  readonly code = 'run-crashed';

  constructor(deliveries: number) {
    super(`The run died ${String(deliveries)} times without an answer, for example out of memory.`);
  }
}

/** Somebody named a hunt, workspace or run that does not exist. */
export class UnknownNameError extends FirstsightError {
  override readonly name = 'UnknownNameError';
  readonly code = 'unknown-name';
  readonly what: string;
  readonly suggestion?: string;

  constructor(what: string, name: string, suggestion?: string) {
    const hint = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`;
    super(`There is no ${what} called ${JSON.stringify(name.slice(0, 80))}.${hint}`);
    this.what = what;
    if (suggestion !== undefined) this.suggestion = suggestion;
  }
}

/** Whether the same work may succeed later without anybody acting. */
export const isTransient = (error: unknown): boolean => error instanceof ServiceError && error.transient;
