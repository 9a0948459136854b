import type { FormSeal } from '../../board/forms.ts';
import { DIGEST_DEVICES, isInformation, type Case } from '../../hunt/case.ts';
import { DAY } from '../../time.ts';
import { nameOf } from '../../teams/device-table.ts';
import { markup, type Html } from '../html.ts';
import { HOME } from './shell.ts';

/** What a viewer may do, and under which seal; or why nothing. */
export type Rights =
  | { readonly seal: FormSeal; /** Nobody has checked who acts, so a name is asked for. */ readonly askName: boolean }
  | { readonly readOnly: string };

function form(
  rights: Extract<Rights, { readonly seal: FormSeal }>,
  buttons: Html | string,
  fixed: Readonly<Record<string, string>>,
  fields: (id: string) => Html,
): Html {
  // Ids on a page are unique: a page has one form of a kind for a case or a workspace.
  const id = `${fixed['verb'] ?? ''}-${fixed['case'] ?? fixed['workspace'] ?? ''}`;
  const hidden = Object.entries({ ...fixed, ...rights.seal }).map(
    ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}" />`,
  );
  const who = rights.askName
    ? markup`<label for="${id}-name">Your name</label><input id="${id}-name" name="name" maxlength="60" autocomplete="name" required />`
    : '';
  return markup`<form class="act" method="post" action="${HOME}/act">${hidden}${fields(id)}${who}<p>${typeof buttons === 'string' ? markup`<button>${buttons}</button>` : buttons}</p></form>`;
}

const nothing = (): Html => markup``;
export const readOnlyWords = (rights: Rights): Html | string =>
  'readOnly' in rights ? markup`<p class="soft small noprint">${rights.readOnly}</p>` : '';

/** Run it now, or look what it would find without writing or telling. */
export function huntForms(rights: Rights, hunt: string, workspace: string): Html | string {
  if ('readOnly' in rights) return readOnlyWords(rights);
  const buttons = markup`<button name="verb" value="run">Run now</button>
    <button name="verb" value="dry-run" class="quiet">Dry run</button>`;
  const words = markup`<p class="soft small">
    A dry run asks the workspace and compares; it writes and tells nothing, and may take minutes.
  </p>`;
  return form(rights, buttons, { hunt, workspace }, () => words);
}

/** What can be done about a case, the same as on its card in Teams. `device`: on the page of one device. */
export function caseForms(rights: Rights, about: Case, now: Date, device?: string): Html | string {
  if ('readOnly' in rights) return readOnlyWords(rights);
  const { notice, state, id } = about;
  if (isInformation(notice)) return '';
  const acknowledge = state.acknowledged ? '' : form(rights, 'Acknowledge', { verb: 'acknowledge', case: id }, nothing);
  const expect =
    notice.kind === 'devices-found'
      ? form(rights, 'Expected here', { verb: 'expect', case: id, ...(device !== undefined && { device }) }, (one) =>
          expectFields(one, about, now, device),
        )
      : '';
  const withdraw =
    state.expected.length > 0 ? form(rights, 'Not expected any more', { verb: 'unexpect', case: id }, nothing) : '';
  const note = form(
    rights,
    'Add the note',
    { verb: 'note', case: id },
    (one) =>
      markup`<label for="${one}-text">Note</label><textarea id="${one}-text" name="text" maxlength="500" rows="2" required></textarea>`,
  );
  return markup`${acknowledge}${expect}${withdraw}${note}`;
}

function expectFields(id: string, { notice }: Case, now: Date, device: string | undefined): Html {
  const findings = notice.kind === 'devices-found' ? notice.findings.slice(0, DIGEST_DEVICES) : [];
  const first = new Date(now.getTime() + DAY).toISOString().slice(0, 10);
  const which =
    device !== undefined
      ? ''
      : markup`<label for="${id}-device">Which device</label>
          <select id="${id}-device" name="device">
            ${findings.length > 1 ? markup`<option value="all">all ${findings.length} listed here</option>` : ''}
            ${findings.map((finding) => markup`<option value="${finding.device}">${nameOf(finding)}</option>`)}
          </select>`;
  return markup`${which}<label for="${id}-until">No card before</label
    ><input id="${id}-until" type="date" name="until" min="${first}" required /><label for="${id}-reason">Why</label
    ><input id="${id}-reason" name="reason" maxlength="200" required />`;
}
