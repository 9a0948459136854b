import type { Services, UnansweredCase } from '../../services.ts';
import { runOfCaseId } from '../../hunt/run.ts';
import { plural } from '../../teams/card-parts.ts';
import { nameOf } from '../../teams/device-table.ts';
import { inert } from '../../teams/inert.ts';
import { markup, type Html } from '../html.ts';
import { deviceHref, huntHref, runHref, timeOf } from './parts.ts';

export interface UnansweredView {
  readonly overview: { readonly unanswered: readonly UnansweredCase[]; readonly more: boolean };
  readonly hunts: Services['hunts'];
  readonly now: Date;
}

/** Shown unfolded; nobody works off more of them in a row. */
const SHOWN = 8;

/** Findings that wait for somebody. */
export function unansweredList({ overview, hunts, now }: UnansweredView): Html | string {
  const { unanswered: cases, more } = overview;
  if (cases.length === 0) return '';
  const shown = cases.slice(0, SHOWN);
  const item = (about: UnansweredCase): Html => {
    const hunt = hunts.find(about.scope.hunt);
    const run = runOfCaseId(about.id) ?? '';
    const rest = about.total - about.devices.length;
    return markup`<li id="case-${about.id}">
      ${about.devices.map((device, i) => markup`${i > 0 ? ', ' : ''}<a href="${deviceHref(device.device)}">${nameOf(device)}</a>`)}${rest > 0 ? ` and ${plural(rest, 'other')}` : ''}
      <span class="soft"
        >· ${hunt ? markup`<a href="${huntHref(hunt.slug, about.scope.workspace)}">${inert(hunt.name, 100)}</a>` : 'a hunt that is gone'}
        in ${about.scope.workspace} · told ${timeOf(about.openedAt, now)} · <a href="${runHref(run)}">open</a></span
      >
    </li>`;
  };
  const count = `${String(cases.length)}${more ? ' or more' : ''}`;
  const rest = cases.slice(shown.length);
  return markup`<h2 id="waiting">Nobody has answered yet: ${count}</h2>
    <ul class="list" aria-labelledby="waiting">
      ${shown.map(item)}
    </ul>
    ${
      rest.length === 0
        ? ''
        : markup`<details id="older"><summary class="soft">${plural(rest.length, 'older one')}</summary><ul class="list">${rest.map(item)}</ul></details>`
    }`;
}
