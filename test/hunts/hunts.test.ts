import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runHuntTest } from '../../local/hunt-tests.ts';
import { compileQuery } from '../../local/kql/query.ts';
import { DEVICE_TABLES } from '../../local/schemas/device-tables.ts';
import { describeProblem } from '../../src/errors.ts';
import { loadHuntFiles } from '../../src/hunt-files/hunt-folder.ts';
import { pinClock } from '../../src/kql/pin-clock.ts';

const asOf = new Date('2026-11-23T06:00:00Z');
const { files, problems } = loadHuntFiles('hunts');

it('the hunts folder has hunts, and all of them load without a warning', () => {
  expect(problems).toEqual([]);
  expect(files.flatMap((file) => [...file.problems, ...file.warnings]).map(describeProblem)).toEqual([]);
  expect(files.length).toBeGreaterThan(0);
});

describe.each(files.flatMap(({ hunt, tests, file }) => (hunt ? [{ file, hunt, tests }] : [])))(
  '$file',
  ({ hunt, tests }) => {
    it('answers the columns that its device mapping names', () => {
      const { columns } = compileQuery(pinClock(hunt.query, asOf), DEVICE_TABLES);

      expect(columns.map(({ name }) => name)).toEqual(
        expect.arrayContaining(hunt.requiredColumns.map((field) => hunt.device[field])),
      );
    });

    it('has tests that find a device and tests that find none', () => {
      expect(tests.some(({ finds }) => finds.length > 0)).toBe(true);
      expect(tests.some(({ finds }) => finds.length === 0)).toBe(true);
    });

    it.each(tests)('$name', (test) => {
      expect(runHuntTest(hunt, test, DEVICE_TABLES, asOf)).toEqual([...test.finds].sort());
    });
  },
);

it('the LiteManager hunt is what it was where it came from, but for its layout', () => {
  const hunt = files.find(({ file }) => file === 'litemanager-file-signature.yaml')?.hunt;
  const seed = readFileSync('test/fixtures/hunts/seed-indentation-lost.yaml', 'utf8');
  const words = (text: string): string => text.replace(/\s+/g, ' ').trim();

  expect(words(hunt?.query ?? '')).toBe(words(seed.slice(seed.indexOf('let Time_start'))));
  expect(hunt).toMatchObject({
    id: 'aa26efd1-303c-412d-8dad-a082b546871d',
    name: 'Remote Management and Monitoring tool - LiteManager - File Signature',
    tactics: ['CommandAndControl'],
    techniques: ['T1219'],
  });
});
