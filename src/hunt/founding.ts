import { plainDeviceKey, type DeviceKey } from './device-key.ts';
import { keyList } from './key-list.ts';
import { doubles, numberList, words } from './number-list.ts';
import { addCell, countIn, instantIn, reportCountIn, UNREAD } from './plain-cells.ts';
import { isNothing, isText, type PlainRow } from './plain-row.ts';
import { merged, type Positions, type Sighting } from './sighting.ts';
import { textList } from './text-list.ts';

/** Devices in the order in which an answer had them. */
export interface FoundingDevices extends Iterable<Sighting> {
  readonly length: number;
  at(place: number): Sighting | undefined;
  deviceAt(place: number): DeviceKey | undefined;
  has(device: DeviceKey): boolean;
  /** Places of those that an earlier part of the same answer has: one that is spelt in two ways may be in two parts. */
  readonly again: readonly number[];
  /** The first of them in the order of their names, at most `count`. */
  firstByName(count: number): readonly Sighting[];
}

/** What a founding run remembers of its answer, while it comes. */
export interface FoundingList extends FoundingDevices {
  /** Rows of one device that differ in name only are one sighting. Report ids are not kept. */
  add(sighting: Sighting): void;
  /** Takes the first row of a device; false, and nothing taken, for a further one or one that is to be read as cells. */
  addPlain(row: PlainRow, at: Positions): boolean;
}

/**
 * Up to 500,000 devices on an instance of 512 MB: columns outside of the heap instead of an object with two dates for each, and
 * a sighting only for whoever asks. `earlier`: what earlier parts of the answer had.
 */
export function foundingList(earlier: readonly FoundingDevices[] = []): FoundingList {
  const keys = keyList();
  const ids = textList();
  const names = textList();
  const firstSeen = numberList(doubles);
  const lastSeen = numberList(doubles);
  const counts = numberList(doubles);
  const reportCounts = numberList(words);
  /** Further rows of a device, which are rare. */
  const others = new Map<number, Sighting[]>();
  const again: number[] = [];

  /** NaN: the answer does not say. */
  const put = (device: DeviceKey, first: number, last: number, count: number, reportCount: number): void => {
    const place = keys.length;
    if (earlier.some((part) => part.has(device))) again.push(place);
    keys.add(device);
    firstSeen.set(place, first);
    lastSeen.set(place, last);
    counts.set(place, count);
    reportCounts.set(place, reportCount);
  };
  const row = (place: number): Sighting | undefined => {
    if (place < 0 || place >= keys.length) return undefined;
    const [first, last, count] = [firstSeen.get(place), lastSeen.get(place), counts.get(place)];
    return {
      device: keys.at(place),
      id: ids.at(place),
      name: names.at(place),
      ...(!Number.isNaN(first) && { firstSeen: new Date(first) }),
      ...(!Number.isNaN(last) && { lastSeen: new Date(last) }),
      ...(!Number.isNaN(count) && { count }),
      reports: [],
      reportCount: reportCounts.get(place),
    };
  };
  const at = (place: number): Sighting | undefined => {
    const sighting = row(place);
    const same = others.get(place);
    return sighting && same ? merged([sighting, ...same]) : sighting;
  };

  return {
    add(sighting) {
      const known = keys.find(sighting.device);
      if (known >= 0) {
        const same = others.get(known) ?? [];
        others.set(known, [...same, { ...sighting, reports: [] }]);
        return;
      }
      ids.add(sighting.id);
      names.add(sighting.name);
      const [first, last] = [sighting.firstSeen?.getTime() ?? Number.NaN, sighting.lastSeen?.getTime() ?? Number.NaN];
      put(sighting.device, first, last, sighting.count ?? Number.NaN, sighting.reportCount);
    },
    addPlain(row, { id, name, firstSeen: firstCell, lastSeen: lastCell, count: countCell, reports }) {
      const device = plainDeviceKey(row, id, name);
      if (device === undefined || keys.find(device) >= 0) return false;
      const [first, last] = [instantIn(row, firstCell), instantIn(row, lastCell)];
      const [count, reportCount] = [countIn(row, countCell), reportCountIn(row, reports)];
      if ([first, last, count, reportCount].includes(UNREAD)) return false;
      if (!isNothing(row, name) && !isText(row, name)) return false;
      addCell(ids, row, id);
      addCell(names, row, name);
      put(device, first, last, count, reportCount);
      return true;
    },
    get length() {
      return keys.length;
    },
    at,
    deviceAt: (place) => (place >= 0 && place < keys.length ? keys.at(place) : undefined),
    has: (device) => keys.find(device) >= 0,
    again,
    firstByName(count) {
      const first: { readonly place: number; readonly name: Buffer }[] = [];
      const consider = (place: number, name: Buffer): void => {
        let [low, high] = [0, first.length];
        while (low < high) {
          const middle = (low + high) >> 1;
          if (name.compare(first[middle]?.name ?? name) < 0) high = middle;
          else low = middle + 1;
        }
        first.splice(low, 0, { place, name });
        if (first.length > count) first.pop();
      };
      for (const place of others.keys()) consider(place, Buffer.from(at(place)?.name ?? ''));
      // A short list is kept in order: sorting half a million would hold up everybody else for a second.
      for (let place = 0; place < keys.length; place += 1) {
        const last = first.length < count ? undefined : first.at(-1)?.name;
        if (last) place = names.nextBefore(place, last);
        if (place < keys.length && !others.has(place)) consider(place, Buffer.from(names.at(place)));
      }
      return first.flatMap(({ place }) => at(place) ?? []);
    },
    [Symbol.iterator]: () => eachOf(keys.length, at),
  };
}

/** The devices of the parts of an answer, each of which was made with those before it; one that is in two parts counts once. */
export function joinFounding(parts: readonly FoundingDevices[]): FoundingDevices {
  const lengths = parts.map((part) => part.length - part.again.length);
  const length = lengths.reduce((sum, one) => sum + one, 0);
  const ofPart = <T>(place: number, ask: (part: FoundingDevices, place: number) => T | undefined): T | undefined => {
    let within = place;
    for (const [n, part] of parts.entries()) {
      const own = lengths[n] ?? 0;
      if (within < own)
        return ask(
          part,
          part.again.reduce((to, left) => (left <= to ? to + 1 : to), within),
        );
      within -= own;
    }
    return undefined;
  };
  const at = (place: number): Sighting | undefined => ofPart(place, (part, within) => part.at(within));
  return {
    length,
    at,
    deviceAt: (place) => ofPart(place, (part, within) => part.deviceAt(within)),
    has: (device) => parts.some((part) => part.has(device)),
    again: [],
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
