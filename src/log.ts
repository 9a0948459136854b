/** The closed list of events; alert rules and docs/operating.md name them. */
export const LOG_EVENTS = [
  'tick.completed',
  'tick.failed',
  'sweep.completed',
  'sweep.failed',
  'run.queued',
  'run.started',
  'run.retried-query',
  'run.completed',
  'run.failed',
  'run.skipped',
  'run.poisoned',
  'query.slot-failed',
  'baseline.founded',
  'evidence.failed',
  'notice.told',
  'notice.failed',
  'notice.waiting',
  'notice.unseen',
  'canary.arrived',
  'canary.missing',
  'canary.unmarked',
  'copy.stale',
  'case.changed',
  'promise.made',
  'subscription.changed',
  'board.opened',
  'board.acted',
  'target.added',
  'target.removed',
  'target.broken',
  'hunt-file.invalid',
  'hunt-file.repaired',
  'request.refused',
  'request.failed',
  'bot.refused',
  'bot.failed',
] as const;
export type LogEvent = (typeof LOG_EVENTS)[number];

/** Flat facts; never rows, queries, tokens or webhook addresses. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** `error`: someone must act today. `warn`: look this week. `info`: the story of a run in at most five lines. */
export interface Log {
  info(event: LogEvent, fields?: LogFields): void;
  warn(event: LogEvent, fields?: LogFields): void;
  error(event: LogEvent, fields?: LogFields): void;
}

type Write = (line: string) => void;

/** One JSON object a line: JSON escapes line breaks and controls, so that no device name can forge a line. */
export function jsonLog(write: { readonly info: Write; readonly warn: Write; readonly error: Write }): Log {
  const line = (event: LogEvent, fields: LogFields = {}): string => JSON.stringify({ event, ...fields });
  return {
    info: (event, fields) => {
      write.info(line(event, fields));
    },
    warn: (event, fields) => {
      write.warn(line(event, fields));
    },
    error: (event, fields) => {
      write.error(line(event, fields));
    },
  };
}

/** What of an error may be logged: its code and message, never its cause, which may quote a request. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return { code, error: error.message };
}
