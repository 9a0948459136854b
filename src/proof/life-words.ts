import type { Life, LifeState } from '../hunt/life.ts';
import { day, plural } from '../teams/card-parts.ts';

export const LIFE_WORDS: Readonly<Record<LifeState, string>> = {
  new: 'new',
  'still-there': 'still there',
  returned: 'came back',
  gone: 'gone',
};

/** `still there since 4 Jan 2026`, `gone since 8 Feb 2026, after 36 days`. */
export const lifeWords = ({ state, since, daysThere }: Life): string =>
  `${LIFE_WORDS[state]} since ${day(since)}${daysThere === undefined ? '' : `, after ${plural(daysThere, 'day')}`}`;
