import { devicePage } from '../device-page.ts';
import type { Case } from '../hunt/case.ts';
import type { DeviceKey } from '../hunt/device-key.ts';
import type { Expectations } from '../hunt/expectation.ts';
import type { Hunt, HuntScope } from '../hunt/hunt.ts';
import { lifeOf, type LifeState } from '../hunt/life.ts';
import type { DeviceRecord, RunRecord, Services } from '../services.ts';
import { tallyScenarios, type ScenarioTally } from '../hunt/tally.ts';
import { DAY } from '../time.ts';
import { explanationsOf } from './explained.ts';
import { huntRows, type HuntRow, type ScopeRow } from './hunt-rows.ts';
import { STANDINGS } from './standing.ts';

/** A hunt in one of its workspaces, with how it stands in the others. */
export interface HuntView {
  readonly row: HuntRow;
  readonly scope: ScopeRow;
  readonly schedule: string;
  readonly runs: readonly RunRecord[];
  readonly devices: readonly DeviceRecord[];
  readonly total: number;
  /** Only those that stand so are listed. */
  readonly life?: LifeState;
  readonly founded?: Date;
  /** The last device looked at, where there are more: the next page begins behind it. */
  readonly next?: DeviceKey;
  readonly expected: Expectations;
  /** What its scenarios have done so far in this workspace. */
  readonly scenarios: readonly ScenarioTally[];
  /** The cases of the runs that found these devices, as far as they were read. */
  readonly cases: readonly Case[];
}

const RUNS = 30;
/** Up to as many are put in order of time; more of them come in order of their keys, a page at a time. */
export const DEVICES_A_PAGE = 200;
/** Runs whose cases are looked up for what people said of a device. */
const CASES_OF_RUNS = 20;

/** Reads about 60 rows and a page of devices, however many runs and devices there are. */
export async function readHunt(
  hunt: Hunt,
  asked: { readonly workspace?: string; readonly after?: DeviceKey; readonly life?: LifeState },
  services: Services,
): Promise<HuntView> {
  const { runs, cases, promises, ledger, workspaces, policy, now } = services;
  const at = now();
  const [states, unanswered, mutes] = await Promise.all([
    runs.scopes(),
    cases.unanswered(new Date(at.getTime() - 90 * DAY), 200),
    promises.mutes(),
  ]);
  const input = { hunts: [hunt], problems: [], workspaces: [...workspaces.keys()], states, unanswered, mutes };
  const [row] = huntRows({ ...input, policy, now: at });
  const scope = row?.scopes.find(({ workspace }) => workspace === asked.workspace) ?? worstOf(row?.scopes ?? []);
  if (!row || !scope) throw new Error('A program without workspaces has no board.');
  const where: HuntScope = { hunt: hunt.id, workspace: scope.workspace };
  const [recent, listing, expected, remembered] = await Promise.all([
    runs.recent(where, RUNS),
    ledger.list(where),
    promises.expected(where),
    explanationsOf(hunt, where.workspace, services),
  ]);
  const { life, after } = asked;
  const page = await devicePage(listing, {
    limit: DEVICES_A_PAGE,
    ...(after !== undefined && { after }),
    ...(life && { wanted: (device) => lifeOf(device, scope.state?.lastComplete).state === life }),
  });
  const whole = page.next === undefined && after === undefined;
  return {
    row,
    scope,
    schedule: hunt.schedule ?? policy.schedule,
    runs: recent,
    devices: whole ? page.devices.toSorted(latestFirst) : page.devices,
    total: listing.size,
    ...(life && { life }),
    ...(listing.since && { founded: listing.since }),
    ...(page.next !== undefined && { next: page.next }),
    expected,
    scenarios: tallyScenarios(hunt.scenarios, remembered),
    cases: await casesOf(page.devices, services),
  };
}

const worstOf = (scopes: readonly ScopeRow[]): ScopeRow | undefined =>
  scopes.toSorted((a, b) => STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing))[0];

const latestFirst = (a: DeviceRecord, b: DeviceRecord): number =>
  Number(a.state === 'baseline') - Number(b.state === 'baseline') || b.firstSeen.getTime() - a.firstSeen.getTime();

async function casesOf(devices: readonly DeviceRecord[], { cases }: Services): Promise<readonly Case[]> {
  const found = devices.filter(({ state }) => state !== 'baseline').map(({ run }) => run);
  const runs = [...new Set(found)].sort().slice(-CASES_OF_RUNS);
  return (await Promise.all(runs.map((run) => cases.ofRun(run)))).flat();
}
