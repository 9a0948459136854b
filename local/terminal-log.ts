import type { Log, LogEvent, LogFields } from '../src/log.ts';

/** Events that come with every tick, when nothing happens. */
const QUIET: ReadonlySet<LogEvent> = new Set(['tick.completed', 'run.queued', 'run.started']);

/** Log lines for a person at a terminal: time, event, facts. Texts are JSON, so that no name can steer the terminal. */
export function terminalLog(write: (line: string) => void): Log {
  const print =
    (mark: string) =>
    (event: LogEvent, fields: LogFields = {}): void => {
      if (QUIET.has(event) && mark === ' ') return;
      const facts = Object.entries(fields).flatMap(([name, value]) =>
        value === undefined ? [] : [`${name}=${shown(value)}`],
      );
      write(`${new Date().toISOString().slice(11, 19)} ${mark} ${event.padEnd(18)} ${facts.join(' ')}`);
    };
  return { info: print(' '), warn: print('!'), error: print('✗') };
}

const shown = (value: string | number | boolean): string =>
  typeof value === 'string' && !/^[\w.:@/-]{1,120}$/.test(value) ? JSON.stringify(value) : String(value);
