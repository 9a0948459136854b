/** Small parts of the board's pages. */
import { relativeWords } from '../../board/words.ts';
import { STANDINGS, type Standing } from '../../board/standing.ts';
import type { Finding } from '../../hunt/finding.ts';
import { piecesOf } from '../../kql/pieces.ts';
import { instant, techniqueUrl } from '../../teams/card-parts.ts';
import { markup, type Html } from '../html.ts';
import { HOME } from './shell.ts';

export const STANDING_WORDS: Readonly<Record<Standing, readonly [sign: string, word: string]>> = {
  'not-loaded': ['✕', 'not loaded'],
  failing: ['▲', 'failing'],
  blind: ['◌', 'blind'],
  new: ['●', 'new'],
  muted: ['–', 'muted'],
  waiting: ['…', 'not run yet'],
  healthy: ['✓', 'healthy'],
};
export const standings: readonly Standing[] = STANDINGS;

export const NOVELTY_WORDS: Readonly<Record<Finding['novelty'], string>> = {
  'newly-seen': 'newly seen',
  returning: 'came back',
  'expectation-ended': 'not expected any more',
  'explanation-ended': 'not explained any more',
};

export function standingBadge(standing: Standing): Html {
  const [sign, word] = STANDING_WORDS[standing];
  return markup`<span class="st st-${standing}"><span aria-hidden="true">${sign}</span> ${word}</span>`;
}

/** Marks the link to what is shown already. */
export const CURRENT: Html = { html: 'aria-current="true"' };

/** An instant, short, with the whole of it for whoever points at it. */
export const timeOf = (at: Date, now: Date): Html =>
  markup`<time datetime="${at.toISOString()}" title="${instant(at)} UTC">${relativeWords(at, now)}</time>`;

export const exactTime = (at: Date): Html => markup`<time datetime="${at.toISOString()}">${instant(at)}</time>`;

export const techniqueLinks = (techniques: readonly string[]): readonly Html[] =>
  techniques.map((technique) => {
    const url = techniqueUrl(technique);
    return url === undefined ? markup`${technique} ` : markup`<a href="${url}" rel="noreferrer">${technique}</a> `;
  });

/** A query in colours, with a button that copies it. `id` is unique on the page. */
export function queryBlock(id: string, kql: string): Html {
  const pieces = piecesOf(kql).map(({ kind, text }) =>
    kind === 'other' || kind === 'name' ? markup`${text}` : markup`<span class="k-${kind}">${text}</span>`,
  );
  const before: Html = { html: `<pre id="${id}" tabindex="0" role="region" aria-label="KQL">` };
  // Blanks count in a pre, so nothing may come between.
  return markup`<div class="code">${before}${pieces}${{ html: '</pre>' }}<button class="quiet" type="button" data-copy="${id}">Copy</button></div>`;
}

export const huntHref = (slug: string, workspace?: string): string =>
  `${HOME}/hunts/${encodeURIComponent(slug)}${workspace === undefined ? '' : `?workspace=${encodeURIComponent(workspace)}`}`;
export const runHref = (run: string): string => `${HOME}/runs/${encodeURIComponent(run)}`;
export const deviceHref = (device: string): string => `${HOME}/devices/${encodeURIComponent(device)}`;

/** `CommandAndControl` → `Command and Control`. */
export const tacticWords = (tactic: string): string =>
  tactic.replace(/([a-z])([A-Z])/g, '$1 $2').replace(' And ', ' and ');
