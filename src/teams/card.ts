import type { Finding } from '../hunt/finding.ts';
import type { Notice } from '../hunt/notice.ts';
import type { Sighting } from '../hunt/sighting.ts';
import type { TimeWindow } from '../time.ts';
import { attackActions, contextElements, day, instant, plural } from './card-parts.ts';
import { deviceTable, nameOf } from './device-table.ts';
import { card, facts, heading, run, type AdaptiveCard } from './elements.ts';
import { inert } from './inert.ts';

/** Workflows re-wraps a card and stops at 28 KiB; a bot's message may be larger, but the same card must fit both. */
export const CARD_BUDGET = 20_000;
/** More rows than this nobody reads on a phone. */
const MOST_ROWS = 25;

type Of<K extends Notice['kind']> = Extract<Notice, { readonly kind: K }>;

/** The card of a notice: pure, and within {@link CARD_BUDGET} bytes. What does not fit is counted. */
export function noticeCard(notice: Notice): AdaptiveCard {
  switch (notice.kind) {
    case 'devices-found':
      return notice.findings.length === 1 ? oneDevice(notice) : fitted((rows) => severalDevices(notice, rows));
    case 'baseline-founded':
      return fitted((rows) => baseline(notice, rows));
    case 'trouble':
      return trouble(notice);
    case 'recovered':
      return recovered(notice);
  }
}

/** One line for the notification, the chat list and screen readers. */
export function noticeSummary(notice: Notice): string {
  const hunt = inert(notice.context.hunt.name, 100);
  switch (notice.kind) {
    case 'devices-found': {
      const [first] = notice.findings;
      const what =
        notice.findings.length === 1 && first
          ? `${first.novelty === 'returning' ? 'Returning' : 'New'} device ${nameOf(first)}`
          : plural(notice.findings.length, 'device');
      return `${what}: ${hunt}`;
    }
    case 'baseline-founded':
      return `Baseline founded, ${plural(notice.total, 'device')}: ${hunt}`;
    case 'trouble':
      return `${notice.reminder ? 'Still not' : 'Not'} to be trusted: ${hunt}`;
    case 'recovered':
      return `Works again: ${hunt}`;
  }
}

/** The largest card that keeps to the budget. */
function fitted(build: (rows: number) => AdaptiveCard): AdaptiveCard {
  for (let rows = MOST_ROWS; rows > 0; rows -= 1) {
    const built = build(rows);
    if (Buffer.byteLength(JSON.stringify(built)) <= CARD_BUDGET) return built;
  }
  return build(0);
}

function oneDevice(notice: Of<'devices-found'>): AdaptiveCard {
  const [finding] = notice.findings;
  if (!finding) return fitted((rows) => severalDevices(notice, rows));
  const returning = finding.novelty === 'returning';
  const title = [
    run(returning ? 'Device is back: ' : 'New device: ', { weight: 'Bolder', size: 'Large' }),
    run(nameOf(finding), { weight: 'Bolder', size: 'Large' }, 80),
  ];
  return card(
    noticeSummary(notice),
    [
      heading(returning ? 'warning' : 'attention', title, [run(whyNews(finding))]),
      ...facts([
        [
          'Device id',
          run(
            finding.id === '' ? 'none; known by its name' : finding.id,
            { fontType: 'Monospace', size: 'Small' },
            100,
          ),
        ],
        [
          'First seen',
          run(
            `${seen(finding.firstSeen)}${within(finding.firstSeen, notice.context.window) ? ', in this window' : ''}`,
          ),
        ],
        ['Last seen', run(seen(finding.lastSeen))],
        ['Matches', run(finding.count === undefined ? 'not counted' : finding.count.toLocaleString('en'))],
        ['Reports', run(reports(finding), { fontType: 'Monospace', size: 'Small' })],
      ]),
      ...contextElements(notice.context),
    ],
    attackActions(notice.context),
  );
}

const seen = (at: Date | undefined): string => (at ? `${instant(at)} UTC` : instant(at));

