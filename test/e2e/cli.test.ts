import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(path.join(tmpdir(), 'firstsight-cli-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const HUNT = 'hunts/litemanager-file-signature.yaml';

async function hunt(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['local/hunt.ts', ...args], {
    env: { ...process.env, LOCAL_FOLDER: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

describe('npm run hunt', () => {
  it('shows what a run would find without leaving anything behind', async () => {
    for (let time = 0; time < 2; time += 1) {
      const { code, stdout, stderr } = await hunt([HUNT, '--dry-run']);

      expect(code).toBe(0);
      expect(stdout).toContain('wks-0037.contoso.com  baseline');
      expect(stdout).toContain('Baseline: 3 device(s).');
      expect(stdout).toContain('dry run');
      expect(stderr).toContain('Asking contoso');
    }
  });

  it('founds the baseline, then finds nothing new, and ends with 10 when there is a new device', async () => {
    const founding = await hunt([HUNT]);
    const unchanged = await hunt([HUNT, '--json']);
    const news = await hunt([HUNT], { DEMO_NEWCOMER_AFTER: '0s' });

    expect(founding).toMatchObject({ code: 0 });
    expect(founding.stderr).toContain('No Teams conversation is installed: what is new waits to be told.');
    expect(unchanged.code).toBe(0);
    expect(JSON.parse(unchanged.stdout)).toMatchObject({ outcome: 'nothing-new', totals: { known: 3 } });
    expect(news.code).toBe(10);
    expect(news.stdout).toMatch(/lap-\d{4}\.contoso\.com +newly-seen/);
  });

  it('founds a baseline from the past without telling, once', async () => {
    const own = { LOCAL_FOLDER: mkdtempSync(path.join(folder, 'backfill-')) };
    const founded = await hunt([HUNT, '--backfill', '30d'], own);
    const again = await hunt([HUNT, '--backfill', '30d'], own);
    const wrong = await hunt([HUNT, '--backfill', 'a month'], own);

    expect(founded).toMatchObject({ code: 0 });
    expect(founded.stderr).toContain('6 of 6 windows');
    expect(founded.stdout).toContain('Baseline: 4 device(s).');
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('has a baseline in contoso since');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('for example 30d');
  });

  it('can look at a past day', async () => {
    const { code, stdout } = await hunt([
      HUNT,
      '--dry-run',
      '--json',
      '--as-of',
      new Date(Date.now() - 4 * 86_400_000).toISOString(),
    ]);

    // LiteManager was taken off this device six days ago.
    expect(JSON.parse(stdout)).toMatchObject({ totals: { devices: 1 }, findings: [{ name: 'wks-0311.contoso.com' }] });
    expect(code).toBe(10);
  });

  it.each([
    ['nothing', [], 'Name a hunt file.'],
    ['two files', [HUNT, HUNT], 'Name one hunt file.'],
    ['a file that is not there', ['nope.yaml'], 'nope.yaml cannot be read'],
    ['an unknown option', [HUNT, '--dryrun'], '--dryrun'],
    ['a malformed time', [HUNT, '--as-of', 'yesterday'], '--as-of takes an instant'],
    ['a future time', [HUNT, '--as-of', '2999-01-01T00:00Z'], 'lies in the future'],
    ['an unknown workspace', [HUNT, '--workspace', 'contos'], 'Did you mean "contoso"?'],
  ])('given %s explains the usage and ends with 2', async (_what, args, message) => {
    const { code, stderr, stdout } = await hunt(args);

    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('ends with 1 and says where when the hunt does not load, or cannot be run offline', async () => {
    const broken = await hunt(['test/fixtures/hunts/seed-indentation-lost.yaml']);
    const file = path.join(folder, 'reduce.yaml');
    writeFileSync(
      file,
      'id: 33333333-2222-3333-4444-555555555555\nname: n\nlookback: 1d\nquery: |\n  DeviceInfo\n  | reduce by DeviceName\n',
    );
    const unknown = await hunt([file, '--dry-run']);

    expect(broken).toMatchObject({ code: 1 });
    expect(broken.stderr).toContain('seed-indentation-lost.yaml:4:1 the indentation was lost');
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.stderr).toContain('line 2, column 3: the operator reduce is not supported offline');
  });

  it('explains itself', async () => {
    expect(await hunt(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Exit codes') as string });
  });
});
