/** The cards that are about a hunt and not about devices: its baseline, its troubles and their end. */
import type { Case, NoticeDigest } from '../hunt/case.ts';
import { contextElements, instant, plural } from './card-parts.ts';
import type { Element } from './card-types.ts';
import { caseLines } from './case-lines.ts';
import { deviceTable } from './device-table.ts';
import { facts, heading, run } from './elements.ts';

type Of<K extends NoticeDigest['kind']> = Extract<NoticeDigest, { readonly kind: K }>;

export function baselineBody(
  about: Case,
  { total, devices, context }: Of<'baseline-founded'>,
  rows: number,
): Element[] {
  const listed = context.hunt.firstRun === 'report' && total > 0;
  return [
    heading(
      'accent',
      [run(`■ Baseline founded: ${plural(total, 'device')}`, { weight: 'Bolder', size: 'Large' })],
      [run('The first run of this hunt. From now on only devices that are not among these are told.', {}, 300)],
    ),
    ...caseLines(about),
    ...(listed ? deviceTable(devices, total, rows, () => run('baseline', { isSubtle: true })) : []),
    ...contextElements(context, about.history),
  ];
}

/** A hunt whose table receives nothing finds nothing, and says so with a run that looks fine. */
const BLIND = 'blind-hunt';

export function troubleTitle({ trouble, reminder }: Pick<Of<'trouble'>, 'trouble' | 'reminder'>): string {
  if (trouble.code === BLIND) return `◌ This hunt is blind${reminder ? ` since ${instant(trouble.since)} UTC` : ''}`;
  return reminder ? `▲ Still failing since ${instant(trouble.since)} UTC` : '▲ This hunt cannot be trusted right now';
}

export function troubleBody(about: Case, notice: Of<'trouble'>): Element[] {
  const { trouble, context } = notice;
  const silence =
    trouble.code === BLIND
      ? 'It has nothing to look at. Its silence does not mean that nothing is new.'
      : 'Silence of this hunt does not mean that nothing is new.';
  return [
    heading(
      about.state.acknowledged ? 'emphasis' : 'warning',
      [run(troubleTitle(notice), { weight: 'Bolder', size: 'Large' })],
      [run(silence)],
    ),
    ...caseLines(about),
    ...facts([
      ['What', run(trouble.message, {}, 600)],
      ['Code', run(trouble.code, { fontType: 'Monospace', size: 'Small' })],
      ['Since', run(`${instant(trouble.since)} UTC`)],
    ]),
    ...contextElements(context, about.history),
  ];
}

export function recoveredBody(about: Case, { trouble, context }: Of<'recovered'>): Element[] {
  return [
    heading(
      'good',
      [run('✓ This hunt works again', { weight: 'Bolder', size: 'Large' })],
      [run(`It could not be trusted since ${instant(trouble.since)} UTC`)],
    ),
    ...caseLines(about),
    ...facts([['It was', run(trouble.message, {}, 600)]]),
    ...contextElements(context, about.history),
  ];
}
