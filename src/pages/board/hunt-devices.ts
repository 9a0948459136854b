/** The devices of a hunt in one workspace: a remediation list by their state, and what people said of each. */
import { casesAbout } from '../../board/cases-about.ts';
import { DEVICES_A_PAGE, type HuntView } from '../../board/hunt-view.ts';
import { isActive } from '../../hunt/expectation.ts';
import { LIFE_STATES, lifeOf, type LifeState } from '../../hunt/life.ts';
import { LIFE_WORDS, lifeWords } from '../../proof/life-words.ts';
import type { DeviceRecord } from '../../services.ts';
import { day, plural } from '../../teams/card-parts.ts';
import { personName } from '../../teams/case-lines.ts';
import { nameOf } from '../../teams/device-table.ts';
import { inert } from '../../teams/inert.ts';
import { markup, type Html } from '../html.ts';
import { CURRENT, deviceHref, exactTime, huntHref, runHref } from './parts.ts';

export function deviceTable(view: HuntView, now: Date): Html {
  const { row, scope, devices, total, life, founded, next } = view;
  const base = huntHref(row.hunt.slug);
  const file = (kind: string, words: string): Html =>
    markup`<a href="${base}/${kind}?workspace=${scope.workspace}">${words}</a> `;
  const listed = life === undefined ? 'of them' : LIFE_WORDS[life];
  const more = life === undefined || devices.length === DEVICES_A_PAGE ? '' : ' so far';
  const ordered = next === undefined ? '' : `${more}, in no order of time`;
  const some = next === undefined && life === undefined ? '' : `: ${String(devices.length)} ${listed}${ordered}`;
  return markup`<h2 id="devices">${plural(total, 'device')}${some}</h2>
    <p class="soft small">
      ${founded ? markup`Baseline founded ${exactTime(founded)} UTC.` : 'No baseline yet.'} Exports:
      ${file('devices.csv', 'CSV')} ${file('devices.ndjson', 'NDJSON')} ${file('devices.stix.json', 'STIX 2.1')}
    </p>
    ${lifeLinks(view)}
    ${
      devices.length === 0
        ? ''
        : markup`<table class="stack" role="table" aria-labelledby="devices">
            <thead role="rowgroup">
              <tr role="row">
                <th scope="col" role="columnheader">Device</th>
                <th scope="col" role="columnheader">Status</th>
                <th scope="col" role="columnheader">First seen (UTC)</th>
                <th scope="col" role="columnheader">Last seen</th>
                <th scope="col" role="columnheader">Verdict</th>
              </tr>
            </thead>
            <tbody role="rowgroup">
              ${devices.map((device) => deviceRow(device, view, now))}
            </tbody>
          </table>`
    }
    ${next === undefined ? '' : markup`<p><a href="${listHref(view, life, next)}">Next ${DEVICES_A_PAGE}</a></p>`}`;
}

/** The way to those that are new, still there, back or gone; with their numbers where all of them were read. */
function lifeLinks(view: HuntView): Html | string {
  const { devices, scope, life, next, total } = view;
  if (total === 0) return '';
  const counted = life === undefined && next === undefined && devices.length === total;
  const count = (state: LifeState): number =>
    devices.filter((device) => lifeOf(device, scope.state?.lastComplete).state === state).length;
  const item = (state: LifeState | undefined, words: string): Html =>
    markup`<a href="${listHref(view, state)}" ${state === life ? CURRENT : ''}>${words}</a> `;
  const states = LIFE_STATES.map((state) => {
    const number = counted ? count(state) : undefined;
    return number === 0
      ? ''
      : item(state, number === undefined ? LIFE_WORDS[state] : `${String(number)} ${LIFE_WORDS[state]}`);
  });
  return markup`<nav class="lives noprint" aria-label="Devices by state">${item(undefined, counted ? `all ${String(total)}` : 'all')}${states}</nav>`;
}

function listHref({ row, scope }: HuntView, life?: LifeState, after?: string): string {
  const query = new URLSearchParams({
    workspace: scope.workspace,
    ...(life !== undefined && { life }),
    ...(after !== undefined && { after }),
  });
  return `${huntHref(row.hunt.slug)}?${query.toString()}#devices`;
}

function deviceRow(device: DeviceRecord, view: HuntView, now: Date): Html {
  const life = lifeOf(device, view.scope.state?.lastComplete);
  const words = life.state === 'gone' ? lifeWords(life) : LIFE_WORDS[life.state];
  const isNews = life.state === 'new' || life.state === 'returned';
  return markup`<tr role="row">
    <td role="cell"><a href="${deviceHref(device.device)}">${nameOf(device)}</a></td>
    <td role="cell" data-label="Status">${device.state === 'baseline' ? words : markup`<a class="${isNews ? 'st-new' : 'soft'}" href="${runHref(device.run)}">${words}</a>`}</td>
    <td role="cell" data-label="First seen">${exactTime(device.firstSeen)}</td>
    <td role="cell" data-label="Last seen">${day(device.lastSeen)}</td>
    <td role="cell" data-label="Verdict">${verdictOf(device, view, now)}</td>
  </tr> `;
}

/** What people have said of it, the latest word first. */
function verdictOf(record: DeviceRecord, { expected, cases }: HuntView, now: Date): string {
  const promise = expected.get(record.device);
  if (promise && isActive(promise, now)) return `expected until ${day(promise.until)}: ${inert(promise.reason, 200)}`;
  if (record.state === 'baseline') return '';
  const own = casesAbout(record, cases);
  const acknowledged = own.find((about) => about.state.acknowledged)?.state.acknowledged;
  if (acknowledged) return `acknowledged by ${personName(acknowledged)}`;
  return own.length > 0 ? 'nobody has answered' : '';
}
