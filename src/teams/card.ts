import type { Case } from '../hunt/case.ts';
import { backBody, CANARY_SUMMARY, canaryBody, missingBody } from './canary-card.ts';
import { isCanary } from '../hunt/canary.ts';
import { botActions, linkActions } from './card-actions.ts';
import type { CardLinks } from './card-links.ts';
import { plural } from './card-parts.ts';
import type { AdaptiveCard, Element } from './card-types.ts';
import { devicesBody, devicesSummary } from './devices-card.ts';
import { digestBody, digestSummary } from './digest-card.ts';
import { card, line, run } from './elements.ts';
import { inert } from './inert.ts';
import { baselineBody, recoveredBody, troubleBody } from './state-cards.ts';

/** Workflows re-wraps a card and stops at 28 KiB; a bot's message may be larger, but the same card must fit both. */
export const CARD_BUDGET = 20_000;
/** More nobody reads on a phone; the page of the case lists all. */
const MOST_ROWS = 10;

/** Who shows the card: a bot takes clicks, a webhook only opens links. */
export type Channel = 'bot' | 'webhook';

/** The card of a case: pure, and within {@link CARD_BUDGET} bytes. What does not fit is counted. */
export function caseCard(
  about: Case,
  links: CardLinks = {},
  channel: Channel = 'bot',
  /** What whoever clicked is told on top. */
  words?: string,
): AdaptiveCard {
  const build = (rows: number, shown: CardLinks): AdaptiveCard =>
    card(
      caseSummary(about),
      [
        ...(words === undefined ? [] : [line([run(words, { color: 'Accent', weight: 'Bolder' })])]),
        ...bodyOf(about, rows),
      ],
      channel === 'bot' ? botActions(about, shown, rows) : linkActions(about, shown),
    );
  const page = links.page === undefined ? {} : { page: links.page };
  // Half a list with links to the portals is worth more than all of it without; fewer devices than that are not.
  const attempts = [
    { shown: links, least: MOST_ROWS / 2 },
    { shown: page, least: 0 },
  ];
  for (const { shown, least } of attempts) {
    for (let rows = MOST_ROWS; rows >= least; rows -= 1) {
      const built = build(rows, shown);
      if (Buffer.byteLength(JSON.stringify(built)) <= CARD_BUDGET) return built;
    }
  }
  return plainCard(about, links);
}

function bodyOf(about: Case, rows: number): Element[] {
  const { notice, scope } = about;
  if (isCanary(scope) && notice.kind === 'trouble') return missingBody(about, notice);
  if (isCanary(scope) && notice.kind === 'recovered') return backBody(about, notice);
  switch (notice.kind) {
    case 'devices-found':
      return devicesBody(about, notice, rows);
    case 'baseline-founded':
      return baselineBody(about, notice, rows);
    case 'trouble':
      return troubleBody(about, notice);
    case 'recovered':
      return recoveredBody(about, notice);
    case 'digest':
      return digestBody(notice.week);
    case 'canary':
      return canaryBody(about, notice);
  }
}

/** One line for the notification, the chat list and screen readers. */
export function caseSummary({ notice, scope, state }: Case): string {
  const hunt = inert(notice.context.hunt.name, 100);
  const again = state.escalatedAt ? 'Nobody has looked: ' : '';
  switch (notice.kind) {
    case 'devices-found':
      return `${again}${devicesSummary(notice)} – ${hunt}`;
    case 'baseline-founded':
      return `Baseline founded, ${plural(notice.total, 'device')} – ${hunt}`;
    case 'trouble':
      if (isCanary(scope)) return 'The canary has not arrived: silence does not mean that nothing is new';
      return `${notice.reminder ? 'Still not' : 'Not'} to be trusted – ${hunt}`;
    case 'recovered':
      if (isCanary(scope)) return 'The canary arrives again';
      return `Works again – ${hunt}`;
    case 'digest':
      return digestSummary(notice.week);
    case 'canary':
      return CANARY_SUMMARY;
  }
}

/** When Teams refuses a card for good: the same news in one line, so that a fault of ours loses nothing. */
export const plainCard = (about: Case, links: CardLinks): AdaptiveCard =>
  card(
    caseSummary(about),
    [line([run(caseSummary(about), { weight: 'Bolder' }, 300)])],
    links.page === undefined ? [] : [{ type: 'Action.OpenUrl', title: 'Open', url: links.page }],
  );
