import type { RunView } from '../../board/run-view.ts';
import { lengthWords } from '../../board/words.ts';
import type { Finding } from '../../hunt/finding.ts';
import type { Hunt } from '../../hunt/hunt.ts';
import type { RunTotals } from '../../hunt/report.ts';
import { verdictWords } from '../../hunt/verdict-words.ts';
import type { RunRecord } from '../../services.ts';
import { plural } from '../../teams/card-parts.ts';
import { nameOf } from '../../teams/device-table.ts';
import { inert } from '../../teams/inert.ts';
import { formatTimespan } from '../../time.ts';
import { markup, type Html } from '../html.ts';
import { caseForms, type Rights } from './action-forms.ts';
import { caseBlock } from './case-block.ts';
import { deviceHref, exactTime, huntHref, NOVELTY_WORDS, queryBlock, runHref } from './parts.ts';

const TRIGGERS: Readonly<Record<RunRecord['trigger'], string>> = {
  schedule: 'by its schedule',
  'catch-up': 'to catch up on a time in which nobody looked',
  'late-sweep': 'to look for rows that arrived late',
  request: 'on demand',
  chat: 'because somebody asked in Teams',
  'command-line': 'by hand',
  backfill: 'to found the baseline from the past',
};

export function runStatus({ status, report, failure }: RunRecord): Html {
  if (status === 'failed')
    return markup`<span class="st st-failing">▲ failed${failure?.willRetry === true ? ', is tried again' : ''}</span>`;
  if (report?.partial) return markup`<span class="st st-blind">◌ partial</span>`;
  if (report?.blind) return markup`<span class="st st-blind">◌ blind</span>`;
  if (status !== 'completed') return markup`<span class="st st-waiting">… ${status}</span>`;
  const { newlySeen = 0, returning = 0 } = report?.totals ?? {};
  if (report?.outcome === 'baseline-founded') return markup`<span class="st st-healthy">■ baseline founded</span>`;
  return newlySeen + returning > 0
    ? markup`<span class="st st-new">● ${newlySeen + returning} found</span>`
    : markup`<span class="st st-healthy">✓ nothing new</span>`;
}

/** A run: what was asked, what came back, what was told. While it is under way the page looks again by itself. */
export function runBody(view: RunView, rights: Rights, now: Date): Html {
  const { record, hunt, cases, targets } = view;
  const underWay = record.status === 'queued' || record.status === 'running';
  return markup`<h1>Run of ${hunt ? markup`<a href="${huntHref(hunt.slug, record.scope.workspace)}">${inert(hunt.name, 160)}</a>` : 'a hunt that is gone'}</h1>
    <div data-part="run" ${underWay ? REFRESHED : ''}>
      <p>${runStatus(record)} in ${record.scope.workspace}, ${TRIGGERS[record.trigger]}</p>
      ${problemLines(record)} ${facts(view)}
    </div>
    ${findingTable(record)} ${excludedList(record)}
    ${
      cases.length === 0
        ? ''
        : markup`<h2>What was told</h2>
            ${cases.map((about) => markup`${caseBlock(about, targets)}<div class="noprint">${caseForms(rights, about, now)}</div>`)}`
    }
    ${queryPart(view)}`;
}
const REFRESHED: Html = { html: 'data-refresh="5"' };

function problemLines({ failure, report, joinedTo }: RunRecord): Html {
  return markup`${failure ? markup`<p class="said bad">${inert(failure.message, 1_000)} (<code>${failure.code}</code>)</p>` : ''}
  ${report?.partial ? markup`<p class="said bad">The answer is only a part: ${inert(report.partial.message, 600)} (<code>${inert(report.partial.code, 60)}</code>). There may be more devices than these.</p>` : ''}
  ${report?.blind ? markup`<p class="said bad">${inert(report.blind.message, 600)} (<code>${report.blind.code}</code>)</p>` : ''}
  ${joinedTo === undefined ? '' : markup`<p class="said">Another run was in progress and answers instead: <a href="${runHref(joinedTo)}">${joinedTo}</a></p>`}`;
}

const sightWords = ({ excluded, reporting }: RunTotals): string =>
  `${excluded === undefined ? '' : `, ${String(excluded)} left out as explained`}${reporting === undefined ? '' : `; of ${plural(reporting, 'reporting device')}`}`;

