import type { Viewer } from '../../board/viewer.ts';
import { inert } from '../../teams/inert.ts';
import { htmlDocument, type Page } from '../document.ts';
import { markup, type Html } from '../html.ts';
import { BOARD_SCRIPT } from './script.ts';
import { BOARD_ICON, BOARD_STYLE } from './style.ts';

export const HOME = '/api/board';

/** A page on the way from the board to what is shown. */
export interface Crumb {
  readonly title: string;
  readonly href: string;
}

export interface ShellOptions {
  readonly title: string;
  readonly viewer: Viewer;
  readonly crumbs?: readonly Crumb[];
  readonly status?: number;
  /** Ends a session that a key began. */
  readonly signOut: boolean;
  /** What was just done, or why it was not. */
  readonly words?: string;
}

/** What all pages of the board have in common. */
export function boardPage(body: Html, options: ShellOptions): Page {
  const { title, viewer, crumbs = [], status = 200, words } = options;
  const document = markup`<a class="skip" href="#main">Skip to content</a>
    <header class="top">
      <nav aria-label="Where you are">
        <ol>
          <li class="brand"><a href="${HOME}">Firstsight</a></li>
          ${crumbs.map(({ title: name, href }) => markup`<li><a href="${href}">${name}</a></li>`)}
          ${title === 'Board' ? '' : markup`<li aria-current="page">${title}</li>`}
        </ol>
      </nav>
      ${viewer.person ? markup`<span class="soft small">${inert(viewer.person.name, 60)}</span>` : ''}
      ${
        options.signOut
          ? markup`<form method="post" action="${HOME}/sign-out"><button class="quiet">Leave</button></form>`
          : ''
      }
    </header>
    <main id="main" tabindex="-1">
      <p id="status" class="hidden" role="status"></p>
      ${words === undefined ? '' : markup`<p class="said" role="status">${words}</p>`} ${body}
    </main>`;
  return htmlDocument(status, `${title} – Firstsight`, document, {
    style: BOARD_STYLE,
    script: BOARD_SCRIPT,
    icon: BOARD_ICON,
  });
}

/** A page without a viewer: to give the key, or to say why there is nothing to see. */
export function doorPage(status: number, title: string, body: Html): Page {
  const document = markup`<main id="main"><h1>${title}</h1>${body}</main>`;
  return htmlDocument(status, `${title} – Firstsight`, document, { style: BOARD_STYLE, icon: BOARD_ICON });
}

export const signInPage = (wrong: boolean): Page =>
  doorPage(
    wrong ? 403 : 200,
    'Firstsight board',
    markup`${wrong ? markup`<p class="said bad" role="alert">That is not the key of this board.</p>` : ''}
      <form class="act" method="post" action="${HOME}/sign-in">
        <label for="key">The key of this board</label>
        <input id="key" name="key" type="password" autocomplete="current-password" maxlength="500" required />
        <p class="soft small">It is kept in a cookie of this browser for eight hours, and in no address.</p>
        <button>Open the board</button>
      </form>`,
  );
