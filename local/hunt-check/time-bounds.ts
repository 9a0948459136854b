import type { Hunt } from '../../src/hunt/hunt.ts';
import { DAY, HOUR, MINUTE, type Milliseconds } from '../../src/time.ts';
import { child } from '../kql/compile.ts';
import { KqlError } from '../kql/kql-error.ts';
import type { Schema, Tree } from '../kql/language.ts';
import { compileQuery, type CompiledQuery } from '../kql/query.ts';
import { TICKS_PER_MS, ticksOf } from '../kql/values.ts';
import { endOf, short, written } from './query-text.ts';
import type { QueryRemark } from './remark.ts';
import { scansOf, statementsOf } from './scans.ts';

/** Any instant will do: a bound is judged by its distance from the clock. */
const NOW = new Date('2026-11-23T06:00:00Z');
const LATER = new Date('2027-02-03T17:00:00Z');
/** Rounding of clock readings is no difference. */
const SLACK: Milliseconds = MINUTE;

/** Whether what the query reads is bounded in time, and whether that fits how far back the hunt is asked for. */
export function timeBounds(query: string, root: Tree, schema: Schema, hunt: Pick<Hunt, 'lookback'>): TimeBounds {
  const scans = scansOf(root, schema);
  const constants = constantsOf(query, root);
  const remarks: QueryRemark[] = [];
  let furthest: Milliseconds | undefined = 0;
  for (const { table, at, since } of scans) {
    const say = (severity: QueryRemark['severity'], tree: Tree, message: string): void =>
      void remarks.push({ severity, start: tree.start, length: endOf(tree) - tree.start, message });
    const hasTime = schema[table]?.some(({ name }) => TIMES.includes(name)) ?? false;
    if (!since) {
      furthest = undefined;
      if (hasTime)
        say('warning', at, `${table} is read without a bound in time; add "| where ${timeOf(table, schema)} > ago(…)"`);
      continue;
    }
    const back = since === 'unclear' ? undefined : distance(written(query, since), constants, schema);
    furthest = back === undefined || furthest === undefined ? undefined : Math.max(furthest, back);
    if (since === 'unclear' || back === undefined) continue;
    if (isFixed(written(query, since), constants, schema))
      say(
        'warning',
        since,
        `${short(written(query, since))} is a fixed day, so that every run looks further back than the one before`,
      );
    else if (back > hunt.lookback + SLACK)
      say(
        'error',
        since,
        `looks back ${spoken(back)}, but the hunt is asked for ${spoken(hunt.lookback)}; set "lookback: ${literal(back)}"`,
      );
  }
  return { remarks, ...(furthest !== undefined && scans.length > 0 && { furthest }) };
}

export interface TimeBounds {
  readonly remarks: readonly QueryRemark[];
  /** How far back the query reads; absent where that is not known of all that it reads. */
  readonly furthest?: Milliseconds;
}

const TIMES: readonly string[] = ['Timestamp', 'TimeGenerated'];
const timeOf = (table: string, schema: Schema): string =>
  TIMES.find((time) => schema[table]?.some(({ name }) => name === time)) ?? 'TimeGenerated';

/** The `let` statements that name values; an instant may be made of them. */
const constantsOf = (query: string, root: Tree): string =>
  statementsOf(root)
    .filter((statement) => statement.kind === 'LetStatement')
    .filter((statement) => {
      const value = child(statement, statement.children.length - 1);
      return (
        value.kind !== 'FunctionDeclaration' && value.columns === undefined && value.kind !== 'MaterializeExpression'
      );
    })
    .map((statement) => `${written(query, statement)};\n`)
    .join('');

/** How long before the clock an instant lies; undefined where only the service can say. */
function distance(instant: string, constants: string, schema: Schema, now = NOW): Milliseconds | undefined {
  const [[bound] = []] =
    compiled(`${constants}print bound = todatetime(${instant})`, schema)?.run({ now: ticksOf(now), rows: () => [] })
      .rows ?? [];
  return typeof bound === 'bigint' ? Number((ticksOf(now) - bound) / TICKS_PER_MS) : undefined;
}

/** Hunts bound time in few ways, and a folder of them is checked at once. */
const seen = new WeakMap<Schema, Map<string, CompiledQuery | undefined>>();

function compiled(query: string, schema: Schema): CompiledQuery | undefined {
  const known = seen.get(schema) ?? new Map<string, CompiledQuery | undefined>();
  seen.set(schema, known);
  if (!known.has(query)) known.set(query, compileOrNot(query, schema));
  return known.get(query);
}

function compileOrNot(query: string, schema: Schema): CompiledQuery | undefined {
  try {
    return compileQuery(query, schema);
  } catch (error) {
    // Of columns or of parameters, or beyond the engine: nothing can be said of it.
    if (error instanceof KqlError) return undefined;
    throw error;
  }
}

/** Whether an instant stays where it is while the clock goes on. */
function isFixed(instant: string, constants: string, schema: Schema): boolean {
  const now = distance(instant, constants, schema);
  const later = distance(instant, constants, schema, LATER);
  return now !== undefined && later !== undefined && later - now === LATER.getTime() - NOW.getTime();
}

function literal(length: Milliseconds): string {
  if (length % DAY === 0 || length > 3 * DAY) return `${String(Math.ceil(length / DAY))}d`;
  return `${String(Math.ceil(length / HOUR))}h`;
}

export const spoken = (length: Milliseconds): string =>
  literal(length)
    .replace(/^(\d+)d$/, (_all, days: string) => (days === '1' ? 'a day' : `${days} days`))
    .replace(/^(\d+)h$/, '$1 hours');
