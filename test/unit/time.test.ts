import { describe, expect, it } from 'vitest';
import { DAY, formatTimespan, HOUR, parseInstant, parseTimespan } from '../../src/time.ts';

describe('a timespan', () => {
  it.each([
    ['5d', 5 * DAY],
    ['1.5h', 1.5 * HOUR],
    ['90s', 90_000],
    ['100ms', 100],
  ])('reads %s', (text, length) => {
    expect(parseTimespan(text)).toBe(length);
  });

  it.each(['', '5', '5 days', '-5d', '5w', 'd'])('refuses %j', (text) => {
    expect(parseTimespan(text)).toBeUndefined();
  });

  it('is written in its largest whole unit', () => {
    expect([5 * DAY, 36 * HOUR, 90_000, 1].map(formatTimespan)).toEqual(['5d', '36h', '90s', '1ms']);
  });
});

describe('an instant', () => {
  it('must name its offset', () => {
    expect(parseInstant('2026-11-20T06:00Z')).toEqual(new Date('2026-11-20T06:00:00Z'));
    expect(parseInstant('2026-11-20T01:00:00+02:00')).toEqual(new Date('2026-11-19T23:00:00Z'));
    expect(parseInstant('2026-11-20T06:00:00.1234567Z')).toEqual(new Date('2026-11-20T06:00:00.123Z'));
    expect(parseInstant('2026-11-20T06:00')).toBeUndefined();
  });

  it.each(['2026-02-30T06:00Z', '2026-11-20', 'yesterday', '2026-11-20T25:00Z', '20.11.2026', ''])(
    'refuses %j',
    (text) => {
      expect(parseInstant(text)).toBeUndefined();
    },
  );
});