/** A hunt's first event is the first it looked at; where it lies in the window, there may be older ones. */
const within = (at: Date | undefined, { start, end }: TimeWindow): boolean =>
  at !== undefined && at >= start && at <= end;

const whyNews = ({ novelty, lastSeenBefore }: Finding): string =>
  novelty === 'returning' && lastSeenBefore
    ? `Not seen since ${day(lastSeenBefore)}`
    : 'No earlier run of this hunt has seen it';

function reports({ reports: ids, reportCount }: Sighting): string {
  const shown = ids.slice(0, 5);
  const rest = reportCount - shown.length;
  return shown.length === 0 ? 'none' : `${shown.join(', ')}${rest > 0 ? ` and ${rest.toLocaleString('en')} more` : ''}`;
}

function severalDevices(notice: Of<'devices-found'>, rows: number): AdaptiveCard {
  const { findings } = notice;
  const returning = findings.filter(({ novelty }) => novelty === 'returning').length;
  const newly = findings.length - returning;
  const counts = [
    ...(newly > 0 ? [plural(newly, 'new device')] : []),
    ...(returning > 0 ? [`${plural(returning, 'device')} back`] : []),
  ];
  const ordered = [...findings].sort((a, b) => nameOf(a).localeCompare(nameOf(b), 'en'));
  return card(
    noticeSummary(notice),
    [
      heading(
        newly > 0 ? 'attention' : 'warning',
        [run(counts.join(', '), { weight: 'Bolder', size: 'Large' })],
        [run(whyTheyAreNews(newly, returning))],
      ),
      ...deviceTable(ordered, findings.length, rows, ({ novelty }) =>
        novelty === 'returning' ? run('back', { color: 'Warning' }) : run('new', { color: 'Attention' }),
      ),
      ...contextElements(notice.context),
    ],
    attackActions(notice.context),
  );
}

function whyTheyAreNews(newly: number, returning: number): string {
  if (returning === 0) return 'No earlier run of this hunt has seen them';
  return newly === 0
    ? 'They had not been seen for longer than this hunt remembers'
    : 'New: no earlier run of this hunt has seen it. Back: not seen for longer than it remembers';
}

function baseline(notice: Of<'baseline-founded'>, rows: number): AdaptiveCard {
  const { total, devices, context } = notice;
  const listed = context.hunt.firstRun === 'report' && total > 0;
  return card(
    noticeSummary(notice),
    [
      heading(
        'accent',
        [run(`Baseline founded: ${plural(total, 'device')}`, { weight: 'Bolder', size: 'Large' })],
        [run('The first run of this hunt. From now on only devices that are not among these are told.', {}, 300)],
      ),
      ...(listed ? deviceTable(devices, total, rows, () => run('baseline', { isSubtle: true })) : []),
      ...contextElements(context),
    ],
    attackActions(context),
  );
}

function trouble(notice: Of<'trouble'>): AdaptiveCard {
  const { trouble: what, reminder, context } = notice;
  const title = reminder ? `Still broken since ${instant(what.since)} UTC` : 'This hunt cannot be trusted right now';
  return card(noticeSummary(notice), [
    heading(
      'warning',
      [run(title, { weight: 'Bolder', size: 'Large' })],
      [run('Silence of this hunt does not mean that nothing is new.')],
    ),
    ...facts([
      ['What', run(what.message, {}, 600)],
      ['Code', run(what.code, { fontType: 'Monospace', size: 'Small' })],
      ['Since', run(`${instant(what.since)} UTC`)],
    ]),
    ...contextElements(context),
  ]);
}

function recovered(notice: Of<'recovered'>): AdaptiveCard {
  const { trouble: what, context } = notice;
  return card(noticeSummary(notice), [
    heading(
      'good',
      [run('This hunt works again', { weight: 'Bolder', size: 'Large' })],
      [run(`It could not be trusted since ${instant(what.since)} UTC`)],
    ),
    ...facts([['It was', run(what.message, {}, 600)]]),
    ...contextElements(context),
  ]);
}
