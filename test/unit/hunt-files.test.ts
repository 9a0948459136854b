import fc from 'fast-check';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeProblem } from '../../src/errors.ts';
import { readHuntFile } from '../../src/hunt-files/hunt-file.ts';
import { loadHunts } from '../../src/hunt-files/hunt-folder.ts';
import { DAY } from '../../src/time.ts';

const LITEMANAGER = readFileSync('hunts/litemanager-file-signature.yaml', 'utf8');
const MINIMAL = `id: 11111111-2222-3333-4444-555555555555
name: A hunt
query: |
  DeviceInfo
  | where Timestamp > ago(3d)
`;

const problems = (text: string): string[] => readHuntFile('x.yaml', text).problems.map(describeProblem);
const warnings = (text: string): string[] => readHuntFile('x.yaml', text).warnings.map(describeProblem);
const huntOf = (text: string) => {
  const { hunt } = readHuntFile('packs/My-Hunt.yaml', text);
  if (!hunt) throw new Error(problems(text).join('\n'));
  return hunt;
};

describe('a hunt file', () => {
  it('needs an id, a name and a query, and defaults the rest', () => {
    expect(huntOf(MINIMAL)).toMatchObject({
      slug: 'my-hunt',
      tactics: [],
      techniques: [],
      description: '',
      lookback: 3 * DAY,
      forgetAfter: 30 * DAY,
      firstRun: 'report',
      requiredColumns: ['id'],
      device: { id: 'DeviceId', name: 'DeviceName' },
    });
  });

  it('takes tactics and techniques as a text, as a list, or not at all', () => {
    expect(huntOf(`${MINIMAL}tactics: CommandAndControl\nrelevantTechniques: t1219\n`)).toMatchObject({
      tactics: ['CommandAndControl'],
      techniques: ['T1219'],
    });
    expect(
      huntOf(`${MINIMAL}tactics: [Command and Control, Persistence]\nrelevantTechniques:\n- T1219\n- T1574.002\n`),
    ).toMatchObject({
      tactics: ['CommandAndControl', 'Persistence'],
      techniques: ['T1219', 'T1574.002'],
    });
    expect(huntOf(`${MINIMAL}tactics:\nrelevantTechniques: []\n`)).toMatchObject({ tactics: [], techniques: [] });
  });

  it('may come from Windows, with a byte order mark and tabs inside the query', () => {
    const { query } = huntOf(
      `\ufeff${MINIMAL.replace('  DeviceInfo', '  DeviceInfo\t// all')}`.replaceAll('\n', '\r\n'),
    );

    expect(query).toBe('DeviceInfo\t// all\n| where Timestamp > ago(3d)\n');
  });

  it('may have the fields of Sentinel that say nothing here', () => {
    const pasted = `${MINIMAL}version: 1.0\nseverity: Medium\nkind: Scheduled\nmetadata: {source: {kind: Community}}\ntags: [a]\nentityMappings: []\ndescription-detailed: x\n`;

    expect(problems(pasted)).toEqual([]);
    expect(warnings(pasted)).toEqual([]);
    expect(huntOf(pasted).version).toBe('1.0');
  });

  it('is repaired where dataTypes stands at the column of its dash, with a warning', () => {
    const broken = `${MINIMAL}requiredDataConnectors:\n  - connectorId: MicrosoftThreatProtection\n  dataTypes:\n    - DeviceInfo\n`;

    expect(problems(broken)).toEqual([]);
    expect(warnings(broken)).toEqual([
      'x.yaml:8:3 "dataTypes" stood at the column of the dash before it; it was read as indented by two',
    ]);
  });

  it('whose indentation was lost is told so, wherever it was', () => {
    const seed = readFileSync('test/fixtures/hunts/seed-indentation-lost.yaml', 'utf8');

    expect(problems(seed)).toEqual([
      'x.yaml:4:1 the indentation was lost when this file was copied: every line of "description" must be indented by two spaces',
      'x.yaml:13:1 the indentation was lost when this file was copied: every line of "query" must be indented by two spaces',
    ]);
  });

  it.each([
    [
      'a misspelt field',
      LITEMANAGER.replace('tactics:', 'tatics:'),
      ['x.yaml:13:1 "tatics" is no field of a hunt; did you mean "tactics"?'],
    ],
    [
      'no query',
      'id: 11111111-2222-3333-4444-555555555555\nname: moved\n',
      ['x.yaml:1:1 has no query: a stub, or a hunt that has moved elsewhere'],
    ],
    [
      'no id and no name',
      'query: T | where x > ago(1d)\n',
      ['x.yaml:1:1 needs a "name"', 'x.yaml:1:1 needs an "id", by which its baseline is kept; a new GUID will do'],
    ],
    ['a placeholder', 'id: %%GUID%%\n', ['x.yaml:1:5 has the template placeholder %%GUID%%; put a value in its place']],
    ['a field twice', `${MINIMAL}name: again\n`, ['x.yaml:6:1 names this field a second time']],
    ['a tab for indentation', 'id: a\n\tname: b\n', ['x.yaml:2:1 is indented with a tab; YAML takes spaces only']],
    ['two documents', `${MINIMAL}---\nid: b\n`, ['x.yaml:6:1 holds a second document; a hunt is one file']],
    ['nothing', '', ['x.yaml:1:1 is empty']],
    ['a list', '- a\n', ['x.yaml:1:1 is no map of fields such as "name: …"']],
    ['bytes', 'a\0b', ['x.yaml:1:1 is no text file']],
    [
      'a schedule of five fields',
      `${MINIMAL}schedule: 0 6 * * *\n`,
      [
        'x.yaml:6:11 "schedule" needs six fields (second minute hour day month weekday), for example "0 0 6 * * *"; it has 5',
      ],
    ],
    [
      'a length of an hour to forget',
      `${MINIMAL}forgetAfter: 1h\n`,
      ['x.yaml:6:14 "forgetAfter" must be at least a day, since absence is counted in days'],
    ],
    [
      'a wrong word',
      `${MINIMAL}firstRun: lern\n`,
      ['x.yaml:6:11 "firstRun" is either "report" or "learn"; did you mean "learn"?'],
    ],
    [
      'a wrong part of device',
      `${MINIMAL}device: { nam: X }\n`,
      [
        'x.yaml:6:11 "nam" is no part of "device"; known: id, name, firstSeen, lastSeen, count, reports; did you mean "name"?',
      ],
    ],
    [
      'a number for a name',
      'id: 11111111-2222-3333-4444-555555555555\nname: {}\nquery: T | where x > ago(1d)\n',
      ['x.yaml:2:7 "name" must be a text', 'x.yaml:2:7 needs a "name"'],
    ],
  ])('with %s says where and what', (_what, text, expected) => {
    expect(problems(text).sort()).toEqual([...expected].sort());
  });

  it('tells all its problems at once', () => {
    expect(problems(`${MINIMAL}tatics: x\nforgetAfter: soon\nfirstRun: x\nschedule: daily\n`)).toHaveLength(4);
  });

  it('warns of what works but is not as it should be', () => {
    expect(
      warnings(`id: not-a-guid\nname: n\nquery: T\ntactics: [Ransomware]\nrelevantTechniques: [X1]\nfooBarBaz: 1\n`),
    ).toEqual([
      'x.yaml:6:1 "fooBarBaz" is no field of a hunt and is ignored',
      'x.yaml:1:5 has an "id" that is no GUID; it works, but Sentinel refuses it',
      'x.yaml:4:10 names the tactic "Ransomware", which ATT&CK does not have',
      'x.yaml:5:21 names the technique "X1"; one looks like T1219 or T1574.002',
      'x.yaml:3:8 does not say how far it looks back in ago(…) or now(-…); five days are asked for, set "lookback" to change it',
    ]);
  });

  it('refuses the id of the canary, whose ledger and lease it would share', () => {
    expect(problems(`id: Firstsight-Canary\nname: n\nquery: T | where Timestamp > ago(1d)\n`)).toEqual([
      'x.yaml:1:5 has the "id" of the canary, which is no file; a new GUID will do',
    ]);
  });

  it('never breaks the loader, however it is damaged', () => {
    fc.assert(
      fc.property(fc.nat(LITEMANAGER.length), fc.nat(40), fc.string({ unit: 'binary' }), (at, length, rubbish) => {
        const damaged = LITEMANAGER.slice(0, at) + rubbish + LITEMANAGER.slice(at + length);
        const { hunt, problems: found } = readHuntFile('x.yaml', damaged);
        expect(hunt !== undefined || found.length > 0).toBe(true);
        for (const { line, column } of found) expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the hunts folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'hunts-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };

  it('loads what loads, and tells the problems of all other files', () => {
    write('good.yaml', MINIMAL);
    write('rmm/bad.yaml', 'name: only\n');
    write('worse.yml', '');
    write('_template.yaml', 'id: %%GUID%%');
    write('README.md', '#');

    const library = loadHunts(folder);

    expect(library.all().map(({ slug }) => slug)).toEqual(['good']);
    expect([...new Set(library.problems().map(({ file }) => file))]).toEqual(['rmm/bad.yaml', 'worse.yml']);
  });

  it('finds a hunt by its file name or its id, whatever the case', () => {
    write('Good.yaml', MINIMAL.replace('11111111', 'AAAAAAAA'));
    const library = loadHunts(folder);

    expect(library.find('GOOD')?.name).toBe('A hunt');
    expect(library.find('aaaaaaaa-2222-3333-4444-555555555555')?.name).toBe('A hunt');
    expect(library.find('../good')).toBeUndefined();
  });

  it('names both files of two hunts that are one', () => {
    write('a.yaml', MINIMAL);
    write('b.yaml', MINIMAL);
    write('sub/a.yaml', MINIMAL.replace('11111111', '22222222'));

    expect(loadHunts(folder).problems().map(describeProblem)).toEqual([
      'b.yaml:1:1 has the id 11111111-2222-3333-4444-555555555555, and so has a.yaml',
      'sub/a.yaml:1:1 has the file name a, and so has a.yaml',
    ]);
  });

  it('that cannot be read is a problem, not an absence of hunts', () => {
    expect(loadHunts(path.join(folder, 'nowhere')).problems()).toMatchObject([
      { message: 'cannot be read as a folder of hunts (ENOENT)' },
    ]);
  });
});
