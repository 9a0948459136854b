import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOpaqueJson, writeJson } from '../../src/azure/json-property.ts';

describe('JSON over several properties', () => {
  it('comes back as it was, in parts that are whole characters and fit a property', () => {
    const aboutOnePart = fc.integer({ min: 29_980, max: 30_010 });
    fc.assert(
      fc.property(aboutOnePart, fc.string({ unit: 'grapheme', maxLength: 40 }), (length, text) => {
        const value = { name: 'a'.repeat(length) + text };
        const properties = writeJson('x', value);

        expect(readOpaqueJson({ partitionKey: 'p', rowKey: 'r', ...properties }, 'x')).toEqual(value);
        const parts = Object.values(properties).filter((part) => typeof part === 'string');
        expect(parts.filter((part) => !part.isWellFormed() || part.length > 32_768)).toEqual([]);
      }),
    );
  });
});
