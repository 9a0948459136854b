import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../src/errors.ts';
import { loadHunts } from '../../src/hunt-files/hunt-folder.ts';
import { parseHuntPatterns, patternProblem, selectHunts } from '../../src/hunt-files/selection.ts';

const FILES = [
  'litemanager-file-signature.yaml',
  'litemanager-network.yaml',
  'ours.YML',
  'rmm/anydesk-file-signature.yaml',
  'rmm/teamviewer-file-signature.yaml',
  'rmm/old/crossloop.yaml',
  'rmm.2/x.yaml',
];
const selected = (setting: string): readonly string[] => selectHunts(FILES, parseHuntPatterns(setting)).selected;
const problems = (setting: string): string[] =>
  selectHunts(FILES, parseHuntPatterns(setting)).problems.map(describeProblem);

describe('the setting HUNTS', () => {
  it.each([
    ['*', ['litemanager-file-signature.yaml', 'litemanager-network.yaml', 'ours.YML']],
    ['**', FILES],
    ['litemanager-*', ['litemanager-file-signature.yaml', 'litemanager-network.yaml']],
    ['rmm/*', ['rmm/anydesk-file-signature.yaml', 'rmm/teamviewer-file-signature.yaml']],
    ['rmm/**', ['rmm/anydesk-file-signature.yaml', 'rmm/teamviewer-file-signature.yaml', 'rmm/old/crossloop.yaml']],
    ['rmm', ['rmm/anydesk-file-signature.yaml', 'rmm/teamviewer-file-signature.yaml', 'rmm/old/crossloop.yaml']],
    ['rmm/old/', ['rmm/old/crossloop.yaml']],
    ['**/cross????', ['rmm/old/crossloop.yaml']],
    ['OURS, rmm/ANYDESK-file-signature.yaml', ['ours.YML', 'rmm/anydesk-file-signature.yaml']],
    ['rmm/*,!rmm/teamviewer-*', ['rmm/anydesk-file-signature.yaml']],
    ['!litemanager-network', ['litemanager-file-signature.yaml', 'ours.YML']],
  ])('%s switches on what it means', (setting, files) => {
    expect(selected(setting)).toEqual(files);
    expect(problems(setting)).toEqual([]);
  });

  it('takes a dot for a dot', () => {
    expect(selected('rmm.2/*')).toEqual(['rmm.2/x.yaml']);
    expect(selected('rmmx2/*')).toEqual([]);
  });

  it('tells each pattern that means nothing, where it stands, with the nearest one that does', () => {
    expect(problems('ours, rnm/*, anydesk-*, !litemanager-netwrok, zzzzzz')).toEqual([
      'HUNTS:1:7 "rnm/*" means no hunt file; did you mean "rmm/*"?',
      'HUNTS:1:14 "anydesk-*" means no hunt file; did you mean "rmm/anydesk-*"?',
      'HUNTS:1:25 "!litemanager-netwrok" means no hunt file; did you mean "!litemanager-network"?',
      'HUNTS:1:47 "zzzzzz" means no hunt file',
    ]);
  });

  it.each([
    ['../secrets/*', 'is no pattern over names below the hunts folder, such as "rmm/*"'],
    ['C:\\hunts', 'is no pattern over names below the hunts folder, such as "rmm/*"'],
    ['/etc', 'is no pattern over names below the hunts folder, such as "rmm/*"'],
    ['{a}', 'takes only *, ** and ? as wildcards'],
    ['rmm/*', undefined],
  ])('with %s is told before any folder is read', (setting, problem) => {
    expect(parseHuntPatterns(setting).map(patternProblem)).toEqual([problem]);
  });
});

it('what is switched off is not read: even a damaged file there is no problem', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'firstsight-packs-'));
  const hunt = (id: string): string => `id: ${id}\nname: n\nquery: T | where x > ago(1d)\n`;
  mkdirSync(path.join(folder, 'pack'));
  writeFileSync(path.join(folder, 'ours.yaml'), hunt('11111111-2222-3333-4444-555555555555'));
  writeFileSync(path.join(folder, 'pack/broken.yaml'), '{');
  try {
    const byDefault = loadHunts(folder, '*');
    const all = loadHunts(folder, '*,pack/*');

    expect(byDefault.all().map(({ slug }) => slug)).toEqual(['ours']);
    expect(byDefault.problems()).toEqual([]);
    expect(all.problems().map(({ file }) => file)).toContain('pack/broken.yaml');
    expect(loadHunts(folder, 'pak/*').problems().map(describeProblem)).toEqual([
      'HUNTS:1:1 "pak/*" means no hunt file; did you mean "pack/*"?',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
