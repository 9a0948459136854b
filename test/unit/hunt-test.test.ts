import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { huntTest } from '../../local/hunt-test/command.ts';
import { testHunt, type FileOutcome } from '../../local/hunt-test/outcome.ts';
import { outcomeText } from '../../local/hunt-test/report.ts';
import { keepingTerminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';

const HUNT = `id: 4d7b52be-4a25-4a0d-8e8c-0a7e4a9b4b11
name: n
query: |
  DeviceProcessEvents
  | where Timestamp > ago(5d)
  | where FileName =~ 'a.exe'
  | summarize Count=count() by DeviceId, DeviceName
tests:
  - name: it is found
    tables: { DeviceProcessEvents: [{ Timestamp: "-1d", DeviceId: dev-1, FileName: A.EXE }] }
    finds: [dev-1]
  - name: another is not
    tables: { DeviceProcessEvents: [{ Timestamp: "-1d", DeviceId: dev-2, FileName: b.exe }] }
    finds: []
`;
const outcomeOf = (text: string): FileOutcome => testHunt('x.yaml', text);
const told = (text: string): string => stripVTControlCharacters(outcomeText('x.yaml', outcomeOf(text)));
const withRow = (row: string): string => HUNT.replace('DeviceId: dev-1', `DeviceId: dev-1, ${row}`);

describe('the tests of a hunt', () => {
  it('pass when they find what they say', () => {
    expect(outcomeOf(HUNT)).toMatchObject({ tests: [{ passed: true }, { passed: true }], problems: [] });
    expect(told(HUNT)).toBe('✓ x.yaml  2 tests');
  });

  it('that miss a device say so, and after which step its rows were gone', () => {
    expect(told(HUNT.replace("'a.exe'", "'c.exe'"))).toBe(`✗ x.yaml  2 tests
  ✗ it is found  (x.yaml:9)
      - finds dev-1, but it was not found
      rows of dev-1 after each step:
           1  DeviceProcessEvents
           1  | where Timestamp > ago(5d)
      →    0  | where FileName =~ 'c.exe'
           0  | summarize Count=count() by DeviceId, DeviceName`);
  });

  it('that find too much say so, and how its rows came through', () => {
    expect(told(HUNT.replace("=~ 'a.exe'", "endswith '.exe'"))).toBe(`✗ x.yaml  2 tests
  ✗ another is not  (x.yaml:12)
      + found dev-2, which it must not
      rows of dev-2 after each step:
           1  DeviceProcessEvents
           1  | where Timestamp > ago(5d)
           1  | where FileName endswith '.exe'
           1  | summarize Count=count() by DeviceId, DeviceName`);
  });

  it('must be of both kinds', () => {
    const [hunt = '', first = '', second = ''] = HUNT.split(/(?=tests:| {2}- name: another)/);

    expect(outcomeOf(hunt).problems).toEqual(['x.yaml has no tests; npm run hunt:new shows how they look']);
    expect(outcomeOf(hunt + first).problems).toEqual(['x.yaml has no test that finds none']);
    expect(outcomeOf(`${hunt}tests:\n${second}`).problems).toEqual(['x.yaml has no test that finds a device']);
  });

  it.each([
    ['ProcessId: x', 'ProcessId: x is no long.'],
    ['ProcessId: 9223372036854775808', 'ProcessId: 9223372036854775808 is no long.'],
    [
      'ProcessCreationTime: "yesterday"',
      'ProcessCreationTime: yesterday is no datetime such as "-1d" or "2026-11-23T06:00:00Z".',
    ],
    ['IsProcessRemoteSession: yes', 'IsProcessRemoteSession: yes is no bool, which is true or false.'],
    ['Nonsense: 1', 'DeviceProcessEvents has no column Nonsense.'],
  ])('cannot have a row with %s', (row, message) => {
    expect(outcomeOf(withRow(row)).tests[0]).toMatchObject({ passed: false, broken: message });
  });

  it('keep every digit of a whole number', () => {
    const text = withRow('ProcessId: 9007199254740993').replace(
      "=~ 'a.exe'",
      "=~ 'a.exe' and ProcessId == 9007199254740993",
    );

    expect(outcomeOf(text).tests[0]).toMatchObject({ passed: true });
    expect(
      outcomeOf(text.replace('ProcessId: 9007199254740993', 'ProcessId: 9007199254740992')).tests[0],
    ).toMatchObject({
      passed: false,
    });
  });

  it('cannot run when the file does not load, or the query is refused: it is told where', () => {
    expect(outcomeOf(`${HUNT}tatics: x\n`)).toEqual({
      tests: [],
      problems: ['x.yaml:15:1 "tatics" is no field of a hunt; did you mean "tactics"?'],
    });
    expect(outcomeOf(HUNT.replace('FileName =~', 'FilName =~')).problems).toEqual([
      'x.yaml:6:11 there is no column "FilName" here; did you mean "FileName"?',
    ]);
    expect(outcomeOf(HUNT.replace("  | where FileName =~ 'a.exe'", '  | evaluate basket()')).problems[0]).toMatch(
      /^x\.yaml:6:\d+ .*not supported offline/,
    );
  });

  it('fail when the answer has no column for the device', () => {
    expect(outcomeOf(HUNT.replace('by DeviceId, DeviceName', 'by DeviceName')).tests[0]).toMatchObject({
      passed: false,
      broken: 'The answer has no column "DeviceId"; it has DeviceName, Count.',
    });
  });
});

describe('npm run hunt:test', () => {
  let folder: string;
  const stops: (() => void)[] = [];
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'firstsight-test-'));
    mkdirSync(path.join(folder, 'pack'));
    writeFileSync(path.join(folder, 'a.yaml'), HUNT);
    writeFileSync(path.join(folder, 'pack/b.yaml'), HUNT);
  });
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
    rmSync(folder, { recursive: true });
  });

  it('tests the files of a folder and ends with 0, or with 1 when one fails', () => {
    const terminal = keepingTerminal();
    expect(huntTest([folder], terminal)).toBe(0);
    expect(terminal.text()).toContain('2 hunts, 4 tests: 4 passed, 0 failed.');

    writeFileSync(path.join(folder, 'a.yaml'), HUNT.replace('finds: []', 'finds: [dev-2]'));
    const failing = keepingTerminal();
    expect(huntTest([folder], failing)).toBe(1);
    expect(failing.text()).toContain('2 hunts, 4 tests: 3 passed, 1 failed, 1 problem.');
  });

  it('with --watch tests a file again when it is saved, and only that one', async () => {
    const terminal = keepingTerminal();
    const file = path.join(folder, 'pack/b.yaml');
    huntTest([folder, '--watch'], terminal, (stop) => stops.push(stop));
    expect(terminal.text()).toContain(`Waiting for changes in ${folder}; Ctrl-C ends.`);

    writeFileSync(file, HUNT.replace("'a.exe'", "'c.exe'"));
    await until('the saved file to be tested', () => terminal.text().includes(`✗ ${file}`));
    expect(terminal.text()).toContain('1 hunt, 2 tests: 1 passed, 1 failed.');

    writeFileSync(file, HUNT);
    await until('the corrected file to be tested', () =>
      terminal.text().includes('1 hunt, 2 tests: 2 passed, 0 failed.'),
    );
  });

  it('with --watch on one file does not mind its neighbours', async () => {
    const terminal = keepingTerminal();
    huntTest([path.join(folder, 'a.yaml'), '-w'], terminal, (stop) => stops.push(stop));

    writeFileSync(path.join(folder, 'neighbour.yaml'), HUNT);
    writeFileSync(path.join(folder, 'a.yaml'), `${HUNT}version: 2\n`);
    await until('the saved file to be tested', () => terminal.text().split('✓').length > 2);
    expect(terminal.text()).not.toContain('neighbour');
  });

  it('explains itself, and ends with 2 when it is called wrongly', () => {
    const terminal = keepingTerminal();

    expect(huntTest(['--help'], terminal)).toBe(0);
    expect(huntTest(['nowhere'], terminal)).toBe(2);
    expect(terminal.text()).toContain('nowhere is not there');
  });
});
