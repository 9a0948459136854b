import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inert } from '../../src/teams/inert.ts';

describe('inert text', () => {
  it.each(['{{DATE(x)}}', '{{{DATE(x)}}}', '{{{{DATE(x)}}}}', '{\u200b{DATE(x)}\u200b}', '｛｛DATE(x)｝｝'])(
    'never holds two braces in a row, not from %j either',
    (text) => {
      expect(inert(text)).not.toMatch(/\{\{|\}\}/);
    },
  );

  it.each(['\u3164', '\u115f', '\u2800', '\u034f', '\ufe0f', '\u180b', '\u202e', '\u200b', '\u{e0041}'])(
    'shows nothing of %j, which cannot be seen',
    (character) => {
      expect(inert(`a${character}b`)).toBe('a b');
      expect(inert(character)).toBe('');
    },
  );

  it('is as short as asked for, well-formed and without macros, whatever went in', () => {
    // By default fast-check's strings are some five characters long, whatever their greatest length.
    const long = { maxLength: 200, size: 'max' } as const;
    const text = fc.oneof(
      fc.string({ unit: 'binary', ...long }),
      fc.string({ unit: fc.constantFrom('{', '}', '😀', '\u200b', '\ud83d', 'a', ' '), ...long }),
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 80 }), (any, length) => {
        const safe = inert(any, length);

        expect([...safe].length).toBeLessThanOrEqual(length);
        expect(safe.isWellFormed()).toBe(true);
        expect(safe).not.toMatch(/\{\{|\}\}/);
      }),
    );
  });
});
