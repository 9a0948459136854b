/** The card of devices that are news. */
import type { Case, NoticeDigest } from '../hunt/case.ts';
import { standsAlone } from '../hunt/corroboration.ts';
import type { Finding } from '../hunt/finding.ts';
import type { Sighting } from '../hunt/sighting.ts';
import { reopenedWords, verdictShort } from '../hunt/verdict-words.ts';
import type { TimeWindow } from '../time.ts';
import { contextElements, day, instant, plural } from './card-parts.ts';
import type { Colour, Element, TextRun } from './card-types.ts';
import { caseLines } from './case-lines.ts';
import { deviceTable, nameOf } from './device-table.ts';
import { facts, heading, run } from './elements.ts';
import { detailOf, evidenceLines, verdictLines } from './evidence-lines.ts';
import { proofElements } from './proof-lines.ts';
import { clockWords, namesakeShort, namesakeWords, sharedClockWords } from '../proof/proof-words.ts';

export type DevicesFound = Extract<NoticeDigest, { readonly kind: 'devices-found' }>;

interface Wording {
  readonly one: string;
  readonly several: (count: number) => string;
  readonly verdict: string;
  readonly colour: Colour;
}

const WORDING: Readonly<Record<Finding['novelty'], Wording>> = {
  'newly-seen': {
    one: '● New device: ',
    several: (count) => plural(count, 'new device'),
    verdict: 'new',
    colour: 'Attention',
  },
  returning: {
    one: '↩ Device is back: ',
    several: (count) => `${plural(count, 'device')} back`,
    verdict: 'back',
    colour: 'Warning',
  },
  'explanation-ended': {
    one: '● No longer explained: ',
    several: (count) => `${String(count)} no longer explained`,
    verdict: 'no longer explained',
    colour: 'Attention',
  },
  'expectation-ended': {
    one: '◷ No longer expected: ',
    several: (count) => `${String(count)} no longer expected`,
    verdict: 'no longer expected',
    colour: 'Warning',
  },
};
const NOVELTIES = ['newly-seen', 'explanation-ended', 'returning', 'expectation-ended'] as const;

/** A case that was told before there were explanations has no count of them. */
const countOf = ({ counts }: DevicesFound, novelty: Finding['novelty']): number =>
  (counts as Partial<typeof counts>)[novelty] ?? 0;

export const totalOf = (notice: DevicesFound): number =>
  NOVELTIES.reduce((sum, novelty) => sum + countOf(notice, novelty), 0);

export function devicesSummary(notice: DevicesFound): string {
  const [first] = notice.findings;
  if (totalOf(notice) === 1 && first) return `${WORDING[first.novelty].one.slice(2)}${nameOf(first)}`;
  return countsOf(notice);
}

const countsOf = (notice: DevicesFound): string =>
  NOVELTIES.filter((novelty) => countOf(notice, novelty) > 0)
    .map((novelty) => WORDING[novelty].several(countOf(notice, novelty)))
    .join(', ');

/** Everything above the buttons. `rows`: devices of a list. */
export function devicesBody(about: Case, notice: DevicesFound, rows: number): Element[] {
  const [only] = notice.findings;
  const top =
    totalOf(notice) === 1 && only ? oneDevice(about, notice, only, rows) : severalDevices(about, notice, rows);
  return [...top, ...proofElements(notice.context), ...contextElements(notice.context, about.history)];
}

/** Red is for what nobody has looked at yet, unless only one of the tool's hunts says so. */
function style({ state }: Case, notice: DevicesFound): 'attention' | 'warning' | 'emphasis' {
  if (state.acknowledged) return 'emphasis';
  const news = notice.findings.filter(({ novelty }) => WORDING[novelty].colour === 'Attention');
  return news.some(({ agreement }) => !standsAlone(agreement)) ? 'attention' : 'warning';
}

