import type { DeviceKey } from './device-key.ts';
import { merged, type Sighting } from './sighting.ts';

/** Devices in the order in which an answer had them. */
export interface FoundingDevices extends Iterable<Sighting> {
  readonly length: number;
  at(place: number): Sighting | undefined;
  has(device: DeviceKey): boolean;
  /** The first of them in the order of their names, at most `count`. */
  firstByName(count: number): readonly Sighting[];
}

/** What a founding run remembers of its answer, while it comes. */
export interface FoundingList extends FoundingDevices {
  /** Rows of one device that differ in name only are one sighting. Report ids are not kept. */
  add(sighting: Sighting): void;
}

/**
 * Up to 500,000 devices on an instance of 512 MB: columns of values instead of an object with two dates for each, and a sighting
 * only for whoever asks. Half a kilobyte a device becomes a fifth of one.
 */
export function foundingList(): FoundingList {
  const places = new Map<DeviceKey, number>();
  const devices: DeviceKey[] = [];
  const ids: string[] = [];
  const names: string[] = [];
  const firstSeen: number[] = [];
  const lastSeen: number[] = [];
  const counts: number[] = [];
  const reportCounts: number[] = [];
  /** Further rows of a device, which are rare. */
  const others = new Map<number, Sighting[]>();

  const row = (place: number): Sighting | undefined => {
    const device = devices[place];
    if (device === undefined) return undefined;
    const [first, last, count] = [firstSeen[place], lastSeen[place], counts[place]];
    return {
      device,
      id: ids[place] ?? '',
      name: names[place] ?? '',
      ...(isValue(first) && { firstSeen: new Date(first) }),
      ...(isValue(last) && { lastSeen: new Date(last) }),
      ...(isValue(count) && { count }),
      reports: [],
      reportCount: reportCounts[place] ?? 0,
    };
  };
  const at = (place: number): Sighting | undefined => {
    const sighting = row(place);
    const same = others.get(place);
    return sighting && same ? merged([sighting, ...same]) : sighting;
  };

  return {
    add(sighting) {
      const place = places.get(sighting.device);
      if (place !== undefined) {
        const same = others.get(place) ?? [];
        others.set(place, [...same, { ...sighting, reports: [] }]);
        return;
      }
      const device = ownCopy(sighting.device);
      places.set(device, devices.length);
      devices.push(device);
      ids.push(sighting.id);
      names.push(sighting.name);
      firstSeen.push(sighting.firstSeen?.getTime() ?? Number.NaN);
      lastSeen.push(sighting.lastSeen?.getTime() ?? Number.NaN);
      counts.push(sighting.count ?? Number.NaN);
      reportCounts.push(sighting.reportCount);
    },
    get length() {
      return devices.length;
    },
    at,
    has: (device) => places.has(device),
    firstByName(count) {
      const first: number[] = [];
      const nameAt = (place: number): string => (others.has(place) ? at(place)?.name : names[place]) ?? '';
      // A short list is kept in order: sorting half a million would hold up everybody else for a second.
      for (let place = 0; place < devices.length; place += 1) {
        const name = nameAt(place);
        let [low, high] = [0, first.length];
        while (low < high) {
          const middle = (low + high) >> 1;
          if (name < nameAt(first[middle] ?? -1)) high = middle;
          else low = middle + 1;
        }
        if (low === count) continue;
        first.splice(low, 0, place);
        if (first.length > count) first.pop();
      }
      return first.flatMap((place) => at(place) ?? []);
    },
    [Symbol.iterator]: () => eachOf(devices.length, at),
  };
}

/** The devices of disjoint parts of an answer; one that is spelt in two ways may be in two parts, and counts once. */
export function joinFounding(parts: readonly FoundingDevices[]): FoundingDevices {
  const again = parts.map((part, n) => {
    const earlier = parts.slice(0, n);
    const places: number[] = [];
    let place = 0;
    for (const { device } of earlier.length === 0 ? [] : part) {
      if (earlier.some((other) => other.has(device))) places.push(place);
      place += 1;
    }
    return places;
  });
  const lengths = parts.map((part, n) => part.length - (again[n]?.length ?? 0));
  const length = lengths.reduce((sum, one) => sum + one, 0);
  const at = (place: number): Sighting | undefined => {
    let within = place;
    for (const [n, part] of parts.entries()) {
      const own = lengths[n] ?? 0;
      if (within < own) return part.at((again[n] ?? []).reduce((to, left) => (left <= to ? to + 1 : to), within));
      within -= own;
    }
    return undefined;
  };
  return {
    length,
    at,
    has: (device) => parts.some((part) => part.has(device)),
    firstByName: (count) =>
      [...new Map(parts.flatMap((part) => part.firstByName(count)).map((one) => [one.device, one])).values()]
        .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
        .slice(0, count),
    [Symbol.iterator]: () => eachOf(length, at),
  };
}

function* eachOf(length: number, at: FoundingDevices['at']): Generator<Sighting> {
  for (let place = 0; place < length; place += 1) {
    const sighting = at(place);
    if (sighting) yield sighting;
  }
}

/** A key is the first half of a hash's digits, and as long as it is a part of them V8 keeps the whole. */
const ownCopy = (device: DeviceKey): DeviceKey => Buffer.from(device, 'latin1').toString('latin1') as DeviceKey;

const isValue = (value: number | undefined): value is number => value !== undefined && !Number.isNaN(value);
