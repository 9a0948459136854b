import type { DigestLine, WeekDigest } from '../hunt/week-digest.ts';
import { day, plural } from './card-parts.ts';
import type { Element, TextRun } from './card-types.ts';
import { facts, heading, line, run } from './elements.ts';

export const digestSummary = ({ newDevices, open, failedHunts }: WeekDigest): string =>
  `The week: ${plural(newDevices, 'new device')}, ${String(open)} unanswered, ${plural(failedHunts, 'hunt')} in trouble`;

/** The week in one card: what was new, what waits, what failed, what is noisy, and how much is looked at. */
export function digestBody(week: WeekDigest): Element[] {
  const { from, until, newDevices, open, since, failedHunts, coverage } = week;
  const waiting =
    open === 0
      ? run('nothing', { color: 'Good' })
      : run(`${plural(open, 'finding')} that nobody has answered${since ? `, the oldest of ${day(since)}` : ''}`, {
          color: 'Warning',
        });
  return [
    heading(
      'emphasis',
      [run('The week in hunts', { weight: 'Bolder', size: 'Large' })],
      [run(`${day(from)} to ${day(until)}`)],
    ),
    ...facts([
      ['New', run(newDevices === 0 ? 'no device' : plural(newDevices, 'device'))],
      ['Still open', waiting],
      ['In trouble', run(failedHunts === 0 ? 'no hunt' : plural(failedHunts, 'hunt'))],
      ['Coverage', run(coverageWords(coverage))],
    ]),
    ...section('What was new', week.found, ({ count }) => plural(count, 'device')),
    ...section('In trouble', week.failed, ({ words = '' }) => words),
    ...section('Explained by scenarios', week.explained ?? [], ({ words = '' }) => words),
    ...section('Noisy: worth tuning', week.noisy, ({ words = '' }) => words),
  ];
}

function coverageWords({ hunts, workspaces, scopes, seeing, notLoaded, muted }: WeekDigest['coverage']): string {
  const share = scopes === 0 ? 0 : Math.floor((100 * seeing) / scopes);
  return [
    `${plural(hunts, 'hunt')} in ${plural(workspaces, 'workspace')}: ${String(share)} % see what they should`,
    ...(notLoaded > 0 ? [`${plural(notLoaded, 'file')} not loaded`] : []),
    ...(muted > 0 ? [`${String(muted)} muted`] : []),
  ].join('; ');
}

function section(title: string, lines: readonly DigestLine[], words: (one: DigestLine) => string): Element[] {
  if (lines.length === 0) return [];
  const item = (one: DigestLine): readonly TextRun[] => [
    run(one.slug, { weight: 'Bolder', size: 'Small' }, 80),
    run(` ${words(one)}`, { size: 'Small' }, 160),
  ];
  return [
    line([run(title, { weight: 'Bolder' })], { spacing: 'Medium' }),
    ...lines.map((one) => line(item(one), { spacing: 'None' })),
  ];
}
