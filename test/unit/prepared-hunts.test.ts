import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHuntFile } from '../../src/hunt-files/hunt-file.ts';
import { loadHunts } from '../../src/hunt-files/hunt-folder.ts';
import { huntTexts } from '../../src/hunt-files/hunt-texts.ts';
import { loadPreparedHunts, PREPARED, prepare } from '../../src/hunt-files/prepared-hunts.ts';
import type { HuntLibrary } from '../../src/services.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hunts-'));
  cpSync('hunts', folder, { recursive: true });
  writeFileSync(path.join(folder, PREPARED), prepare(huntTexts(folder, '**').texts, readHuntFile));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const contentOf = (library: HuntLibrary) => ({
  hunts: library.all(),
  problems: library.problems(),
  warnings: library.warnings(),
});
const FILE = 'litemanager-file-signature.yaml';
const change = (from: string, to: string): void => {
  const file = path.join(folder, FILE);
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
};

describe('prepared hunts', () => {
  it('are what their files say', async () => {
    const prepared = await loadPreparedHunts(folder, '**');

    expect(contentOf(prepared)).toStrictEqual(contentOf(loadHunts(folder)));
    expect(prepared.all().length).toBeGreaterThan(60);
  });

  it('are told apart from a file that has changed since', async () => {
    change('name: Remote', 'name: Changed');

    const library = await loadPreparedHunts(folder, '*');

    expect(library.find('litemanager-file-signature')?.name).toMatch(/^Changed Management/);
  });

  it('do not hide what is wrong with a file', async () => {
    change('query:', 'qery:');

    const library = await loadPreparedHunts(folder, '*');

    expect(library.problems()).toMatchObject([{ file: FILE }, { file: FILE }]);
    expect(contentOf(library)).toStrictEqual(contentOf(loadHunts(folder, '*')));
  });

  it.each(['', '{"torn', '[]', '{"litemanager-file-signature.yaml":null}'])(
    'are done without when they are %j',
    async (text) => {
      writeFileSync(path.join(folder, PREPARED), text);

      expect(contentOf(await loadPreparedHunts(folder, '*'))).toStrictEqual(contentOf(loadHunts(folder, '*')));
    },
  );
});
