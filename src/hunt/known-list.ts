/** The devices of an answer that the ledger knows, in the order in which they came: hundreds of thousands of them in little room. */
import type { KnownDevices } from './baseline.ts';
import { deviceKeyOf, type DeviceKey } from './device-key.ts';
import { numberList, words } from './number-list.ts';
import { addCell } from './plain-cells.ts';
import type { PlainRow } from './plain-row.ts';
import type { Seconds } from './seconds.ts';
import type { Named } from './sighting.ts';
import { textList } from './text-list.ts';

/** A known device in an answer, called as the row of its latest last seen calls it. */
export interface KnownSighting extends Named {
  /** Its first seen in this answer, and the last seen of the row that names it; 0 or absent: the answer does not say. */
  readonly first?: Seconds;
  readonly last?: Seconds;
}

/** What the answer says of one. */
export type KnownRow = Omit<KnownSighting, 'device'>;

export interface KnownList extends Iterable<KnownSighting> {
  readonly length: number;
  readonly rowAt: (n: number) => KnownRow;
  /** Where the ledger has each of them, see {@link KnownDevices.recall}. */
  readonly places: Uint32Array;
  find(device: DeviceKey): KnownSighting | undefined;
}

export interface KnownListBuilder extends KnownList {
  /** A row of the device that the ledger has at this place; another of the same device is one with it. True for another. */
  add(place: number, row: KnownRow): boolean;
  /** A row of a device of which none has come yet; false, and nothing added, where one has. */
  addPlain(place: number, row: PlainKnownRow): boolean;
}

/** As a {@link KnownRow}, with the cells of a plain row that are texts. -1: there is no such cell. */
export interface PlainKnownRow {
  readonly row: PlainRow;
  readonly id: number;
  readonly name: number;
  readonly first: Seconds;
  readonly last: Seconds;
}

/**
 * Columns instead of objects, and the ledger's place of a device instead of its key: of 500,000 devices 40 MB outside of the
 * heap, where objects were 175 MB in it. A device's key is made of its id or name again for whoever asks.
 */
export function knownList(known: Pick<KnownDevices, 'recall'>): KnownListBuilder {
  const ids = textList();
  const names = textList();
  const firsts = numberList(words);
  const lasts = numberList(words);
  const places = numberList(words);
  /** Place → one more than the number; 0 for none. */
  const numbers = numberList(words);
  /** -1: none. */
  const numberAt = (place: number): number => numbers.get(place) - 1;
  /** Of the device whose texts were added last. */
  const put = (place: number, first: Seconds, last: Seconds): void => {
    const n = ids.length - 1;
    firsts.set(n, first);
    lasts.set(n, last);
    places.set(n, place);
    numbers.set(place, n + 1);
  };

  const rowAt = (n: number): KnownRow => ({
    id: ids.at(n),
    name: names.at(n),
    first: firsts.get(n),
    last: lasts.get(n),
  });
  return {
    add(place, row) {
      const n = numberAt(place);
      if (n < 0) {
        ids.add(row.id);
        names.add(row.name);
        put(place, row.first ?? 0, row.last ?? 0);
        return false;
      }
      const { id, name, first = 0, last = 0 } = sameDevice(row, rowAt(n));
      ids.set(n, id);
      names.set(n, name);
      firsts.set(n, first);
      lasts.set(n, last);
      return true;
    },
    addPlain(place, { row, id, name, first, last }) {
      if (numberAt(place) >= 0) return false;
      addCell(ids, row, id);
      addCell(names, row, name);
      put(place, first, last);
      return true;
    },
    get length() {
      return ids.length;
    },
    rowAt,
    get places() {
      return places.values.subarray(0, ids.length);
    },
    ...sightingsOf(
      () => ids.length,
      rowAt,
      (device) => numberAt(known.recall(device)?.place ?? -1),
    ),
  };
}

/** The lists of disjoint parts of an answer, as one; a device that is spelt in two ways may be in two parts. */
export function joinKnown(parts: readonly KnownList[], known: Pick<KnownDevices, 'recall'>): KnownList {
  // In one go over half a million of them, so in arrays that need not grow.
  const most = parts.reduce((sum, part) => sum + part.length, 0);
  const partOf = new Uint8Array(most);
  const within = new Uint32Array(most);
  const joined = new Uint32Array(most);
  let highest = 0;
  for (const { places } of parts) for (const place of places) if (place > highest) highest = place;
  /** Place → one more than the number. */
  const numbers = new Uint32Array(most === 0 ? 0 : highest + 1);
  const twice = new Map<number, KnownRow>();
  let length = 0;

  const rowAt = (n: number): KnownRow =>
    twice.get(n) ?? parts[partOf[n] ?? 0]?.rowAt(within[n] ?? 0) ?? { id: '', name: '' };
  for (const [number, part] of parts.entries()) {
    const { places } = part;
    for (let i = 0; i < places.length; i += 1) {
      const place = places[i] ?? 0;
      const n = numbers[place] ?? 0;
      if (n > 0) {
        twice.set(n - 1, sameDevice(part.rowAt(i), rowAt(n - 1)));
        continue;
      }
      partOf[length] = number;
      within[length] = i;
      joined[length] = place;
      length += 1;
      numbers[place] = length;
    }
  }
  return {
    length,
    rowAt,
    places: joined.subarray(0, length),
    ...sightingsOf(
      () => length,
      rowAt,
      (device) => (numbers[known.recall(device)?.place ?? -1] ?? 0) - 1,
    ),
  };
}

function sightingsOf(
  length: () => number,
  rowAt: KnownList['rowAt'],
  numberOf: (device: DeviceKey) => number,
): Pick<KnownList, 'find' | typeof Symbol.iterator> {
  const sightingAt = (n: number): KnownSighting => {
    const row = rowAt(n);
    return { device: deviceKeyOf(row.id, row.name), ...row };
  };
  return {
    find(device) {
      const n = numberOf(device);
      return n < 0 ? undefined : sightingAt(n);
    },
    *[Symbol.iterator]() {
      for (let n = 0; n < length(); n += 1) yield sightingAt(n);
    },
  };
}

/** Of two rows of a device, whether the first names it: the later of those that have a name, else the one that sorts first. */
function namesIt(a: KnownRow, b: KnownRow): boolean {
  const named = Number(b.name.trim() === '') - Number(a.name.trim() === '');
  const later = (a.last ?? 0) - (b.last ?? 0);
  return (named || later || (a.name < b.name ? 1 : a.name > b.name ? -1 : Number(a.id < b.id))) > 0;
}

/** Two rows of a device as one. */
function sameDevice(a: KnownRow, b: KnownRow): KnownRow {
  const firsts = [a.first ?? 0, b.first ?? 0].filter((first) => first > 0);
  return { ...(namesIt(a, b) ? a : b), first: firsts.length === 0 ? 0 : Math.min(...firsts) };
}
