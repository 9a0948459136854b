import type { HttpResponseInit } from '@azure/functions';
import { actOnBoard } from '../board/actions.ts';
import { checkForm } from '../board/forms.ts';
import { actorOf } from '../board/viewer.ts';
import { FirstsightError } from '../errors.ts';
import { errorFields } from '../log.ts';
import { runHref } from '../pages/board/parts.ts';
import { dryRunBody } from '../pages/board/run-page.ts';
import { markup } from '../pages/html.ts';
import { nothing, runPage, shown } from './board-view.ts';
import type { BoardRequest } from './board-request.ts';

/** POST /api/board/act: does what a form of the board asks, once, for whoever may. */
export async function boardAction(asked: BoardRequest, fields: URLSearchParams): Promise<HttpResponseInit> {
  const { request, viewer, services } = asked;
  if (request.params['section'] !== 'act' || request.params['item'] !== undefined) return nothing(asked);
  if (viewer.readOnly !== undefined) return refused(asked, 403, viewer.readOnly);
  const verdict = await checkForm(fields, viewer, services);
  if (verdict === 'used') return refused(asked, 409, 'This form has been sent before. Open its page again.');
  if (verdict !== 'valid') return refused(asked, 403, 'This form has run out. Open its page again.');
  try {
    const done = await actOnBoard(fields, actorOf(viewer, fields.get('name') ?? ''), services);
    switch (done.result) {
      case 'ordered':
        return { status: 303, headers: { location: runHref(done.run) } };
      case 'dry-run':
        return shown(asked, 'Dry run', dryRunBody(done.record, services.hunts.find(done.record.scope.hunt)));
      case 'said':
        return await runPage(asked, done.run, done.words);
      case 'unknown':
        return nothing(asked, 'What the form was about is not there any more.');
    }
  } catch (error) {
    if (!(error instanceof FirstsightError)) throw error;
    services.log.warn('request.failed', { request: 'board', ...errorFields(error) });
    return refused(asked, 503, `That did not work (${error.code}). ${error.message}`);
  }
}

function refused(asked: BoardRequest, status: number, words: string): HttpResponseInit {
  return shown(asked, 'Not done', markup`<h1>Not done</h1><p class="said bad">${words}</p>`, { status });
}
