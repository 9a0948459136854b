import type { DeviceEntry, DeviceView } from '../../board/device-view.ts';
import { isActive } from '../../hunt/expectation.ts';
import type { Finding } from '../../hunt/finding.ts';
import type { Sentence } from '../../proof/device-story.ts';
import { lifeWords } from '../../proof/life-words.ts';
import { deviceUrl, type Portals } from '../../teams/card-links.ts';
import { day, plural } from '../../teams/card-parts.ts';
import { personName } from '../../teams/case-lines.ts';
import { nameOf } from '../../teams/device-table.ts';
import { inert } from '../../teams/inert.ts';
import { evidenceSections } from '../evidence-section.ts';
import { markup, type Html } from '../html.ts';
import { caseForms, readOnlyWords, type Rights } from './action-forms.ts';
import { caseBlock } from './case-block.ts';
import { exactTime, huntHref, runHref } from './parts.ts';

/** What to call a device that several hunts know, perhaps under several names. */
export const deviceTitle = ({ entries }: DeviceView): string => {
  const [first] = entries;
  return first ? nameOf(first.device) : 'A device';
};

/** A device, across all hunts. */
export function deviceBody(view: DeviceView, portals: Portals, rights: Rights, now: Date): Html {
  const { entries, targets } = view;
  const [first] = entries;
  const id = first?.device.id ?? '';
  const defender = deviceUrl(id, portals);
  const names = [...new Set(entries.map(({ device }) => nameOf(device)))].slice(1, 6);
  const entry = (one: DeviceEntry): Html => {
    const { scope, hunt, device, cases, expected } = one;
    return markup`<section>
      <h2>${hunt ? markup`<a href="${huntHref(hunt.slug, scope.workspace)}">${inert(hunt.name, 160)}</a>` : 'A hunt that is gone'} in ${scope.workspace}</h2>
      <dl>
        <dt>Status</dt>
        <dd>${lifeWords(one.life)}, <a href="${runHref(device.run)}">by this run</a></dd>
        <dt>First seen</dt>
        <dd>${exactTime(device.firstSeen)} UTC</dd>
        <dt>Last seen</dt>
        <dd>${day(device.lastSeen)}</dd>
        ${sightingFacts(one)}
        ${
          expected
            ? markup`<dt>${isActive(expected, now) ? 'Expected' : 'Was expected'}</dt>
                <dd>until ${day(expected.until)}: ${inert(expected.reason, 500)} (${personName(expected)}, ${exactTime(expected.at)} UTC)</dd>`
            : ''
        }
      </dl>
      <h3>What is known, and from where</h3>
      <ul class="list">
        ${one.sentences.map(storyLine)}
      </ul>
      ${evidenceSections(findingsOf(one).slice(-1))}
      ${cases.map((about) => markup`${caseBlock(about, targets)}${'seal' in rights ? markup`<details class="noprint"><summary>Answer</summary>${caseForms(rights, about, now, device.device)}</details>` : ''}`)}
    </section>`;
  };
  return markup`<h1>${deviceTitle(view)}</h1>
    <p class="soft">
      ${id === '' ? 'It has no id; hunts know it by its name.' : markup`Id <code>${inert(id, 300)}</code>`}
      ${names.length > 0 ? ` · also called ${names.join(', ')}` : ''} · known to ${plural(entries.length, 'hunt')}
      ${defender === undefined ? '' : markup` · <a href="${defender}" rel="noreferrer">Open in Defender</a>`}
    </p>
    ${readOnlyWords(rights)} ${entries.map(entry)}`;
}

/** A sentence, and the way to what it rests on. */
const storyLine = ({ text, ground }: Sentence): Html =>
  markup`<li>${text}${ground.kind === 'run' ? markup` <a class="soft" href="${runHref(ground.run)}">the run</a>` : ''}</li>`;

/** What the answer said of it when it was told. */
function sightingFacts(entry: DeviceEntry): Html | string {
  const finding = findingsOf(entry).at(-1);
  if (!finding) return '';
  const reports = finding.reports.map((report) => inert(report, 64)).join(', ');
  return markup`${finding.count === undefined ? '' : markup`<dt>Matches</dt><dd>${finding.count.toLocaleString('en')}</dd>`}
  ${finding.lastSeenBefore ? markup`<dt>Unseen since</dt><dd>${day(finding.lastSeenBefore)}</dd>` : ''}
  ${reports === '' ? '' : markup`<dt>Report ids</dt><dd>${reports}${finding.reportCount > finding.reports.length ? ` and ${String(finding.reportCount - finding.reports.length)} more` : ''}</dd>`}`;
}

const findingsOf = ({ cases, device }: DeviceEntry): readonly Finding[] =>
  cases.flatMap(({ notice }): readonly Finding[] =>
    notice.kind === 'devices-found' ? notice.findings.filter((finding) => finding.device === device.device) : [],
  );
