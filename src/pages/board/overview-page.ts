import { filterQuery, SORTINGS, type BoardFilter, type Sorting } from '../../board/filter.ts';
import type { HuntRow, ScopeRow } from '../../board/hunt-rows.ts';
import type { CanaryLine, Overview } from '../../board/overview.ts';
import { lengthWords } from '../../board/words.ts';
import { describeProblem } from '../../errors.ts';
import type { Services } from '../../services.ts';
import { day, plural } from '../../teams/card-parts.ts';
import { personName } from '../../teams/case-lines.ts';
import { inert } from '../../teams/inert.ts';
import { markup, type Html } from '../html.ts';
import { timeline, trendChart, trendKey } from './charts.ts';
import {
  CURRENT,
  huntHref,
  standingBadge,
  STANDING_WORDS,
  standings,
  tacticWords,
  techniqueLinks,
  timeOf,
} from './parts.ts';
import { HOME } from './shell.ts';
import { unansweredList } from './unanswered-list.ts';

export interface OverviewView {
  readonly overview: Overview;
  readonly filter: BoardFilter;
  readonly workspaces: readonly string[];
  readonly hunts: Services['hunts'];
  readonly now: Date;
}

/** Seconds between two looks of the page at itself. */
const REFRESH = 60;

/** Every hunt at a glance. */
export function overviewBody(view: OverviewView): Html {
  const { overview, filter, workspaces, now } = view;
  return markup`<div class="bar" data-refresh="${REFRESH}">
      <h1>Board</h1>
      <button id="pause" class="quiet noprint" type="button" aria-pressed="false">Pause updates</button>
    </div>
    <div data-part="summary">${summary(overview, filter, now)}</div>
    <form class="filter" data-filter method="get" action="${HOME}" role="search" aria-label="Filter">
      <div>
        <label for="q">Hunt, tactic or technique</label>
        <input id="q" name="q" type="search" value="${filter.text}" maxlength="100" />
      </div>
      ${choice('state', 'State', filter.standing ?? '', ['', ...standings], (one) => (one === '' ? 'any' : STANDING_WORDS[one][1]))}
      ${workspaces.length > 1 ? choice('workspace', 'Workspace', filter.workspace ?? '', ['', ...workspaces], (one) => (one === '' ? 'all' : one)) : ''}
      ${choice('sort', 'Sort by', filter.sort === 'state' ? '' : filter.sort, ['', ...SORTINGS.slice(1)], (one) => SORT_WORDS[one === '' ? 'state' : one])}
      <button class="quiet">Show</button>
    </form>
    <div data-part="unanswered">${unansweredList(view)}</div>
    <h2>Newly seen devices, 90 days</h2>
    <div data-part="timeline">${timeline(overview.timeline, now)}</div>
    <div data-part="hunts">${huntTable(overview, filter, now)}</div>
    <form class="filter" method="get" action="${HOME}/devices" role="search" aria-label="Device">
      <div>
        <label for="id">Device, by its id or, where hunts know no id, its name</label>
        <input id="id" name="id" type="search" maxlength="300" required />
      </div>
      <button class="quiet">Open</button>
    </form>`;
}

const SORT_WORDS: Readonly<Record<Sorting, string>> = {
  state: 'state',
  name: 'name',
  new: 'new devices',
  devices: 'devices',
  last: 'last run',
  next: 'next run',
  took: 'time taken',
};

const choice = <T extends string>(
  name: string,
  label: string,
  chosen: string,
  all: readonly T[],
  words: (one: T) => string,
): Html =>
  markup`<div>
    <label for="${name}">${label}</label>
    <select id="${name}" name="${name}">
      ${all.map((one) => ({
        html: markup`<option value="${one}" ${one === chosen ? SELECTED : ''}>${words(one)}</option>`.html,
      }))}
    </select>
  </div>`;
const SELECTED: Html = { html: 'selected' };

function summary(
  { counts, lastTick, targets, canary, timeline: days }: Overview,
  filter: BoardFilter,
  now: Date,
): Html {
  const tiles = standings.filter((one) => counts[one] > 0 || one === 'healthy');
  const news = days.at(-1) ?? 0;
  const week = days.slice(-7).reduce((sum, count) => sum + count, 0);
  return markup`<p class="soft">
      ${plural(news, 'new device')} today, ${week} in seven days · last tick
      ${lastTick ? timeOf(lastTick, now) : 'never: nothing runs by itself'} · tells
      ${targets === 0 ? 'nobody yet' : plural(targets, 'conversation')}${canary ? markup` · ${canaryWords(canary, now)}` : ''}
    </p>
    ${canary?.missing === undefined ? '' : markup`<p class="said bad">The canary is missing in ${inert(canary.missing, 600)}</p>`}
    <ul class="tiles" aria-label="Hunts by state">
      ${tiles.map((one) => {
        const on = filter.standing === one;
        const { standing: _other, ...rest } = filter;
        const href = `${HOME}${filterQuery(on ? rest : { ...rest, standing: one })}`;
        return markup`<li>
          <a id="tile-${one}" href="${href}" ${on ? CURRENT : ''}><b>${counts[one]}</b>${standingBadge(one)}</a>
        </li>`;
      })}
    </ul>`;
}

