/** Reading one setting each: every problem is noted, and an empty value counts as absent. */
import { canaryProblem } from './hunt/canary-verdict.ts';
import { scheduleProblem } from './hunt/schedule.ts';
import { DAY, parseTimespan, type Milliseconds } from './time.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export const text = (env: Environment, name: string): string | undefined => {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
};

export const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export function readSchedule(env: Environment, name: string, fallback: string, problems: string[]): string {
  const value = text(env, name) ?? fallback;
  const problem = scheduleProblem(value);
  if (problem !== undefined) problems.push(`${name} ${quoted(value)} ${problem}.`);
  return value;
}

/** A schedule of canaries, or undefined for `off`; refused where the next one would leave before the last one is missed. */
export function readCanary(
  env: Environment,
  name: string,
  fallback: string,
  { tick, runTimeout }: { readonly tick: string; readonly runTimeout: Milliseconds },
  problems: string[],
): string | undefined {
  if (text(env, name)?.toLowerCase() === 'off') return undefined;
  const schedule = readSchedule(env, name, fallback, problems);
  if (scheduleProblem(schedule) !== undefined || scheduleProblem(tick) !== undefined) return schedule;
  const problem = canaryProblem(schedule, tick, runTimeout);
  if (problem !== undefined) problems.push(`${name} ${quoted(schedule)} ${problem}.`);
  return schedule;
}

export function readTimespan(
  env: Environment,
  name: string,
  fallback: Milliseconds,
  { least, most }: { readonly least: Milliseconds; readonly most: Milliseconds },
  problems: string[],
): Milliseconds {
  const value = text(env, name);
  if (value === undefined) return fallback;
  const length = value === '0' ? 0 : parseTimespan(value);
  if (length === undefined)
    problems.push(`${name} ${quoted(value)} is not a length of time such as "2d", "36h" or "90s".`);
  else if (length < least || length > most) {
    problems.push(`${name} ${quoted(value)} is out of range: ${String(least / 1000)} s to ${String(most / 1000)} s.`);
  }
  return length ?? fallback;
}

/** A whole number of days; 0 stands for "for ever" and is always allowed. */
export function readDays(
  env: Environment,
  name: string,
  fallback: number,
  { least, most }: { readonly least: number; readonly most: number },
  problems: string[],
): Milliseconds {
  const value = text(env, name) ?? String(fallback);
  const days = /^\d{1,6}$/.test(value) ? Number(value) : NaN;
  if (days !== 0 && !(days >= least && days <= most))
    problems.push(
      `${name} ${quoted(value)} must be a number of days from ${String(least)} to ${String(most)}, or 0 for ever.`,
    );
  return days * DAY;
}

export function readNumber(
  env: Environment,
  name: string,
  fallback: number,
  { least, most }: { readonly least: number; readonly most: number },
  problems: string[],
): number {
  const value = text(env, name) ?? String(fallback);
  const number = /^\d{1,6}$/.test(value) ? Number(value) : NaN;
  if (!(number >= least && number <= most))
    problems.push(`${name} ${quoted(value)} must be a whole number from ${String(least)} to ${String(most)}.`);
  return number;
}

/** The base of addresses: https, a host, and nothing behind it. */
export function readOrigin(env: Environment, name: string, fallback: string, problems: string[]): string {
  const value = text(env, name) ?? fallback;
  if (!/^https:\/\/[a-z0-9.-]+$/i.test(value))
    problems.push(`${name} ${quoted(value)} must be an https address without a path, for example "${fallback}".`);
  return value;
}

export const quoted = (value: string): string => JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
