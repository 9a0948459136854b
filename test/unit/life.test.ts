import { describe, expect, it } from 'vitest';
import { readTrail, trailText } from '../../src/azure/trail-text.ts';
import { formerNames, lifeOf, type LifeEvent, type LifeStory } from '../../src/hunt/life.ts';
import { aRunOrder, aSighting } from '../support/builders.ts';

const on = (day: string, time = '06:00'): Date => new Date(`2026-11-${day}T${time}:00Z`);
const seenOn = (day: string): Date => on(day, '00:00');
const runOn = (day: string) => ({ run: aRunOrder({ asOf: on(day) }).id, at: on(day) });
const found = (day: string, how: 'baseline' | 'newly-seen' = 'newly-seen'): LifeEvent => ({
  ...runOn(day),
  kind: 'found',
  how,
  name: 'host',
  firstSeen: on(day, '01:00'),
});
const story = (lastSeen: string, ...trail: readonly LifeEvent[]): LifeStory => ({
  firstSeen: trail[0]?.at ?? on('01'),
  lastSeen: seenOn(lastSeen),
  trail,
});

describe('a device is', () => {
  it('new from the run that found it until a complete answer of a later day has it', () => {
    expect(lifeOf(story('10', found('10')), on('10'))).toEqual({ state: 'new', since: on('10') });
    expect(lifeOf(story('10', found('10')), on('10', '18:00'))).toMatchObject({ state: 'new' });
    // Partial answers of the next day have it: nobody has looked at the whole yet.
    expect(lifeOf(story('11', found('10')), on('10'))).toMatchObject({ state: 'new' });
    expect(lifeOf(story('11', found('10')), on('11'))).toEqual({ state: 'still-there', since: on('10') });
  });

  it('still there from the start when it was in the baseline', () => {
    expect(lifeOf(story('10', found('10', 'baseline')), on('10'))).toEqual({ state: 'still-there', since: on('10') });
    expect(lifeOf(story('10', found('10', 'baseline')), undefined)).toMatchObject({ state: 'still-there' });
  });

  it('returned, for as long as a new one is new, and then still there', () => {
    const back: LifeEvent = { ...runOn('20'), kind: 'returned', lastSeenBefore: seenOn('01') };

    expect(lifeOf(story('20', found('01'), back), on('20'))).toEqual({ state: 'returned', since: on('20') });
    expect(lifeOf(story('21', found('01'), back), on('21'))).toEqual({ state: 'still-there', since: on('20') });
  });

  it('gone when the latest complete answer is of a later day than it was last seen, with the days it was there', () => {
    expect(lifeOf(story('12', found('10')), on('13'))).toEqual({ state: 'gone', since: seenOn('13'), daysThere: 3 });
    expect(lifeOf(story('10', found('10')), on('11'))).toMatchObject({ state: 'gone', daysThere: 1 });
  });

  it('there for the days since it came back, when it had been away for long', () => {
    const back: LifeEvent = { ...runOn('20'), kind: 'returned', lastSeenBefore: seenOn('01') };

    expect(lifeOf(story('21', found('01'), back), on('25'))).toMatchObject({ state: 'gone', daysThere: 2 });
  });

  it('not gone while nobody has looked', () => {
    expect(lifeOf(story('01', found('01')), undefined)).toMatchObject({ state: 'new' });
    expect(lifeOf(story('05', found('01')), on('05'))).toMatchObject({ state: 'still-there' });
  });
});

describe('a trail', () => {
  const renamed = (from: string, to: string, day = '12'): LifeEvent => ({ ...runOn(day), kind: 'renamed', from, to });
  const events: readonly LifeEvent[] = [
    {
      ...runOn('10'),
      ...{ kind: 'found', how: 'newly-seen', name: '2026-11-23T00:00:00.000Z', firstSeen: on('09') },
      sameNameAs: { device: aSighting('old').device, id: 'old', lastSeen: seenOn('05') },
    },
    { ...runOn('11'), kind: 'away', from: seenOn('09'), until: seenOn('11') },
    renamed('2026-01-01', '["x"]'),
    { ...runOn('13'), kind: 'moved-back', from: on('09'), to: on('08') },
    { ...runOn('14'), kind: 'returned', lastSeenBefore: seenOn('01') },
  ];

  it('comes back from its text as it was, whatever a device calls itself', () => {
    expect(readTrail(trailText({ events, dropped: 3 }))).toEqual({ events, dropped: 3 });
    expect(readTrail(undefined)).toBeUndefined();
  });

  it('is bounded: how the device was found is kept, and the latest events, and the others are counted', () => {
    const many = Array.from({ length: 100 }, (_, i) => renamed(`n${String(i)}`, `n${String(i + 1)}`));

    const kept = readTrail(trailText({ events: [found('01'), ...many], dropped: 0 }));

    expect(kept?.events[0]).toEqual(found('01'));
    expect(kept?.events.slice(1)).toEqual(many.slice(-23));
    expect(kept?.dropped).toBe(77);
  });

  it('stays short whatever the names are', () => {
    const many = Array.from({ length: 24 }, () => renamed('\u0001'.repeat(500), '\u{1f600}'.repeat(500)));

    const text = trailText({ events: [found('01'), ...many], dropped: 0 });

    expect(text.length).toBeLessThanOrEqual(4_000);
    expect(readTrail(text)?.events.length).toBeGreaterThan(1);
    expect((readTrail(text)?.dropped ?? 0) + (readTrail(text)?.events.length ?? 0)).toBe(25);
  });

  it('says what a device was called before, each name once', () => {
    const trail = [found('01'), renamed('a', 'b'), renamed('b', 'a'), renamed('a', 'c')];

    expect(formerNames({ name: 'c', trail })).toEqual(['a', 'b']);
  });
});
