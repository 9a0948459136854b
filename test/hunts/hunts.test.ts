import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkHunt } from '../../local/hunt-check/check.ts';
import { remarksText } from '../../local/hunt-check/report.ts';
import { testHunt } from '../../local/hunt-test/outcome.ts';
import { outcomeText } from '../../local/hunt-test/report.ts';
import { describeProblem } from '../../src/errors.ts';
import { loadHuntFiles, loadHunts } from '../../src/hunt-files/hunt-folder.ts';

const { files } = loadHuntFiles('hunts');

it('all hunts of the folder load together, without a warning', () => {
  const library = loadHunts('hunts');

  expect([...library.problems(), ...library.warnings()].map(describeProblem)).toEqual([]);
  expect(library.all().length).toBe(files.length);
});

describe.each(files.map(({ file }) => ({ file, text: readFileSync(`hunts/${file}`, 'utf8') })))(
  '$file',
  ({ file, text }) => {
    it('has nothing that a colleague would remark on', () => {
      expect(remarksText(file, text, checkHunt(file, text))).toBe('');
    });

    it('passes its own tests, of which one finds a device and one finds none', () => {
      const outcome = testHunt(file, text);

      expect(outcome.problems).toEqual([]);
      expect(outcome.tests.filter(({ passed }) => !passed)).toEqual([]);
      expect(outcomeText(file, outcome)).toContain('✓');
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
