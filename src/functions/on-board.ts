import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { isKey, sessionCookie, sessionToken } from '../board/session.ts';
import { visitOf } from '../board/viewer.ts';
import { errorFields } from '../log.ts';
import { markup } from '../pages/html.ts';
import { doorPage, HOME, signInPage } from '../pages/board/shell.ts';
import type { Services } from '../services.ts';
import { boardAction } from './board-action.ts';
import { boardExport } from './board-export.ts';
import { boardView } from './board-view.ts';
import type { BoardOptions, Program } from './program.ts';

/** A note, a reason and a name. */
const MAX_BODY = 8 * 1024;

/**
 * Everything below /api/board. GET shows and changes nothing; POST acts. Anonymous at the platform, since a browser cannot
 * send a function key in a header and a key in an address is no secret: see docs/decisions/0052.
 */
export async function onBoard(request: HttpRequest, program: Program): Promise<HttpResponseInit> {
  try {
    const [services, options] = await Promise.all([program.services(), program.board()]);
    try {
      return await answer(request, options, services);
    } catch (error) {
      services.log.error('request.failed', { request: 'board', ...errorFields(error) });
      return notNow('Something failed; try again in a minute.');
    }
  } catch {
    // The settings are wrong: health says so to whoever may know.
    return notNow('This app is not set up yet.');
  }
}

const notNow = (words: string): HttpResponseInit => doorPage(503, 'Not available right now', markup`<p>${words}</p>`);

async function answer(request: HttpRequest, options: BoardOptions, services: Services): Promise<HttpResponseInit> {
  const posted = request.method.toUpperCase() === 'POST';
  const section = request.params['section'];
  if (posted && !isOurs(request)) return doorPage(403, 'Not from here', markup`<p>Another site sent that form.</p>`);
  const fields = posted ? await fieldsOf(request) : undefined;
  if (posted && !fields) return doorPage(413, 'Too much', markup`<p>That is more than a note can hold.</p>`);
  if (fields && section === 'sign-in') return signIn(fields, options, services);
  if (fields && section === 'sign-out') return leave();
  const credentials = {
    cookie: request.headers.get('cookie'),
    principal: request.headers.get('x-ms-client-principal'),
  };
  const visit = visitOf(credentials, options, options.operators, services.now());
  switch (visit.kind) {
    case 'off':
      return doorPage(
        404,
        'Nothing here',
        markup`<p>The board is switched off. BOARD_KEY or BOARD_AUTH switches it on.</p>`,
      );
    case 'key-needed':
      return signInPage(false);
    case 'sign-in-needed':
      return toSignIn(request);
    case 'viewer': {
      const asked = { request, viewer: visit.viewer, options, services };
      if (fields) return boardAction(asked, fields);
      return (await boardExport(asked)) ?? boardView(asked);
    }
  }
}

/** Browsers say where a form comes from. One that says nothing is no browser of these years, and has no cookie to abuse. */
function isOurs(request: HttpRequest): boolean {
  const site = request.headers.get('sec-fetch-site');
  return site === null || site === 'same-origin' || site === 'none';
}

async function fieldsOf(request: HttpRequest): Promise<URLSearchParams | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY) return undefined;
  const text = await request.text();
  return text.length > MAX_BODY ? undefined : new URLSearchParams(text);
}

function signIn(fields: URLSearchParams, { access }: BoardOptions, { log, now }: Services): HttpResponseInit {
  const given = (fields.get('key') ?? '').trim();
  if (access.kind !== 'key' || !isKey(given, access.key)) {
    log.warn('request.refused', { request: 'board', code: 'wrong-key' });
    return signInPage(access.kind === 'key');
  }
  log.info('board.opened', {});
  return { status: 303, headers: { location: HOME, 'set-cookie': sessionCookie(sessionToken(access.key, now())) } };
}

const leave = (): HttpResponseInit => ({
  status: 303,
  headers: { location: HOME, 'set-cookie': sessionCookie('', 0) },
});

/** The platform's own sign-in brings whoever comes back to the page that was asked for. */
function toSignIn(request: HttpRequest): HttpResponseInit {
  const { pathname, search } = new URL(request.url);
  const back = encodeURIComponent(`${pathname}${search}`);
  return {
    status: 302,
    headers: { location: `/.auth/login/aad?post_login_redirect_uri=${back}`, 'cache-control': 'no-store' },
  };
}
