import { tallyTrouble } from '../../board/explained.ts';
import type { ScenarioTally } from '../../hunt/tally.ts';
import { day } from '../../teams/card-parts.ts';
import { inert } from '../../teams/inert.ts';
import { markup, type Html } from '../html.ts';

/** What each scenario of a hunt has done so far. */
export function scenarioTable(tallies: readonly ScenarioTally[]): Html | string {
  if (tallies.length === 0) return '';
  const row = (tally: ScenarioTally): Html =>
    markup`<tr role="row">
      <td role="cell">${inert(tally.scenario, 120)}</td>
      <td role="cell" data-label="Mode">${tally.mode}</td>
      <td role="cell" class="num" data-label="Devices">${String(tally.devices)}</td>
      <td role="cell" class="num" data-label="Left out">${String(tally.hidden)}</td>
      <td role="cell" data-label="Last hit">${tally.lastHit ? day(tally.lastHit) : 'never'}</td>
      <td role="cell" data-label="Remark">${inert(tallyTrouble(tally) ?? '', 200)}</td>
    </tr> `;
  return markup`<h2 id="scenarios">Scenarios</h2>
    <table class="stack" role="table" aria-labelledby="scenarios">
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Scenario</th>
          <th scope="col" role="columnheader">Mode</th>
          <th scope="col" role="columnheader">Devices</th>
          <th scope="col" role="columnheader">Left out</th>
          <th scope="col" role="columnheader">Last hit</th>
          <th scope="col" role="columnheader">Remark</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${tallies.map(row)}
      </tbody>
    </table>`;
}
