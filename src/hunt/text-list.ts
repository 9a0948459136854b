import { numberList, words } from './number-list.ts';

/** Texts by their place, held as bytes outside of V8's heap: a million short strings there are a second of its collector's work. */
export interface TextList {
  readonly length: number;
  /** Adds one behind the last. Half of a surrogate pair becomes U+FFFD, as in every hash and on every wire. */
  add(text: string): void;
  /** Adds a part of these bytes, which is a text in UTF-8. */
  addPart(bytes: Uint8Array, from: number, to: number): void;
  /** Another text for this place; what was there stays in memory. */
  set(place: number, text: string): void;
  /** Empty where there is none. */
  at(place: number): string;
  /** The first place at `from` or behind whose text sorts before this one, both as UTF-8; the length where there is none. */
  nextBefore(from: number, other: Uint8Array): number;
}

const PAGE_BITS = 16;
const PAGE = 1 << PAGE_BITS;
/** Bytes of UTF-8 for a unit of UTF-16, at most. */
const LONGEST = 3;

export function textList(): TextList {
  /** A text that is longer than a page has a buffer of its own, which stands here for each of the pages that it takes. */
  const pages: Buffer[] = [];
  let next = 0;
  let length = 0;
  const starts = numberList(words);
  const sizes = numberList(words);

  /** Room at {@link next} for so many bytes. */
  const reserve = (most: number): void => {
    if (next + most > pages.length * PAGE) {
      next = pages.length * PAGE;
      const count = Math.max(1, Math.ceil(most / PAGE));
      const buffer = Buffer.allocUnsafeSlow(count * PAGE);
      for (let page = 0; page < count; page += 1) pages.push(buffer);
    }
  };
  const written = (place: number, size: number, most: number): void => {
    starts.set(place, next);
    sizes.set(place, size);
    next = most > PAGE ? pages.length * PAGE : next + size;
  };
  const set = (place: number, text: string): void => {
    const most = text.length * LONGEST;
    reserve(most);
    written(place, pages[next >>> PAGE_BITS]?.write(text, next % PAGE) ?? 0, most);
  };

  return {
    get length() {
      return length;
    },
    add(text) {
      set(length, text);
      length += 1;
    },
    addPart(bytes, from, to) {
      const size = to - from;
      reserve(size);
      const page = pages[next >>> PAGE_BITS];
      const at = next % PAGE;
      if (page) for (let i = 0; i < size; i += 1) page[at + i] = bytes[from + i] ?? 0;
      written(length, size, size);
      length += 1;
    },
    set,
    at(place) {
      const [start, size] = [starts.get(place), sizes.get(place)];
      if (place >= length || size === 0) return '';
      return pages[start >>> PAGE_BITS]?.toString('utf8', start % PAGE, (start % PAGE) + size) ?? '';
    },
    nextBefore(from, other) {
      const [begins, ends] = [starts.values, sizes.values];
      for (let place = from; place < length; place += 1) {
        const [start, size] = [begins[place] ?? 0, ends[place] ?? 0];
        const page = pages[start >>> PAGE_BITS];
        const common = Math.min(size, other.length);
        let i = 0;
        let difference = 0;
        for (; i < common && difference === 0; i += 1) difference = (page?.[(start % PAGE) + i] ?? 0) - (other[i] ?? 0);
        if (difference < 0 || (difference === 0 && size < other.length)) return place;
      }
      return length;
    },
  };
}
