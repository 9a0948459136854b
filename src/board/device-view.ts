import type { Case } from '../hunt/case.ts';
import type { DeviceKey } from '../hunt/device-key.ts';
import type { Expectation } from '../hunt/expectation.ts';
import type { Hunt } from '../hunt/hunt.ts';
import { casesAbout } from './cases-about.ts';
import type { KnownDevice, Services, Target } from '../services.ts';

/** What one hunt in one workspace knows of a device. */
export interface DeviceEntry extends KnownDevice {
  readonly hunt?: Hunt;
  /** Cases that name the device; of a large one only the first devices are kept. */
  readonly cases: readonly Case[];
  readonly expected?: Expectation;
}

export interface DeviceView {
  readonly key: DeviceKey;
  /** The latest found first. */
  readonly entries: readonly DeviceEntry[];
  readonly targets: readonly Target[];
}

/** Looks in every scope by point reads; what it costs depends on the hunts and workspaces, not on devices or time. */
export async function readDevice(key: DeviceKey, services: Services): Promise<DeviceView> {
  const { hunts, workspaces, ledger, conversations } = services;
  const scopes = hunts.all().flatMap(({ id }) => [...workspaces.keys()].map((workspace) => ({ hunt: id, workspace })));
  const known = await ledger.find(key, scopes);
  const [entries, targets] = await Promise.all([
    Promise.all(known.map((one) => entryOf(one, services))),
    conversations.list(),
  ]);
  const latestFirst = entries.toSorted((a, b) => b.device.firstSeen.getTime() - a.device.firstSeen.getTime());
  return { key, entries: latestFirst, targets };
}

async function entryOf(known: KnownDevice, { cases, promises, hunts }: Services): Promise<DeviceEntry> {
  const { scope, device } = known;
  const [told, expectations] = await Promise.all([cases.ofRun(device.run), promises.expected(scope)]);
  const hunt = hunts.find(scope.hunt);
  const expected = expectations.get(device.device);
  return {
    ...known,
    ...(hunt && { hunt }),
    cases: casesAbout(device, told),
    ...(expected && { expected }),
  };
}
