import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pinClock } from '../../src/kql/pin-clock.ts';

const asOf = new Date('2026-11-23T06:00:00Z');
const CLOCK = 'datetime(2026-11-23T06:00:00.000Z)';
const pin = (kql: string): string => pinClock(kql, asOf);

describe('pinning the clock', () => {
  it.each([
    ['now()', CLOCK],
    ['now( \n )', CLOCK],
    ['now(-5d)', `(${CLOCK} + (-5d))`],
    ['ago(1d + 2h)', `(${CLOCK} - (1d + 2h))`],
    ['ago (5d)', `(${CLOCK} - (5d))`],
    ['now // why\n()', CLOCK],
    ['between (ago(2d)..now())', `between ((${CLOCK} - (2d))..${CLOCK})`],
    ['ago(iff(now() > T, 1d, 2d))', `(${CLOCK} - (iff(${CLOCK} > T, 1d, 2d)))`],
    ["ago(toscalar(print ')'))", `(${CLOCK} - (toscalar(print ')')))`],
  ])('replaces %j', (kql, pinned) => {
    expect(pin(kql)).toBe(pinned);
  });

  it.each([
    ...[
      '"now()"',
      "'ago(5d)'",
      '@"now()""now()"',
      "@'now()''now()'",
      'h"now()"',
      "h@'now()'",
      '```\nnow()\n```',
      '~~~\nago(1d)\n~~~',
    ],
    ...[
      '// now()\nT',
      '"a\\"now()"',
      "['now']",
      'my_now()',
      'now_()',
      'agog(1d)',
      'T | extend now = 1 | project now',
      'x.now()',
      'now(',
      'ingestion_time()',
      'startofday(x)',
    ],
  ])('leaves %j alone', (kql) => {
    expect(pin(kql)).toBe(kql);
  });

  it('keeps every line where it is, so that an error is told at its place', () => {
    const kql = 'let a = now(-5d);\nT\n| where x > a // now()\n| where y < ago(1d)\n';

    expect(pin(kql).split('\n')).toHaveLength(kql.split('\n').length);
  });

  it('changes nothing in any text without a call of the clock', () => {
    const pieces = fc.constantFrom(
      'now',
      'ago',
      ' ',
      '(',
      ')',
      '"',
      "'",
      '//',
      '\n',
      '@',
      '```',
      '~~~',
      'T',
      '5d',
      '|',
      '\\',
      'h',
      '.',
      '_',
    );
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        const kql = parts.join('');
        fc.pre(!/(now|ago)\s*\(/.test(kql.replace(/\/\/[^\n]*\n/g, '')));
        expect(pin(kql)).toBe(kql);
      }),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string(), (kql) => typeof pin(kql) === 'string'));
  });
});
