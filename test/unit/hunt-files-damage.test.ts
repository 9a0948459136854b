import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeProblem } from '../../src/errors.ts';
import { readHuntFile } from '../../src/hunt-files/hunt-file.ts';
import { loadHunts } from '../../src/hunt-files/hunt-folder.ts';
import { DAY } from '../../src/time.ts';

const GOOD = `id: 11111111-2222-3333-4444-555555555555
name: A hunt
query: |
  DeviceInfo
  | where Timestamp > ago(3d)
`;
const problems = (text: string): string[] => readHuntFile('x.yaml', text).problems.map(describeProblem);
const huntOf = (text: string, file = 'x.yaml') => readHuntFile(file, text).hunt;

describe('a hunt file', () => {
  const nine = (text: string): string => `[${Array(9).fill(text).join(', ')}]`;
  const multiplied = `metadata: [&a ${nine('x')}, &b ${nine('*a')}, &c ${nine('*b')}, &d ${nine('*c')}]\n`;

  it.each([
    [
      'an alias of nothing',
      `${GOOD}tests: *nothing\n`,
      'x.yaml:6:8 "tests" has an alias ("*…") that cannot be followed',
    ],
    [
      'aliases that multiply',
      `${GOOD}${multiplied}tests: *d\n`,
      'x.yaml:7:8 "tests" has an alias ("*…") that cannot be followed',
    ],
    [
      'a lookback before all time',
      `${GOOD}lookback: 999999999999d\n`,
      'x.yaml:6:11 "lookback" must be at most twelve years',
    ],
    [
      'a query that looks back before all time',
      GOOD.replace('3d', '999999999999d'),
      'x.yaml:3:8 looks back more than twelve years',
    ],
    [
      'a time that only the portal of Sentinel fills in',
      GOOD.replace('ago(3d)', "todatetime('{{StartTimeISO}}')"),
      'x.yaml:3:8 has the template placeholder {{StartTimeISO}}; put a value in its place',
    ],
    [
      'a placeholder in quotes',
      GOOD.replace(/^id:.*/, 'id: "%%GUID%%"'),
      'x.yaml:1:5 has the template placeholder %%GUID%%; put a value in its place',
    ],
    [
      'a query of which a later line lost its indentation',
      GOOD.replace('  | where', '| where'),
      'x.yaml:5:1 the indentation was lost when this file was copied: every line of "query" must be indented by two spaces',
    ],
    [
      'a query indented with tabs',
      GOOD.replace(/^ {2}/gm, '\t'),
      'x.yaml:4:1 is indented with a tab; YAML takes spaces only',
    ],
    ['a colon in a value', GOOD.replace('A hunt', 'A: hunt'), 'x.yaml:2:7 has a second colon; put the value in quotes'],
    [
      'a value that starts with a sign of YAML',
      GOOD.replace('A hunt', '@ hunt'),
      'x.yaml:2:7 starts with @, which means something to YAML; put the value in quotes',
    ],
    [
      'a comment in a query whose lines are joined',
      GOOD.replace('query: |', 'query: >').replace('DeviceInfo', 'DeviceInfo // all of them'),
      'x.yaml:4:14 makes a comment of all that follows: this form of "query" joins its lines; write "query: |"',
    ],
    ['a column without a name', `${GOOD}device: { id: "" }\n`, 'x.yaml:6:15 "device.id" must be a text'],
    [
      'a device that is no text in a test',
      `${GOOD}tests:\n  - name: n\n    tables: {}\n    finds: [5]\n`,
      'x.yaml:9:13 "tests.0.finds.0": Invalid input: expected string, received number',
    ],
  ])('with %s says so once, where it is', (_what, text, expected) => {
    expect(problems(text)).toEqual([expected]);
  });

  it('may share rows between its tests by an alias', () => {
    const tests = `tests:\n  - { name: a, tables: &rows { T: [{ x: 1 }] }, finds: [] }\n  - { name: b, tables: *rows, finds: [] }\n`;

    expect(readHuntFile('x.yaml', GOOD + tests).tests.map(({ tables }) => tables)).toEqual([
      { T: [{ x: 1 }] },
      { T: [{ x: 1 }] },
    ]);
  });

  it('may have empty items in its lists', () => {
    expect(huntOf(`${GOOD}tactics:\n  -\n  - Persistence\nrelevantTechniques: [null]\n`)).toMatchObject({
      tactics: ['Persistence'],
      techniques: [],
    });
  });

  it('may have a comment at the left edge, and a field in quotes after its query', () => {
    expect(huntOf(`${GOOD}# Sentinel's own\n"severity": Medium\n`)).toBeDefined();
  });

  it('is asked as far back as its constants say', () => {
    expect(huntOf(GOOD.replace('DeviceInfo', 'let past = 14d;\n  DeviceInfo'))?.lookback).toBe(14 * DAY);
  });

  it('is named by its file name without signs that would need quoting in an address', () => {
    expect(huntOf(GOOD, 'rmm/Possible webshell (drop)".YAML')?.slug).toBe('possible-webshell-drop');
    expect(readHuntFile('сеть.yaml', GOOD).problems).toMatchObject([
      { message: 'needs a letter or digit of a to z and 0 to 9 in its file name' },
    ]);
  });
});

describe('the hunts folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'hunts-'));
    writeFileSync(path.join(folder, 'good.yaml'), GOOD);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  const told = (): string[] => loadHunts(folder).problems().map(describeProblem);
  const slugs = (): string[] =>
    loadHunts(folder)
      .all()
      .map(({ slug }) => slug);

  it('loads its hunts although one file is too large, one leads nowhere and one is no text', () => {
    writeFileSync(at('huge.yaml'), '#'.repeat(1_000_001));
    symlinkSync(at('nowhere'), at('link.yaml'));
    writeFileSync(at('wide.yaml'), Buffer.from(`\ufeff${GOOD}`, 'utf16le'));

    expect(told()).toEqual([
      'huge.yaml:1:1 has 1000001 bytes; a hunt has fewer than 1000000',
      'link.yaml:1:1 cannot be read (ENOENT)',
      'wide.yaml:1:1 is not UTF-8 text; save it with that encoding',
    ]);
    expect(slugs()).toEqual(['good']);
  });

  it('reads a folder once that links lead back to', () => {
    mkdirSync(at('rmm'));
    symlinkSync('..', at('rmm', 'up'));

    expect(told()).toEqual([]);
    expect(slugs()).toEqual(['good']);
  });

  it('leaves out names that start with a dot: what file systems and mounted volumes keep for themselves', () => {
    mkdirSync(at('..data'));
    writeFileSync(at('..data', 'good.yaml'), GOOD);
    writeFileSync(at('._good.yaml'), 'a\0b');

    expect(told()).toEqual([]);
    expect(slugs()).toEqual(['good']);
  });

  it('reads files only: a device or a pipe may never end', () => {
    symlinkSync('/dev/null', at('device.yaml'));

    expect(told()).toEqual(['device.yaml:1:1 is no file']);
  });
});
