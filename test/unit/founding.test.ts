import { describe, expect, it } from 'vitest';
import { joinFounding, type FoundingDevices } from '../../src/hunt/founding.ts';
import { aSighting, foundingOf } from '../support/builders.ts';

const ids = (sightings: Iterable<{ readonly id: string }>): string[] => [...sightings].map(({ id }) => id);

describe('the devices that a founding run remembers', () => {
  it('are as they were given, but for their report ids', () => {
    const sighting = aSighting('a', { count: 7, reports: ['1', '2'], reportCount: 2 });
    expect([...foundingOf([sighting])]).toEqual([{ ...sighting, reports: [] }]);
  });

  it('lack what the answer lacks', () => {
    const { device, id, name, reportCount } = aSighting('a');
    const bare = { device, id, name, reports: [], reportCount };
    expect(foundingOf([bare]).at(0)).toEqual(bare);
  });

  it('stand in the order of the answer', () => {
    const founding = foundingOf(['c', 'a', 'b'].map((id) => aSighting(id)));
    expect(ids(founding)).toEqual(['c', 'a', 'b']);
    expect(founding.at(1)?.id).toBe('a');
    expect(founding.at(3)).toBeUndefined();
  });

  it('are one sighting when rows differ in the name only, whatever the order of the rows', () => {
    const rows = [
      aSighting('a', { name: 'new', count: 1, lastSeen: new Date('2026-11-22T00:00:00Z') }),
      aSighting('a', { name: '', count: 2, lastSeen: new Date('2026-11-23T00:00:00Z') }),
      aSighting('a', { name: 'old', count: 4, lastSeen: new Date('2026-11-20T00:00:00Z') }),
    ];
    for (const order of [rows, rows.toReversed()]) {
      const [one, ...others] = foundingOf([...order, aSighting('b')]);
      expect(one).toMatchObject({ id: 'a', name: 'new', count: 7, lastSeen: new Date('2026-11-23T00:00:00Z') });
      expect(ids(others)).toEqual(['b']);
    }
  });

  it('can be had in the order of their names, the first few of them', () => {
    const named = (names: readonly string[]) =>
      foundingOf(names.map((name, n) => aSighting(`${name}-${String(n)}`, { name })));
    const names = (sightings: readonly { readonly name: string }[]): string[] => sightings.map(({ name }) => name);
    expect(names(named(['m', 'z', 'a', 'k', 'a', 'b']).firstByName(4))).toEqual(['a', 'a', 'b', 'k']);
    expect(names(named(['b', 'a']).firstByName(4))).toEqual(['a', 'b']);
    expect(names(joinFounding([named(['m', 'c', 'x']), named(['d', 'a'])]).firstByName(3))).toEqual(['a', 'c', 'd']);
  });

  it('of parts of an answer are one list, in which a device that is in two parts counts once', () => {
    const parts: FoundingDevices[] = [];
    for (const part of [['a', 'b'], ['b', 'c', 'a', 'd'], [], ['d', 'e']])
      parts.push(
        foundingOf(
          part.map((id) => aSighting(id)),
          parts,
        ),
      );
    const joined = joinFounding(parts);
    expect(ids(joined)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(joined.length).toBe(5);
    expect(joined.at(3)?.id).toBe('d');
    expect(joined.at(5)).toBeUndefined();
    expect(parts.flatMap(ids).every((id) => joined.has(aSighting(id).device))).toBe(true);
  });
});
