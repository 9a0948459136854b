import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookbackOf } from '../../src/kql/lookback.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';

describe('the lookback of a query', () => {
  it.each([
    ['let Time_start = now(-5d); let Time_end = now();', 5 * DAY],
    ['T | where Timestamp > ago(36h) and Other > ago(1d)', 36 * HOUR],
    ['let timeframe = 7d; T | where Timestamp > ago(timeframe)', 7 * DAY],
    ['let timeframe = 14d; T | where t > ago(timeframe) | join (U | where t > ago(1d)) on D', 14 * DAY],
    ['T | where t between (now() - 14d .. ago(1h))', 14 * DAY],
    ['let past = 14d; let end = now(-1d); T | where t between (end - past .. end)', 14 * DAY],
  ])('%s is its longest length', (kql, length) => {
    expect(lookbackOf(kql)).toBe(length);
  });

  it.each([
    ['T | where t > ago(7days) and u > ago(1d)', 7 * DAY],
    ['T | where t > ago(36hrs)', 36 * HOUR],
    ['T | where t > ago(90min)', 90 * MINUTE],
    ['T | where t > now(-2hours)', 2 * HOUR],
    ['T | where t > ago(100milliseconds)', 100],
    ['T | where t > ago(timespan(10d))', 10 * DAY],
    ['T | where t > ago(time(1.12:00:00))', 36 * HOUR],
    ["T | where t > ago(totimespan('3d'))", 3 * DAY],
  ])('understands each unit and form: %s', (kql, length) => {
    expect(lookbackOf(kql)).toBe(length);
  });

  it.each([
    ['T | where t > ago(2 * 7d) and u > ago(1d)', 14 * DAY],
    ['T | where t > ago(1d + 2h)', 26 * HOUR],
    ['let weeks = 2; let week = 7d; T | where t > ago(weeks * week)', 14 * DAY],
    ['T | where t > now() - 2 * 7d', 14 * DAY],
    ['T | where t > now() - (1d + 1d)', 2 * DAY],
    ['let long = 30d; let short = long / 10; T | where t > ago(short)', 30 * DAY],
  ])('works out what is constant: %s', (kql, length) => {
    expect(lookbackOf(kql)).toBe(length);
  });

  it.each([
    ["T | where t > datetime_add('day', -30, now())", 30 * DAY],
    ['let n = -2; T | where t > datetime_add("month", n, now())', 62 * DAY],
    ["T | where t > datetime_add('hour', -6, ago(1d))", 30 * HOUR],
    ["T | where t < datetime_add('day', 1, now()) and t > ago(3d)", 3 * DAY],
  ])('counts what is added to the clock: %s', (kql, length) => {
    expect(lookbackOf(kql)).toBe(length);
  });

  it.each([
    ['T | where t > startofday(ago(5d))', 6 * DAY],
    ['T | where t > startofweek(now(), -1) and u > ago(1d)', 15 * DAY],
    ['T | where t > bin(ago(5d), 1h)', 121 * HOUR],
  ])('counts as much more as a start may lie before its instant: %s', (kql, length) => {
    expect(lookbackOf(kql)).toBe(length);
  });

  it.each([
    ['T | where Timestamp > ago(toscalar(X))'],
    ["T | where s == 'ago(9d)' // ago(8d)"],
    ['let threshold = 3d; T | where n > threshold'],
    ["T | where t > datetime_add('day', -days, now()) and u > ago(1d)"],
    ["T | where t > datetime_add('fortnight', -1, now()) and u > ago(1d)"],
    ['// let past = 30d;\nlet past = toscalar(X); T | where t > ago(past)'],
    ['T | where t > ago(7fortnights) and u > ago(1d)'],
    ['T | where t > ago(1d * 1d)'],
    ['T | where t > ago(1d / 0)'],
  ])('is not known of %s', (kql) => {
    expect(lookbackOf(kql)).toBeUndefined();
  });

  it('never throws, and never is negative', () => {
    const piece = fc.constantFrom(
      'ago(',
      'now(',
      ')',
      '-',
      '5d',
      '3',
      ' ',
      ';',
      'let a=',
      'a',
      '*',
      '/',
      '"',
      "'",
      ',',
    );
    fc.assert(fc.property(fc.array(piece), (parts) => (lookbackOf(parts.join('')) ?? 0) >= 0));
  });
});