function facts({ record, hunt }: Pick<RunView, 'record' | 'hunt'>): Html {
  const { asOf, slot, orderedAt, startedAt, endedAt, report, id } = record;
  const totals = report?.totals;
  const fact = (name: string, value: Html | string): Html => markup`<dt>${name}</dt><dd>${value}</dd>`;
  const between = (from: Date, to: Date): string => lengthWords(Math.max(0, to.getTime() - from.getTime()));
  return markup`<dl>
    ${fact('Clock of the query', markup`${exactTime(asOf)} UTC${hunt ? `, ${formatTimespan(hunt.lookback)} back` : ''}`)}
    ${slot ? fact('Slot', markup`${exactTime(slot)} UTC`) : ''}
    ${fact('Ordered', markup`${exactTime(orderedAt)} UTC`)}
    ${startedAt ? fact('Began', markup`${exactTime(startedAt)} UTC, ${between(orderedAt, startedAt)} later`) : ''}
    ${startedAt && endedAt ? fact('Ended', markup`${exactTime(endedAt)} UTC, after ${between(startedAt, endedAt)}`) : ''}
    ${
      totals
        ? fact(
            'It saw',
            `${plural(totals.rows, 'row')}, ${plural(totals.devices, 'device')}: ${String(totals.newlySeen)} new, ${String(totals.returning)} returning, ${String(totals.known)} known` +
              `${totals.expected > 0 ? `, ${String(totals.expected)} expected` : ''}${sightWords(totals)}${totals.withoutDevice > 0 ? `; ${plural(totals.withoutDevice, 'row')} without a device` : ''}`,
          )
        : ''
    }
    ${fact('Id', markup`<code>${id}</code>`)}
  </dl>`;
}

function findingTable({ report }: RunRecord): Html | string {
  if (!report || report.findings.length === 0) return '';
  const row = (finding: Finding): Html =>
    markup`<tr role="row">
      <td role="cell"><a href="${deviceHref(finding.device)}">${nameOf(finding)}</a></td>
      <td role="cell" data-label="Why">${NOVELTY_WORDS[finding.novelty]}</td>
      <td role="cell" data-label="First seen">${finding.firstSeen ? exactTime(finding.firstSeen) : 'not given'}</td>
      <td role="cell" data-label="Last seen">${finding.lastSeen ? exactTime(finding.lastSeen) : 'not given'}</td>
      <td role="cell" class="num" data-label="Matches">${finding.count === undefined ? '' : finding.count.toLocaleString('en')}</td>
    </tr> `;
  const rest = report.totals.newlySeen + report.totals.returning - report.findings.length;
  return markup`<h2 id="found">What is new</h2>
    <table class="stack" role="table" aria-labelledby="found">
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Device</th>
          <th scope="col" role="columnheader">Why</th>
          <th scope="col" role="columnheader">First seen (UTC)</th>
          <th scope="col" role="columnheader">Last seen (UTC)</th>
          <th scope="col" role="columnheader">Matches</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${report.findings.map(row)}
      </tbody>
    </table>
    ${rest > 0 ? markup`<p class="soft">and ${plural(rest, 'more device', 'more devices')}; the page of the hunt lists all.</p>` : ''}`;
}

function excludedList({ report }: RunRecord): Html | string {
  if (!report?.excluded || report.excluded.length === 0) return '';
  const item = (finding: Finding): Html =>
    markup`<li>
      <a href="${deviceHref(finding.device)}">${nameOf(finding)}</a>
      <span class="soft">${finding.verdict ? inert(verdictWords(finding.verdict), 300) : ''}</span>
    </li>`;
  const rest = (report.totals.excluded ?? 0) - report.excluded.length;
  return markup`<h2 id="excluded">Left out of the cards as explained</h2>
    <ul class="list" aria-labelledby="excluded">${report.excluded.map(item)}</ul>
    ${rest > 0 ? markup`<p class="soft">and ${plural(rest, 'more device', 'more devices')}</p>` : ''}`;
}

const CERTAINTY = {
  'as-asked': 'Word for word, with the clock of the run in it.',
  'changed-since': 'The hunt has been changed since: this is how it reads today, with the clock of the run in it.',
  unknown: 'As the hunt reads today, with the clock of the run in it.',
} as const;

function queryPart({ query }: RunView): Html | string {
  if (!query) return '';
  return markup`<h2>What was asked</h2>
    <p class="soft small">${CERTAINTY[query.certainty]}</p>
    ${queryBlock('asked', query.kql)}`;
}

/** What a run would find now. */
export function dryRunBody(record: RunRecord, hunt: Hunt | undefined): Html {
  const { hunt: _id, workspace } = record.scope;
  return markup`<h1>Dry run${hunt ? markup` of <a href="${huntHref(hunt.slug, workspace)}">${inert(hunt.name, 160)}</a>` : ''}</h1>
    <p class="said">Nothing was written and nobody was told.</p>
    <p>${runStatus(record)} in ${workspace}</p>
    ${problemLines(record)} ${facts({ record, ...(hunt && { hunt }) })} ${findingTable(record)} ${excludedList(record)}`;
}
