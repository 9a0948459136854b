import { expect, it } from 'vitest';
import { nearest } from '../../src/nearest.ts';

it('finds what somebody meant to type', () => {
  expect(nearest('tatics', ['name', 'tactics', 'query'])).toBe('tactics');
  expect(nearest('LITEMANAGER-file-signatur', ['litemanager-file-signature', 'anydesk'])).toBe(
    'litemanager-file-signature',
  );
  expect(nearest('crop', ['corp', 'emea'])).toBe('corp');
});

it('guesses nothing from afar', () => {
  expect(nearest('zzz', ['tactics', 'query'])).toBeUndefined();
  expect(nearest('x', [])).toBeUndefined();
});