function oneDevice(about: Case, notice: DevicesFound, finding: Finding, rows: number): Element[] {
  const title = [
    run(WORDING[finding.novelty].one, { weight: 'Bolder', size: 'Large' }),
    run(nameOf(finding), { weight: 'Bolder', size: 'Large' }, 80),
  ];
  const inWindow = within(finding.firstSeen, notice.context.window) ? ', in this window' : '';
  return [
    heading(style(about, notice), title, [run(`${lookedBack(notice)}${whyNews(finding)}`, {}, 400)]),
    ...verdictLines(finding),
    ...caseLines(about),
    ...(finding.evidence ? evidenceLines(finding.evidence, detailOf(rows), notice.context.totals?.reporting) : []),
    ...facts([
      [
        'Device id',
        run(finding.id === '' ? 'none; known by its name' : finding.id, { fontType: 'Monospace', size: 'Small' }, 100),
      ],
      ['First seen', run(`${seen(finding.firstSeen)}${inWindow}`)],
      ['Last seen', run(seen(finding.lastSeen))],
      ['Matches', run(finding.count === undefined ? 'not counted' : finding.count.toLocaleString('en'))],
      ['Reports', run(reports(finding), { fontType: 'Monospace', size: 'Small' })],
      ['Clocks', run(clockWords(finding, notice.context), {}, 300)],
      ...(finding.sameNameAs ? [['Same name as', run(namesakeWords(finding.sameNameAs), {}, 300)] as const] : []),
    ]),
  ];
}

/** Why a device is told that was there days ago. */
function lookedBack({ context: { trigger } }: DevicesFound): string {
  if (trigger === 'catch-up') return 'Caught up after a time in which nobody looked. ';
  return trigger === 'late-sweep'
    ? 'Late arrival: the workspace got these rows when their time had been looked at. '
    : '';
}

const seen = (at: Date | undefined): string => (at ? `${instant(at)} UTC` : instant(at));

/** A hunt's first event is the first it looked at; where it lies in the window, there may be older ones. */
const within = (at: Date | undefined, { start, end }: TimeWindow): boolean =>
  at !== undefined && at >= start && at <= end;

function whyNews({ novelty, lastSeenBefore, expected, explainedSoFar }: Finding): string {
  if (explainedSoFar) return reopenedWords(explainedSoFar);
  const promise = expected ? `${expected.by} expected it until ${day(expected.until)} (${expected.reason})` : undefined;
  if (novelty === 'expectation-ended') return `${promise ?? 'A promise about it has run out'}, and it is still seen`;
  const news =
    novelty === 'returning' && lastSeenBefore
      ? `Not seen since ${day(lastSeenBefore)}`
      : 'No earlier run of this hunt has seen it';
  return promise === undefined ? news : `${news}; ${promise}`;
}

function reports({ reports: ids, reportCount }: Sighting): string {
  const shown = ids.slice(0, 5);
  const rest = reportCount - shown.length;
  return shown.length === 0 ? 'none' : `${shown.join(', ')}${rest > 0 ? ` and ${rest.toLocaleString('en')} more` : ''}`;
}

function severalDevices(about: Case, notice: DevicesFound, rows: number): Element[] {
  const verdict = ({ novelty, device, verdict: judged, agreement, sameNameAs }: Finding): TextRun => {
    const expected = about.state.expected.find((promise) => promise.device === device);
    if (expected) return run(`expected until ${day(expected.until)}`, { color: 'Accent' });
    const words = [
      WORDING[novelty].verdict,
      ...(judged ? [verdictShort(judged)] : []),
      ...(agreement ? [`${String(agreement.agree.length)} hunts`] : []),
      ...(sameNameAs ? [`same name as ${namesakeShort(sameNameAs)}`] : []),
    ];
    return run(words.join(' · '), { color: WORDING[novelty].colour });
  };
  return [
    heading(
      style(about, notice),
      [
        run(
          `${countOf(notice, 'newly-seen') + countOf(notice, 'explanation-ended') > 0 ? '●' : '↩'} ${countsOf(notice)}`,
          { weight: 'Bolder', size: 'Large' },
        ),
      ],
      [run(`${lookedBack(notice)}${whyTheyAreNews(notice)}`, {}, 400)],
    ),
    ...caseLines(about),
    ...deviceTable(notice.findings, totalOf(notice), rows, verdict),
    ...facts([['Clocks', run(sharedClockWords(notice.findings, totalOf(notice), notice.context), {}, 300)]]),
  ];
}

const WHY: Readonly<Record<Finding['novelty'], string>> = {
  'newly-seen': 'New: no earlier run of this hunt has seen it',
  returning: 'Back: not seen for longer than this hunt remembers',
  'explanation-ended': 'No longer explained: scenarios explained it so far',
  'expectation-ended': 'No longer expected: somebody’s promise has run out, and it is still seen',
};

function whyTheyAreNews(notice: DevicesFound): string {
  const kinds = NOVELTIES.filter((novelty) => countOf(notice, novelty) > 0);
  return `${kinds.map((novelty) => WHY[novelty]).join('. ')}. The most matches first`;
}
