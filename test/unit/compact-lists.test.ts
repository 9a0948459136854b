import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deviceKeyOf } from '../../src/hunt/device-key.ts';
import { keyList } from '../../src/hunt/key-list.ts';
import { joinKnown, knownList, type KnownRow } from '../../src/hunt/known-list.ts';
import { textList } from '../../src/hunt/text-list.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('', 'é', '\u{1f600}', 'a'.repeat(70_000), 'ß'.repeat(65_536)),
);

describe('texts in bytes', () => {
  it('come back as they were put in, however long, and also after others', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 40 }), (texts) => {
        const list = textList();
        for (const text of texts) list.add(text);
        expect(texts.map((_text, n) => list.at(n))).toEqual(texts);
        expect(list.length).toBe(texts.length);
      }),
      { numRuns: 60 },
    );
  });

  it('can be replaced, and the others stay', () => {
    const list = textList();
    for (const text of ['a', 'b', 'c']) list.add(text);
    list.set(1, 'longer than before');
    expect([0, 1, 2, 3].map((n) => list.at(n))).toEqual(['a', 'longer than before', 'c', '']);
  });

  it('hold half of a pair as what every hash and wire makes of it', () => {
    const list = textList();
    list.add('x\ud800');
    expect(list.at(0)).toBe('x\ufffd');
    expect(deviceKeyOf(list.at(0), '')).toBe(deviceKeyOf('x\ud800', ''));
  });

  it('are found by their order, as bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 6 })),
        fc.string({ unit: 'binary' }),
        (texts, other) => {
          const list = textList();
          for (const text of texts) list.add(text);
          const before = texts.findIndex((text) => Buffer.from(text).compare(Buffer.from(other)) < 0);
          expect(list.nextBefore(0, Buffer.from(other))).toBe(before < 0 ? texts.length : before);
        },
      ),
    );
  });
});

describe('device keys in bytes', () => {
  it('are found where they were put, and no others are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(5_000), { maxLength: 600 }), (numbers) => {
        const list = keyList();
        const keys = numbers.map((n) => deviceKeyOf(String(n), ''));
        for (const key of keys) list.add(key);
        expect(keys.map((key) => list.find(key))).toEqual(keys.map((_key, place) => place));
        expect(keys.map((_key, place) => list.at(place))).toEqual(keys);
        expect(list.find(deviceKeyOf('nobody', ''))).toBe(-1);
        expect(list.find('no key')).toBe(-1);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the known devices of an answer', () => {
  const places = new Map<string, number>();
  const known = {
    recall: (device: string) => {
      const place = places.get(device);
      return place === undefined ? undefined : { place, day: 20_000, nameHash: 0, firstSeen: 0 };
    },
  };
  const placeOf = (id: string): number => {
    const device = deviceKeyOf(id, '');
    if (!places.has(device)) places.set(device, places.size);
    return places.get(device) ?? -1;
  };
  const aRow = (id: string, more: Partial<KnownRow> = {}): KnownRow => ({ id, name: `${id}.contoso.com`, ...more });
  const listOf = (rows: readonly KnownRow[]) => {
    const list = knownList(known);
    for (const row of rows) list.add(placeOf(row.id), row);
    return list;
  };

  it('are one for rows of the same device, called as the latest names it', () => {
    const list = listOf([
      aRow('a', { first: 50, last: 60 }),
      aRow('b'),
      aRow('A', { name: 'new', first: 70, last: 90 }),
    ]);

    expect([...list]).toMatchObject([{ id: 'A', name: 'new', first: 50, last: 90 }, { id: 'b' }]);
    expect(list.find(deviceKeyOf('a', ''))).toMatchObject({ name: 'new' });
    expect(list.find(deviceKeyOf('nobody', ''))).toBeUndefined();
  });

  it('of two parts are one list, in which a device that is in both counts once', () => {
    const joined = joinKnown(
      [
        listOf([aRow('a', { last: 60 }), aRow('b')]),
        listOf([]),
        listOf([aRow('c'), aRow(' a', { name: 'new', last: 90 })]),
      ],
      known,
    );

    expect([...joined].map(({ id }) => id)).toEqual([' a', 'b', 'c']);
    expect(joined.length).toBe(3);
    expect([...joined.places]).toEqual(['a', 'b', 'c'].map(placeOf));
    expect(joined.find(deviceKeyOf('c', ''))).toMatchObject({ id: 'c' });
    expect(joined.find(deviceKeyOf('a', ''))).toMatchObject({ name: 'new' });
  });
});
