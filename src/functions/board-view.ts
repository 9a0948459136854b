import type { HttpResponseInit } from '@azure/functions';
import { readDevice } from '../board/device-view.ts';
import { readFilter } from '../board/filter.ts';
import { sealForms } from '../board/forms.ts';
import { readHunt } from '../board/hunt-view.ts';
import { readOverview } from '../board/overview.ts';
import { readRun } from '../board/run-view.ts';
import { deviceKeyOf, isDeviceKey } from '../hunt/device-key.ts';
import { LIFE_STATES } from '../hunt/life.ts';
import { parseRunId, type RunId } from '../hunt/run.ts';
import { nearest } from '../nearest.ts';
import type { Rights } from '../pages/board/action-forms.ts';
import { deviceBody, deviceTitle } from '../pages/board/device-page.ts';
import { huntBody } from '../pages/board/hunt-page.ts';
import { overviewBody } from '../pages/board/overview-page.ts';
import { deviceHref, huntHref } from '../pages/board/parts.ts';
import { runBody } from '../pages/board/run-page.ts';
import { boardPage, HOME, type Crumb } from '../pages/board/shell.ts';
import { markup, type Html } from '../pages/html.ts';
import { inert } from '../teams/inert.ts';
import type { BoardRequest } from './board-request.ts';

/** The pages of the board, by their address. */
export async function boardView(asked: BoardRequest): Promise<HttpResponseInit> {
  const { section, item, part } = asked.request.params;
  if (section === undefined) return overview(asked);
  if (part !== undefined) return nothing(asked);
  switch (section) {
    case 'hunts':
      return item === undefined ? home() : hunt(asked, item);
    case 'runs':
      return item === undefined ? home() : runPage(asked, item as RunId);
    case 'devices':
      return item === undefined ? deviceById(asked) : device(asked, item);
    // A form's answer that is loaded again.
    case 'act':
    case 'sign-in':
    case 'sign-out':
      return home();
    default:
      return nothing(asked);
  }
}

const home = (): HttpResponseInit => ({ status: 303, headers: { location: HOME } });

/** A page for this viewer. */
export function shown(
  { viewer, options }: BoardRequest,
  title: string,
  body: Html,
  more: { readonly status?: number; readonly words?: string; readonly crumbs?: readonly Crumb[] } = {},
): HttpResponseInit {
  return boardPage(body, { title, viewer, signOut: options.access.kind === 'key', ...more });
}

export function nothing(asked: BoardRequest, words = 'There is no such page.'): HttpResponseInit {
  return shown(asked, 'Nothing here', markup`<h1>Nothing here</h1><p>${words} <a href="${HOME}">To the board</a></p>`, {
    status: 404,
  });
}

export async function rightsOf({ viewer, services }: BoardRequest): Promise<Rights> {
  if (viewer.readOnly !== undefined) return { readOnly: viewer.readOnly };
  return { seal: await sealForms(viewer, services), askName: viewer.person === undefined };
}

async function overview(asked: BoardRequest): Promise<HttpResponseInit> {
  const { request, services } = asked;
  const workspaces = [...services.workspaces.keys()];
  const filter = readFilter(request.query, new Set(workspaces));
  const view = { overview: await readOverview(filter, services), filter, workspaces, hunts: services.hunts };
  return shown(asked, 'Board', overviewBody({ ...view, now: services.now() }));
}

async function hunt(asked: BoardRequest, name: string): Promise<HttpResponseInit> {
  const { request, services } = asked;
  const found = services.hunts.find(name);
  if (!found) {
    const near = nearest(
      name.slice(0, 100),
      services.hunts.all().map(({ slug }) => slug),
    );
    return nothing(asked, `No hunt is called so.${near === undefined ? '' : ` Did you mean "${near}"?`}`);
  }
  const workspace = request.query.get('workspace');
  const after = request.query.get('after') ?? '';
  const life = LIFE_STATES.find((state) => state === request.query.get('life'));
  const page = {
    ...(workspace !== null && { workspace }),
    ...(isDeviceKey(after) && { after }),
    ...(life && { life }),
  };
  const [view, rights] = await Promise.all([readHunt(found, page, services), rightsOf(asked)]);
  return shown(asked, inert(found.name, 80), huntBody(view, rights, services.now()));
}

/** The page of a run; `words` say what has just been done. */
export async function runPage(asked: BoardRequest, id: RunId, words?: string): Promise<HttpResponseInit> {
  const { services } = asked;
  const known = parseRunId(id)?.id;
  const [view, rights] = await Promise.all([
    known === undefined ? undefined : readRun(known, services),
    rightsOf(asked),
  ]);
  if (!view) return nothing(asked, 'No run is called so, or it is older than what is kept.');
  const crumbs = view.hunt
    ? [{ title: inert(view.hunt.name, 60), href: huntHref(view.hunt.slug, view.record.scope.workspace) }]
    : [];
  const title = `Run of ${view.record.asOf.toISOString().slice(0, 16).replace('T', ' ')}`;
  return shown(asked, title, runBody(view, rights, services.now()), { crumbs, ...(words !== undefined && { words }) });
}

async function device(asked: BoardRequest, key: string): Promise<HttpResponseInit> {
  const { services, options } = asked;
  if (!isDeviceKey(key)) return nothing(asked);
  const [view, rights] = await Promise.all([readDevice(key, services), rightsOf(asked)]);
  if (view.entries.length === 0) return nothing(asked, 'No hunt knows that device.');
  return shown(asked, deviceTitle(view), deviceBody(view, options.portals, rights, services.now()));
}

/** `?id=`: the page of the device with this id, or with this name where hunts know no ids. */
async function deviceById(asked: BoardRequest): Promise<HttpResponseInit> {
  const given = (asked.request.query.get('id') ?? '').trim().slice(0, 1_024);
  if (given === '') return home();
  for (const key of [deviceKeyOf(given, ''), deviceKeyOf('', given)]) {
    const { entries } = await readDevice(key, asked.services);
    if (entries.length > 0) return { status: 303, headers: { location: deviceHref(key) } };
  }
  return nothing(asked, `No hunt knows a device with the id "${given.slice(0, 100)}".`);
}
