import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { huntCheck } from '../../local/hunt-check/command.ts';
import { codeFrame } from '../../local/hunt-check/code-frame.ts';
import { keepingTerminal } from '../support/terminal.ts';

const PASTED = `id: 4d7b52be-4a25-4a0d-8e8c-0a7e4a9b4b11
name: AnyDesk connections
requiredDataConnectors:
  - connectorId: MicrosoftThreatProtection
  dataTypes:
    - DeviceNetworkEvents
tactics: CommandAndControl
query: |
  DeviceNetworkEvents
  | where Timestamp > ago(5d)
  | where RemoteUrl has 'anydesk.com'
  | summarize Count=count() by DeviceId, DeviceName, AccountUpn
`;
const GOOD = PASTED.replace(', AccountUpn', '')
  .replace('  dataTypes', '    dataTypes')
  .replace('    - Dev', '      - Dev');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'firstsight-check-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const put = (name: string, text: string): string => {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
};
const check = (...args: readonly string[]) => {
  const terminal = keepingTerminal();
  return { code: huntCheck(args, terminal), text: terminal.text().replaceAll(folder, 'F') };
};

describe('npm run hunt:check', () => {
  it('shows what is wrong with a pasted hunt where it is, and ends with 1', () => {
    expect(check(put('anydesk.yaml', PASTED))).toEqual({
      code: 1,
      text: `F/anydesk.yaml:5:3  warning  "dataTypes" stood at the column of the dash before it; it was read as indented by two
    4 |   - connectorId: MicrosoftThreatProtection
  > 5 |   dataTypes:
      |   ^^^^^^^^^
F/anydesk.yaml:12:54  error  there is no column "AccountUpn" here; did you mean "InitiatingProcessAccountUpn"?
    11 |   | where RemoteUrl has 'anydesk.com'
  > 12 |   | summarize Count=count() by DeviceId, DeviceName, AccountUpn
       |                                                      ^^^^^^^^^^

1 hunt: 1 error, 1 warning.`,
    });
  });

  it('says in one line that there is nothing to say', () => {
    put('a.yaml', GOOD);
    put('pack/b.yml', GOOD);
    put('_draft.yaml', '{');

    expect(check(folder)).toEqual({ code: 0, text: '2 hunts: no errors, no warnings.' });
  });

  it('frames the first remarks only, errors before warnings, so that a screen holds them', () => {
    const bad = GOOD.replace('RemoteUrl', 'A').replace('count()', 'max(B, C, D, E, F, G)');
    const { text } = check(put('x.yaml', bad));

    expect(text.match(/error/g)?.length).toBeGreaterThan(6);
    expect(text.match(/^ *> /gm)).toHaveLength(6);
  });

  it('checks against advanced hunting when asked to', () => {
    const file = put('x.yaml', GOOD.replace('RemoteUrl', 'LogonID == 1 and RemoteUrl'));

    expect(check(file).text).toContain('"LogonID" is a column in advanced hunting only, not in Log Analytics');
    expect(check(file, '--dialect', 'advanced-hunting').code).toBe(0);
  });

  it.each([
    [['nowhere.yaml'], 'nowhere.yaml is not there; name a file such as hunts/litemanager-file-signature.yaml.'],
    [['--dialekt', 'x'], "Unknown option '--dialekt'"],
    [['--dialect', 'log-analytic'], 'There is no dialect "log-analytic"; did you mean "log-analytics"?'],
  ])('given %j explains itself and ends with 2', (args, message) => {
    const { code, text } = check(...args);

    expect(code).toBe(2);
    expect(text).toContain(message);
    expect(text).toContain('npm run hunt:check -- --help explains the usage.');
  });

  it('given an empty folder says so', () => {
    expect(check(folder)).toMatchObject({
      code: 2,
      text: expect.stringContaining('There is no hunt file in F.') as string,
    });
  });

  it('explains itself', () => {
    expect(check('--help')).toMatchObject({ code: 0, text: expect.stringContaining('Exit codes') as string });
  });
});

describe('a frame of code', () => {
  it('shows the line before, and marks a word where no length is known', () => {
    expect(codeFrame(['a', 'bc def'], 2, 4, 0)).toBe('  1 | a\n> 2 | bc def\n    |    ^^^');
  });

  it('keeps tabs, so that the mark stands below', () => {
    expect(codeFrame(['\t\tx'], 1, 3, 1)).toBe('> 1 | \t\tx\n    | \t\t^');
  });

  it('cuts long lines around the place', () => {
    const line = `${'a'.repeat(300)} here ${'b'.repeat(300)}`;
    const [shown = '', mark = ''] = codeFrame(['', line], 2, 302, 4).split('\n');

    expect(shown.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('here');
    expect(shown.length).toBeLessThan(120);
    expect(
      codeFrame(['x'.repeat(200)], 1, 1, 500)
        .split('\n')
        .every(({ length }) => length < 120),
    ).toBe(true);
  });

  it('marks one sign at least, even behind the end', () => {
    expect(codeFrame(['ab'], 1, 3, 0)).toBe('> 1 | ab\n    |   ^');
    expect(codeFrame([], 1, 1, 0)).toBe('> 1 | \n    | ^');
  });
});
