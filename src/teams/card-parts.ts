/** What the cards of all kinds of notices have in common. */
import type { RunPoint } from '../hunt/case.ts';
import type { NoticeContext } from '../hunt/notice.ts';
import type { RunTotals } from '../hunt/report.ts';
import { sparkline } from './sparkline.ts';
import type { Element, TextRun } from './card-types.ts';
import { facts, line, run } from './elements.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `23 Nov 2026 06:00`, in UTC; a reader in any country reads it alike. */
export function instant(at: Date | undefined): string {
  if (!at) return 'not given';
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${day(at)} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

export const day = (at: Date): string =>
  `${String(at.getUTCDate())} ${MONTHS[at.getUTCMonth()] ?? ''} ${String(at.getUTCFullYear())}`;

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** `CommandAndControl` → `Command and Control`, as ATT&CK writes it. */
const spelled = (tactic: string): string => tactic.replace(/([a-z])([A-Z])/g, '$1 $2').replace(' And ', ' and ');

/** ATT&CK's page of a technique; undefined for anything that is no technique's number. */
export function techniqueUrl(technique: string): string | undefined {
  const match = /^(T\d{4})(?:\.(\d{3}))?$/.exec(technique);
  if (!match) return undefined;
  const sub = match[2] === undefined ? '' : `${match[2]}/`;
  return `https://attack.mitre.org/techniques/${match[1] ?? ''}/${sub}`;
}

function attackRuns({ hunt }: NoticeContext): TextRun[] {
  const tactics = hunt.tactics
    .slice(0, 5)
    .map((tactic) => spelled(tactic))
    .join(', ');
  const techniques = hunt.techniques.slice(0, 10).flatMap((technique): TextRun[] => {
    const url = techniqueUrl(technique);
    return [
      run(' · '),
      run(technique, url === undefined ? {} : { color: 'Accent', selectAction: { type: 'Action.OpenUrl', url } }, 20),
    ];
  });
  return tactics === '' ? techniques.slice(1) : [run(tactics, {}, 120), ...techniques];
}

/** Of how many that could have been seen. */
const inSight = (totals: RunTotals | undefined): string | undefined =>
  totals?.reporting === undefined
    ? undefined
    : `${totals.newlySeen.toLocaleString('en')} new of ${plural(totals.reporting, 'reporting device')}`;

const leftOut = (totals: RunTotals | undefined): string =>
  totals?.excluded === undefined ? '' : `, ${totals.excluded.toLocaleString('en')} left out as explained`;

/** Where, what and since when: the lower part of every card. */
export function contextElements(context: NoticeContext, history: readonly RunPoint[] = []): Element[] {
  const { hunt, workspace, window, totals, partial, run: id, trigger } = context;
  const counts = [
    [totals?.newlySeen, 'new'],
    [totals?.returning, 'returning'],
    [totals?.known, 'known'],
  ] as const;
  // A founding run has none of these: what it saw is the baseline.
  const compared = counts.some(([count]) => (count ?? 0) > 0)
    ? `: ${counts.map(([count, what]) => `${(count ?? 0).toLocaleString('en')} ${what}`).join(', ')}${leftOut(totals)}`
    : leftOut(totals);
  const saw = totals && `${plural(totals.rows, 'row')}, ${plural(totals.devices, 'device')}${compared}`;
  const sight = inSight(totals);
  const bars = sparkline(history);
  return [
    ...(partial
      ? [
          line([
            run(
              `Partial answer (${partial.code}): there may be more devices than these.`,
              { color: 'Warning', weight: 'Bolder' },
              300,
            ),
          ]),
        ]
      : []),
    ...facts([
      ['Hunt', run(hunt.name, {}, 120)],
      ['ATT&CK', ...attackRuns(context)],
      ['Window', run(`${instant(window.start)} – ${instant(window.end)} UTC`)],
      ['Workspace', run(workspace)],
      ...(saw === undefined ? [] : [['This run saw', run(saw)] as const]),
      ...(sight === undefined ? [] : [['In sight', run(sight)] as const]),
      ...(bars === undefined
        ? []
        : [
            [
              `Last ${String(history.length)} runs`,
              run(bars, { fontType: 'Monospace' }),
              run(' devices seen, the latest right', { isSubtle: true, size: 'Small' }),
            ] as const,
          ]),
    ]),
    line([run(`Run ${id} (${TRIGGERS[trigger]})`, { isSubtle: true, size: 'Small' })], { spacing: 'Small' }),
  ];
}

const TRIGGERS = {
  schedule: 'scheduled',
  'catch-up': 'catching up on a time in which nobody looked',
  'late-sweep': 'looking for rows that arrived late',
  request: 'on demand',
  chat: 'asked for in Teams',
  'command-line': 'by hand',
  backfill: 'from the past',
} as const;