/** One line: a canary that is missing says more, below. */
function canaryWords({ missing, arrivedAt, took }: CanaryLine, now: Date): Html | string {
  if (missing !== undefined) return 'canary missing';
  if (!arrivedAt) return 'no canary has arrived yet';
  return markup`canary arrived ${timeOf(arrivedAt, now)}, in ${lengthWords(took ?? 0)}`;
}

function huntTable({ rows, problems }: Overview, filter: BoardFilter, now: Date): Html {
  const head = (sort: Sorting, words: string): Html => {
    const on = filter.sort === sort;
    return markup`<th scope="col" role="columnheader" ${on ? SORTED : ''}>
      <a href="${HOME}${filterQuery({ ...filter, sort })}">${words}</a>
    </th>`;
  };
  return markup`<h2 id="hunts">${plural(rows.length, 'hunt')}</h2>
    ${problems.map((problem) => markup`<p class="said bad">${standingBadge('not-loaded')} <code>${inert(describeProblem(problem), 600)}</code></p>`)}
    ${
      rows.length === 0
        ? markup`<p>No hunt matches. <a href="${HOME}">Show all</a></p>`
        : markup`<table class="hunts stack" role="table" aria-labelledby="hunts">
            <thead role="rowgroup">
              <tr role="row">
                ${head('state', 'State')} ${head('name', 'Hunt')} ${head('devices', 'Devices')}
                <th scope="col" role="columnheader">Runs</th>
                ${head('last', 'Last run')} ${head('next', 'Next run')}
              </tr>
            </thead>
            <tbody role="rowgroup">
              ${rows.map((row) => huntRow(row, now))}
            </tbody>
          </table>
          ${trendKey}`
    }`;
}
const SORTED: Html = { html: 'aria-sort="other"' };

function huntRow(row: HuntRow, now: Date): Html {
  const { hunt, standing, why, mute, devices, newlySeen, returning, lastRun, nextRun, took } = row;
  return markup`<tr role="row" data-row>
    <td role="cell">
      ${standingBadge(standing)}${row.unanswered > 0 && standing !== 'new' ? markup`<br />${standingBadge('new')}` : ''}
    </td>
    <td role="cell">
      <a id="hunt-${hunt.slug}" href="${huntHref(hunt.slug)}">${inert(hunt.name, 160)}</a>
      <div class="tags">${hunt.tactics.map(tacticWords).join(', ')} ${techniqueLinks(hunt.techniques)}</div>
      ${why === undefined ? '' : markup`<div class="why">${inert(why, 300)}</div>`}
      ${mute ? markup`<div class="why">Muted until ${day(mute.until)} by ${personName({ by: mute.by, at: mute.at })}</div>` : ''}
      ${scopeLinks(row)}
    </td>
    <td role="cell" class="num" data-label="Devices">
      ${devices.toLocaleString('en')}${newlySeen + returning === 0 ? '' : markup`<br /><span class="st-new">${newlySeen} new${returning > 0 ? `, ${String(returning)} back` : ''}</span>`}
    </td>
    <td role="cell">${trendChart(row.trend)}</td>
    <td role="cell" data-label="Last run">
      ${lastRun ? timeOf(lastRun, now) : 'never'}
      ${took === undefined ? '' : markup`<span class="soft small nowrap">took ${lengthWords(took)}</span>`}
    </td>
    <td role="cell" data-label="Next run">${nextRun ? timeOf(nextRun, now) : 'never'}</td>
  </tr> `;
}

/** Workspaces that stand otherwise than the others are named; of many that stand alike the number will do. */
function scopeLinks({ hunt, scopes }: HuntRow): Html | string {
  if (scopes.length < 2) return '';
  const link = ({ workspace, standing }: ScopeRow): Html =>
    markup`<a href="${huntHref(hunt.slug, workspace)}">${workspace}</a> ${STANDING_WORDS[standing][1]}`;
  const odd = scopes.filter(({ standing }) => standing !== 'healthy');
  if (odd.length === 0) return markup`<div class="tags">${scopes.length} workspaces</div>`;
  const rest = scopes.length - odd.length;
  const more = odd.length - SHOWN_SCOPES;
  return markup`<div class="tags">
    ${odd.slice(0, SHOWN_SCOPES).map((scope, i) => markup`${i > 0 ? ', ' : ''}${link(scope)}`)}${more > 0 ? `, ${String(more)} more` : ''}${rest > 0 ? `; ${String(rest)} healthy` : ''}
  </div>`;
}
const SHOWN_SCOPES = 6;
