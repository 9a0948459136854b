/** What a changed hunt file would change, as far as kept rows can say. */
import type { AnswerColumn } from '../../src/hunt/answer.ts';
import { EVIDENCE_KINDS, type EvidenceKind } from '../../src/hunt/evidence-kinds.ts';
import { NO_QUESTIONS } from '../../src/hunt/hunt-questions.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { KEPT_FIELDS } from '../../src/hunt/kept-rows.ts';
import type { KeptHunt } from '../../src/hunt/kept-run.ts';
import { blanked } from '../../src/kql/calls.ts';
import { formatTimespan } from '../../src/time.ts';

/** A run's own hunt, with what is tried in it. */
export interface Trial {
  readonly hunt: Hunt;
  /** `| where` operators behind the query; empty for none. */
  readonly where: string;
}

/** The hunt as a run had it. */
export const asItWas = (kept: KeptHunt): Trial => ({ hunt: whole(kept), where: '' });

/** What of a changed hunt can be tried on a run, or why it cannot: all reasons at once. */
export function trialOf(kept: KeptHunt, changed: Hunt): Trial | { readonly reasons: readonly string[] } {
  const where = addedWhere(kept.query, changed.query);
  const reasons = [
    ...(where === undefined ? [OTHER_QUERY] : []),
    ...(kept.lookback === changed.lookback
      ? []
      : [
          `lookback is ${formatTimespan(changed.lookback)} and was ${formatTimespan(kept.lookback)}: what another window would have answered nobody kept`,
        ]),
    ...KEPT_FIELDS.filter((field) => kept.device[field] !== changed.device[field]).map(
      (field) =>
        `device.${field} is ${changed.device[field]} and was ${kept.device[field]}: other columns were not kept`,
    ),
    ...JUDGED_BY.filter((kind) => kept.evidence[kind]?.trim() !== changed.evidence[kind]?.trim()).map(
      (kind) => `evidence.${kind} asks something else: what it would have answered nobody kept`,
    ),
  ];
  if (reasons.length > 0 || where === undefined) return { reasons };
  const { forgetAfter, firstRun, scenarios, severity, name } = changed;
  return { hunt: { ...whole(kept), forgetAfter, firstRun, scenarios, severity, name }, where };
}

const OTHER_QUERY =
  'the query is another one, and not the old one with "| where" operators added at its end: what it would have answered nobody kept';

/** The questions that scenarios are judged by; the others only stand on a card. */
const JUDGED_BY = EVIDENCE_KINDS.filter((kind): kind is EvidenceKind =>
  ['files', 'telemetry', 'executions', 'network'].includes(kind),
);

const whole = (kept: KeptHunt): Hunt => ({
  ...NO_QUESTIONS,
  ...{ description: '', tactics: [], techniques: [], requiredColumns: [], file: '' },
  ...kept,
});

/** What a query has that another has not, if that is nothing but `where` operators at its end; else undefined. */
function addedWhere(before: string, now: string): string | undefined {
  const [old, text] = [bare(before), bare(now)];
  if (!text.startsWith(old)) return undefined;
  const added = text.slice(old.length).trim();
  if (added === '') return '';
  return operatorsOf(added)?.every((operator) => /^where\b/.test(operator)) === true ? added : undefined;
}

/** A query without comments, without blanks at the ends of lines, and without what ends it. */
const bare = (query: string): string =>
  blanked(query, 'comments')
    .replace(/[^\S\n]+$/gm, '')
    .replace(/\r/g, '')
    .replace(/\n+/g, '\n')
    .replace(/[\s;]+$/, '');

/** Each operator of what is piped, without its `|`; undefined when it is more than a pipe. */
function operatorsOf(pipe: string): readonly string[] | undefined {
  const text = blanked(pipe, 'comments-and-strings');
  const operators: string[] = [];
  let depth = 0;
  for (const character of text) {
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    if (character === ';' || depth < 0) return undefined;
    if (character === '|' && depth === 0) operators.push('');
    else if (operators.length === 0) return undefined;
    else operators.push(`${operators.pop() ?? ''}${character}`.trimStart());
  }
  return operators;
}

/** Columns of the answer of which every cell was kept as it came: of report ids only the first few are. */
export const filterable = (columns: readonly (AnswerColumn | null)[]): readonly AnswerColumn[] =>
  KEPT_FIELDS.flatMap((field, place) => (field === 'reports' ? [] : (columns[place] ?? [])));
