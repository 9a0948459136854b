import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkHunt } from '../../local/hunt-check/check.ts';
import { huntNew } from '../../local/hunt-new/command.ts';
import { HUNTABLE, scaffold } from '../../local/hunt-new/scaffold.ts';
import { testHunt } from '../../local/hunt-test/outcome.ts';
import { keepingTerminal } from '../support/terminal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'firstsight-new-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const make = (...args: readonly string[]) => {
  const terminal = keepingTerminal();
  return { code: huntNew([...args, '--folder', path.join(folder, 'ours')], terminal), text: terminal.text() };
};

describe('npm run hunt:new', () => {
  it.each(HUNTABLE)('writes a hunt on %s that passes its check and its tests as it is', (table) => {
    const text = scaffold({ id: '4d7b52be-4a25-4a0d-8e8c-0a7e4a9b4b11', name: 'n', table, schema: 's' });

    expect(checkHunt('x.yaml', text)).toEqual([]);
    expect(testHunt('x.yaml', text)).toMatchObject({ tests: [{ passed: true }, { passed: true }], problems: [] });
  });

  it('names the file after the hunt, gives it an id of its own, and says what to do next', () => {
    const first = make('AnyDesk: "connections"', '--table', 'DeviceNetworkEvents');
    const second = make('Another', 'one');
    const [a = '', b = ''] = readdirSync(path.join(folder, 'ours')).map((name) =>
      readFileSync(path.join(folder, 'ours', name), 'utf8'),
    );

    expect(first.code + second.code).toBe(0);
    expect(readdirSync(path.join(folder, 'ours'))).toEqual(['another-one.yaml', 'anydesk-connections.yaml']);
    expect(b).toContain('name: "AnyDesk: \\"connections\\""');
    expect(b).toContain('DeviceNetworkEvents');
    expect(b).toMatch(/^# yaml-language-server: \$schema=.*hunts\/hunt\.schema\.json$/m);
    expect(/^id: (.*)$/m.exec(a)?.[1]).not.toBe(/^id: (.*)$/m.exec(b)?.[1]);
    expect(first.text).toContain('npm run hunt:test -- ');
    expect(checkHunt('x.yaml', b)).toEqual([]);
  });

  it.each([
    [[], 'Name the hunt, for example "AnyDesk connections".'],
    [['!?'], 'Name the hunt, for example "AnyDesk connections".'],
    [
      ['x', '--table', 'DeviceProcesEvents'],
      '"DeviceProcesEvents" is no table with devices; did you mean "DeviceProcessEvents"?',
    ],
    [['x', '--table', 'SigninLogs'], '"SigninLogs" is no table with devices; there are '],
  ])('given %j explains itself and writes nothing', (args, message) => {
    const { code, text } = make(...args);

    expect(code).toBe(2);
    expect(text).toContain(message);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('overwrites nothing', () => {
    make('twice');

    expect(make('Twice')).toMatchObject({ code: 2, text: expect.stringContaining('is there already') as string });
  });

  it('explains itself', () => {
    expect(make('--help')).toMatchObject({ code: 0, text: expect.stringContaining('Exit codes') as string });
  });
});
