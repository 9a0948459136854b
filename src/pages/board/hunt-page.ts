import type { HuntView } from '../../board/hunt-view.ts';
import { lengthWords, relativeWords, scheduleWords } from '../../board/words.ts';
import type { RunRecord } from '../../services.ts';
import { day, plural } from '../../teams/card-parts.ts';
import { personName } from '../../teams/case-lines.ts';
import { nameOf } from '../../teams/device-table.ts';
import { inert } from '../../teams/inert.ts';
import { formatTimespan } from '../../time.ts';
import { markup, type Html } from '../html.ts';
import { huntForms, type Rights } from './action-forms.ts';
import { trendChart, trendKey } from './charts.ts';
import { deviceTable } from './hunt-devices.ts';
import {
  deviceHref,
  exactTime,
  huntHref,
  NOVELTY_WORDS,
  queryBlock,
  runHref,
  standingBadge,
  tacticWords,
  techniqueLinks,
  timeOf,
} from './parts.ts';
import { runStatus } from './run-page.ts';
import { scenarioTable } from './scenario-table.ts';

/** A hunt in one of its workspaces. */
export function huntBody(view: HuntView, rights: Rights, now: Date): Html {
  const { row, scope, schedule } = view;
  const { hunt, nextRun, mute } = row;
  const next = nextRun ? `, next ${relativeWords(nextRun, now)}` : '';
  return markup`<h1>${inert(hunt.name, 200)}</h1>
    <p>${standingBadge(scope.standing)} in ${scope.workspace}${scope.why === undefined ? '' : `: ${inert(scope.why, 600)}`}</p>
    ${workspaceLinks(view)}
    <div class="two">
      <div>
        <p>${inert(hunt.description, 2_000)}</p>
        <dl>
          <dt>Schedule</dt>
          <dd>${scheduleWords(schedule)}${next}</dd>
          <dt>Looks back</dt>
          <dd>${formatTimespan(hunt.lookback)}; a device unseen for ${formatTimespan(hunt.forgetAfter)} is told again</dd>
          <dt>ATT&amp;CK</dt>
          <dd>${hunt.tactics.map(tacticWords).join(', ')} ${techniqueLinks(hunt.techniques)}</dd>
          <dt>Severity</dt>
          <dd>${hunt.severity}</dd>
          <dt>File</dt>
          <dd><code>${hunt.file}</code>${hunt.version === undefined ? '' : `, version ${inert(hunt.version, 40)}`}</dd>
          ${mute ? markup`<dt>Muted</dt><dd>until ${day(mute.until)} by ${personName(mute)}; what is found waits</dd>` : ''}
        </dl>
        <h2>Query</h2>
        ${queryBlock('query', hunt.query)}
      </div>
      <div>
        <h2>Last runs</h2>
        ${trendChart(row.trend)} ${trendKey}
        <div class="noprint">${huntForms(rights, hunt.slug, scope.workspace)}</div>
      </div>
    </div>
    ${foundLately(view)} ${deviceTable(view, now)} ${scenarioTable(view.scenarios)} ${runTable(view, now)}`;
}

/** Of a list too long to be put in order, what the last runs found. */
function foundLately({ next, runs }: HuntView): Html | string {
  const found = runs.flatMap(({ id, asOf, report }) =>
    (report?.findings ?? []).map((finding) => ({ id, asOf, finding })),
  );
  if (next === undefined || found.length === 0) return '';
  const item = ({ id, asOf, finding }: (typeof found)[number]): Html =>
    markup`<li>
      <a href="${deviceHref(finding.device)}">${nameOf(finding)}</a>
      <span class="soft">${NOVELTY_WORDS[finding.novelty]} <a href="${runHref(id)}">${exactTime(asOf)}</a></span>
    </li>`;
  return markup`<h2 id="lately">Found by the last ${plural(runs.length, 'run')}</h2>
    <ul class="list" aria-labelledby="lately">${found.slice(0, LATELY).map(item)}</ul>
    ${found.length > LATELY ? markup`<p class="soft">and ${plural(found.length - LATELY, 'more device', 'more devices')}; the runs below list them.</p>` : ''}`;
}
const LATELY = 20;

function workspaceLinks({ row }: HuntView): Html | string {
  if (row.scopes.length < 2) return '';
  return markup`<ul class="tiles" aria-label="Workspaces">
    ${row.scopes.map(({ workspace, standing }) => markup`<li><a href="${huntHref(row.hunt.slug, workspace)}">${workspace}<br />${standingBadge(standing)}</a></li>`)}
  </ul>`;
}

function runTable({ runs, row: { hunt }, scope }: HuntView, now: Date): Html | string {
  if (runs.length === 0) return '';
  const row = (record: RunRecord): Html => {
    const { id, asOf, report, failure, startedAt, endedAt } = record;
    const { totals, partial } = report ?? {};
    const took = startedAt && endedAt ? lengthWords(endedAt.getTime() - startedAt.getTime()) : '';
    const problem = failure?.message ?? partial?.message ?? report?.blind?.message;
    return markup`<tr role="row">
      <td role="cell"><a href="${runHref(id)}">${exactTime(asOf)}</a> <span class="soft small">${timeOf(asOf, now)}</span></td>
      <td role="cell" data-label="Result">
        ${runStatus(record)}${problem === undefined ? '' : markup`<div class="why">${inert(problem, 300)}</div>`}
      </td>
      <td role="cell" class="num" data-label="Devices">${totals ? String(totals.devices) : ''}</td>
      <td role="cell" class="num" data-label="New">${totals ? String(totals.newlySeen) : ''}</td>
      <td role="cell" class="num" data-label="Returning">${totals ? String(totals.returning) : ''}</td>
      <td role="cell" class="num" data-label="Took">${took}</td>
    </tr> `;
  };
  const file = (kind: string, words: string): Html =>
    markup`<a href="${huntHref(hunt.slug)}/${kind}?workspace=${scope.workspace}">${words}</a> `;
  return markup`<h2 id="runs">Runs</h2>
    <p class="soft small">Exports: ${file('runs.csv', 'CSV')} ${file('runs.ndjson', 'NDJSON')}</p>
    <table class="stack" role="table" aria-labelledby="runs">
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">As of (UTC)</th>
          <th scope="col" role="columnheader">Result</th>
          <th scope="col" role="columnheader">Devices</th>
          <th scope="col" role="columnheader">New</th>
          <th scope="col" role="columnheader">Returning</th>
          <th scope="col" role="columnheader">Took</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${runs.map(row)}
      </tbody>
    </table>`;
}
