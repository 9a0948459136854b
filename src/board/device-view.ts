import type { DeviceKey } from '../hunt/device-key.ts';
import type { Hunt, HuntScope } from '../hunt/hunt.ts';
import type { RunId } from '../hunt/run.ts';
import type { Explanation } from '../hunt/explanation.ts';
import type { Watch } from '../hunt/watch.ts';
import { deviceStory, type DeviceStory, type KnownOf } from '../proof/device-story.ts';
import type { KnownDevice, Services, Target } from '../services.ts';
import { casesAbout } from './cases-about.ts';

/** What one hunt in one workspace knows of a device, and its story. */
export interface DeviceEntry extends KnownOf, DeviceStory {
  readonly hunt?: Hunt;
  readonly watch?: Watch;
  readonly explanation?: Explanation;
}

export interface DeviceView {
  readonly key: DeviceKey;
  /** The latest found first. */
  readonly entries: readonly DeviceEntry[];
  readonly targets: readonly Target[];
}

/** Looks in every scope by point reads; what it costs depends on the hunts and workspaces, not on devices or time. */
export async function readDevice(key: DeviceKey, services: Services): Promise<DeviceView> {
  const { hunts, workspaces, conversations } = services;
  const scopes = hunts.all().flatMap(({ id }) => [...workspaces.keys()].map((workspace) => ({ hunt: id, workspace })));
  const [entries, targets] = await Promise.all([readEntries(key, scopes, services), conversations.list()]);
  const latestFirst = entries.toSorted((a, b) => b.device.firstSeen.getTime() - a.device.firstSeen.getTime());
  return { key, entries: latestFirst, targets };
}

/** What each of these scopes knows of a device; those that do not know it are left out. */
export async function readEntries(
  key: DeviceKey,
  scopes: readonly HuntScope[],
  services: Services,
): Promise<readonly DeviceEntry[]> {
  const known = await services.ledger.find(key, scopes);
  return Promise.all(known.map((one) => entryOf(one, services)));
}

async function entryOf(
  known: KnownDevice,
  { cases, runs, promises, explanations, hunts, now }: Services,
): Promise<DeviceEntry> {
  const { scope, device } = known;
  const [state, told, expectations, explained] = await Promise.all([
    runs.state(scope),
    Promise.all(runsThatTold(known).map(async (run) => casesAbout({ ...device, run }, await cases.ofRun(run)))),
    promises.expected(scope),
    explanations.all(scope),
  ]);
  const hunt = hunts.find(scope.hunt);
  const expected = expectations.get(device.device);
  const explanation = explained.find((one) => one.device === device.device);
  const entry = { ...known, cases: told.flat(), ...(expected && { expected }) };
  const story = deviceStory({ entry, ...(state && { state }), ...(explanation && { explanation }), now: now() });
  const watch = state?.watch;
  return { ...entry, ...story, ...(hunt && { hunt }), ...(watch && { watch }), ...(explanation && { explanation }) };
}

/** The runs that found it or found it again, oldest first. */
const runsThatTold = ({ device }: KnownDevice): readonly RunId[] => [
  ...new Set([
    ...device.trail.flatMap(({ kind, run }) => (kind === 'found' || kind === 'returned' ? [run] : [])),
    device.run,
  ]),
];
