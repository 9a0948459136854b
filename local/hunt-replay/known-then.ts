import type { Baseline, KnownDevices, Recalled } from '../../src/hunt/baseline.ts';
import type { DeviceKey } from '../../src/hunt/device-key.ts';
import { UNKNOWN_NAME } from '../../src/hunt/name-hash.ts';

/** Devices with the last day on which an answer had them, as the ledger keeps them; days are since 1970 UTC. */
export interface KnownThen {
  readonly has: (device: DeviceKey) => boolean;
  readonly lastDay: (device: DeviceKey) => number | undefined;
  /** Moves the day forward; never back. */
  see(device: DeviceKey, day: number): void;
  copy(): KnownThen;
  /** As a run compared with it that had a baseline since then; without one, it founded it. */
  baseline(since: Date | undefined): Baseline;
}

export function knownThen(days = new Map<DeviceKey, number>()): KnownThen {
  const places = new Map<DeviceKey, number>();
  const placeOf = (device: DeviceKey): number => {
    const place = places.get(device) ?? places.size;
    places.set(device, place);
    return place;
  };
  const recall = (device: DeviceKey): Recalled | undefined => {
    const day = days.get(device);
    return day === undefined ? undefined : { place: placeOf(device), day, nameHash: UNKNOWN_NAME, firstSeen: 0 };
  };
  return {
    has: (device) => days.has(device),
    lastDay: (device) => days.get(device),
    see(device, day) {
      const before = days.get(device);
      if (before === undefined || before < day) days.set(device, day);
    },
    copy: () => knownThen(new Map(days)),
    baseline(since) {
      const known: KnownDevices = { size: days.size, lastSeenDay: (device) => days.get(device), recall };
      return since ? { state: 'established', since, known } : { state: 'absent', known };
    },
  };
}
