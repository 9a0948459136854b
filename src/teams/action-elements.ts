/** What a card lets people do. Titles and labels are our own words; what people type comes back as data. */
import type { Action, Element, OpenUrl, ShowCard } from './card-types.ts';

export const openUrl = (title: string, url: string | undefined): OpenUrl[] =>
  url === undefined ? [] : [{ type: 'Action.OpenUrl', title, url }];

/** A form that opens below the card. */
export const form = (title: string, body: readonly Element[], ...actions: readonly Action[]): ShowCard => ({
  type: 'Action.ShowCard',
  title,
  card: { type: 'AdaptiveCard', body, actions },
});
