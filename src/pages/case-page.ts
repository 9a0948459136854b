import { isInformation, type Case } from '../hunt/case.ts';
import type { Sighting } from '../hunt/sighting.ts';
import { DAY } from '../time.ts';
import { day, instant, plural } from '../teams/card-parts.ts';
import { caseSummary } from '../teams/card.ts';
import { personName } from '../teams/case-lines.ts';
import { nameOf } from '../teams/device-table.ts';
import { inert } from '../teams/inert.ts';
import { changedWords, clockWords, namesakeWords, proofWords } from '../proof/proof-words.ts';
import { evidenceSections } from './evidence-section.ts';
import { markup, type Html } from './html.ts';
import { page, type Page } from './page.ts';

export interface CaseView {
  readonly about: Case;
  /** All devices of the notice, as far as they are kept. */
  readonly devices: readonly Sighting[];
  readonly total: number;
  /** Where the forms go, with the signature that lets them act once. */
  readonly action: string;
  /** What has just been done, or why it has not. */
  readonly words?: string;
  readonly now: Date;
}

/**
 * Tells the server that a person is here, at the first sign of one. Opening the page is none: mail and chat systems open
 * links by themselves, and some run scripts.
 */
const SEEN_SCRIPT = `(() => {
  const form = document.querySelector('form[data-seen]');
  if (!form) return;
  const events = ['pointerdown', 'pointermove', 'keydown', 'touchstart', 'wheel'];
  const tell = (event) => {
    if (!event.isTrusted) return;
    for (const name of events) removeEventListener(name, tell);
    fetch(form.action, { method: 'POST', body: new URLSearchParams({ verb: 'seen' }) });
  };
  for (const name of events) addEventListener(name, tell, { passive: true });
})();`;

/** The page behind a card's link: everything the card had no room for, and the actions a webhook's card cannot take. */
export function casePage(view: CaseView): Page {
  const { about, words } = view;
  const { context } = about.notice;
  const title = caseSummary(about);
  const body = markup`
    <h1>${title}</h1>
    <p class="soft">
      ${inert(context.hunt.name, 200)} in ${context.workspace} · told ${instant(about.openedAt)} UTC · run
      ${context.run}
    </p>
    ${words === undefined ? '' : markup`<p class="said" role="status">${words}</p>`} ${stateLines(about)}
    ${troubleLines(about)} ${devicesTable(view)} ${proofLines(about)} ${evidence(about)} ${queryBlock(about)} ${forms(view)}
  `;
  return page(200, title, body, SEEN_SCRIPT);
}

function stateLines({ state }: Case): Html[] {
  const { acknowledged, notes, expected } = state;
  return [
    ...(acknowledged
      ? [markup`<p>✓ Acknowledged by ${personName(acknowledged)}, ${instant(acknowledged.at)} UTC</p>`]
      : []),
    ...expected.map(
      (promise) =>
        markup`<p>
          ◷ Expected until ${day(promise.until)}: ${inert(promise.reason, 500)} (${personName(promise)},
          ${instant(promise.at)} UTC)
        </p>`,
    ),
    ...notes.map((note) => markup`<p>${personName(note)}, ${instant(note.at)} UTC: ${inert(note.text, 500)}</p>`),
  ];
}

function troubleLines({ notice }: Case): Html | string {
  if (notice.kind !== 'trouble' && notice.kind !== 'recovered') return '';
  const { code, message, since } = notice.trouble;
  return markup`<p>${inert(message, 600)} (<code>${code}</code>, since ${instant(since)} UTC)</p>`;
}

function devicesTable({ about, devices, total }: CaseView): Html | string {
  if (total === 0) return '';
  const rest = total - devices.length;
  const { notice } = about;
  const findings = notice.kind === 'devices-found' ? notice.findings : [];
  const known = new Map(findings.map((finding) => [finding.device, finding]));
  const row = (device: Sighting): Html => {
    const finding = known.get(device.device);
    const twin = finding?.sameNameAs;
    return markup`<tr>
      <td>${nameOf(device)}</td>
      <td><code>${inert(device.id, 200)}</code></td>
      <td>${instant(device.firstSeen)}</td>
      ${findings.length === 0 ? '' : markup`<td>${finding ? clockWords(finding, notice.context) : ''}${twin ? markup`<br />Same name as ${namesakeWords(twin)}` : ''}</td>`}
    </tr> `;
  };
  return markup`<h2>${plural(total, 'device')}</h2>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th>Device</th>
            <th>Id</th>
            <th>First seen (UTC)</th>
            ${findings.length === 0 ? '' : markup`<th>Clocks</th>`}
          </tr>
        </thead>
        <tbody>
          ${devices.map(row)}
        </tbody>
      </table>
    </div>
    ${rest > 0 ? markup`<p class="soft">and ${plural(rest, 'more device', 'more devices')}; the API lists all.</p>` : ''}`;
}

/** Why the hunt called them new: what it had watched by then. */
function proofLines({ notice }: Case): Html | string {
  const { proof } = notice.context;
  if (!proof || notice.kind !== 'devices-found') return '';
  const changed = changedWords(proof);
  return markup`<h2>Proof</h2>
    ${changed === undefined ? '' : markup`<p class="said">${changed}</p>`}
    <p>${proofWords(proof)}</p>`;
}

function evidence({ notice }: Case): Html | string {
  const sections = notice.kind === 'devices-found' ? evidenceSections(notice.findings) : [];
  return sections.length === 0
    ? ''
    : markup`<h2>What is known of ${sections.length === 1 ? 'it' : 'them'}</h2>${sections}`;
}

function queryBlock({ notice }: Case): Html | string {
  const { query } = notice.context;
  return query === undefined
    ? ''
    : markup`<h2>What was asked</h2>
        <label>KQL, with the clock of the run<textarea readonly rows="8">${query}</textarea></label>`;
}

function forms({ about, action, now }: CaseView): Html {
  const { notice, state } = about;
  const who = markup`<label>Your name <input name="name" maxlength="60" autocomplete="name" required /></label>`;
  const form = (verb: string, title: string, fields: Html): Html =>
    markup`<form method="post" action="${action}" data-seen>
      <input type="hidden" name="verb" value="${verb}" />${fields}${who}<button>${title}</button>
    </form> `;
  const first = day8(new Date(now.getTime() + DAY));
  const which = markup`<label
    >Which device
    <select name="device">
      ${
        notice.kind === 'devices-found' && notice.findings.length > 1
          ? [
              markup`<option value="all">The first ${notice.findings.length} of the list</option>`,
              ...notice.findings.map(
                (finding) => markup`<option value="${finding.device}">${nameOf(finding)}</option>`,
              ),
            ]
          : markup`<option value="all">This device</option>`
      }
    </select></label
  >`;
  return markup`<h2>What is to be done</h2>
    <p class="soft">
      Nobody checks who acts here: whoever has the link can. Everything is kept with the name that is given.
    </p>
    ${state.acknowledged || isInformation(notice) ? '' : form('acknowledge', 'Acknowledge', markup``)}
    ${
      notice.kind === 'devices-found'
        ? form(
            'expect',
            'Expected here',
            markup`${which}<label>No card before <input type="date" name="until" min="${first}" required /></label
              ><label>Why <input name="reason" maxlength="200" required /></label>`,
          )
        : ''
    }
    ${form('note', 'Add the note', markup`<label>Note <textarea name="text" maxlength="500" required></textarea></label>`)}
    ${isInformation(notice) ? '' : form('run', 'Run the hunt now', markup``)}`;
}

const day8 = (at: Date): string => at.toISOString().slice(0, 10);
