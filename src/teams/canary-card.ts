/** The card of a canary, and those of one that is missing and of one that is back. Small: nobody has to do anything. */
import type { Case, NoticeDigest } from '../hunt/case.ts';
import { markOf, type Flight, type Stage } from '../hunt/canary.ts';
import { instant } from './card-parts.ts';
import type { Element } from './card-types.ts';
import { caseLines } from './case-lines.ts';
import { facts, heading, line, run } from './elements.ts';

type Of<K extends NoticeDigest['kind']> = Extract<NoticeDigest, { readonly kind: K }>;

export const CANARY_SUMMARY = 'Canary: not a finding. Firstsight is awake';

const PAST: readonly (readonly [Stage, string])[] = [
  ['begun', 'taken from the queue'],
  ['answered', 'answered'],
  ['compared', 'compared'],
  ['remembered', 'remembered'],
  ['offered', 'offered to Teams'],
];

export function canaryBody({ openedAt }: Case, { context, flight, next, others }: Of<'canary'>): Element[] {
  const left = markOf(flight, 'queued');
  const took = left ? ` in ${seconds(openedAt.getTime() - left.getTime())}` : '';
  return [
    line([run('Canary: not a finding.', { weight: 'Bolder' }), run(' Firstsight is awake.')]),
    line([run(`timer → queue → ${context.workspace} → diff → outbox → Teams${took}`)], { spacing: 'Small' }),
    ...small(flight === undefined ? [] : wayOf(flight)),
    ...small([
      ...(next ? [`The next one: ${instant(next.at)} UTC`] : []),
      ...(others.length > 0 ? [`${others.slice(0, 8).join(', ')}: told only when missing`] : []),
      'to hide these here, write "unsubscribe canary"',
    ]),
  ];
}

/** When it left, and how long after that it was where. */
function wayOf(flight: Flight): readonly string[] {
  const left = markOf(flight, 'queued');
  if (!left) return [];
  const steps = PAST.flatMap(([stage, words]) => {
    const at = markOf(flight, stage);
    return at ? [`${words} +${seconds(at.getTime() - left.getTime())}`] : [];
  });
  return [`Left ${instant(left)} UTC`, ...steps];
}

const small = (parts: readonly string[]): Element[] =>
  parts.length === 0
    ? []
    : [line([run(parts.join(' · '), { isSubtle: true, size: 'Small' }, 400)], { spacing: 'Small' })];

export function missingBody(about: Case, { trouble, context }: Of<'trouble'>): Element[] {
  return [
    heading(
      about.state.acknowledged ? 'emphasis' : 'warning',
      [run('▲ The canary has not arrived', { weight: 'Bolder', size: 'Large' })],
      [run('Findings take the same way. Until it arrives, silence does not mean that nothing is new.')],
    ),
    ...caseLines(about),
    ...facts([
      ['Where it is', run(trouble.message, {}, 600)],
      ['Workspace', run(context.workspace)],
      ['Since', run(`${instant(trouble.since)} UTC`)],
      ['Code', run(trouble.code, { fontType: 'Monospace', size: 'Small' })],
    ]),
  ];
}

export function backBody(about: Case, { trouble, context }: Of<'recovered'>): Element[] {
  return [
    heading(
      'good',
      [run('✓ The canary arrives again', { weight: 'Bolder', size: 'Large' })],
      [run(`It was missing since ${instant(trouble.since)} UTC`)],
    ),
    ...caseLines(about),
    ...facts([
      ['It was', run(trouble.message, {}, 600)],
      ['Workspace', run(context.workspace)],
    ]),
  ];
}

/** `4.2 s`, `3 min`, `5 h`: as exact as anybody needs it. */
export function seconds(ms: number): string {
  if (ms < 99_950) return `${(Math.max(0, ms) / 1_000).toFixed(1)} s`;
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${String(minutes)} min` : `${String(Math.round(minutes / 60))} h`;
}
