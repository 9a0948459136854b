import { unzipSync } from 'fflate';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillManifest, iconProblems, manifestProblems, type Manifest } from '../../scripts/teams-manifest.ts';

const APP = '11111111-2222-3333-4444-555555555555';
const identity = {
  appId: APP,
  domain: 'firstsight.azurewebsites.net',
  developer: 'Contoso SOC',
  website: 'https://contoso.com',
  version: '1.0.0',
};
const template = readFileSync('infra/teams/manifest.json', 'utf8');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'firstsight-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const packed = (args: readonly string[]) =>
  spawnSync(process.execPath, ['scripts/teams-package.ts', ...args], { encoding: 'utf8' });

describe('the Teams app package', () => {
  it('holds the manifest and both icons, the same bytes each time', () => {
    const files = ['one.zip', 'two.zip'].map((name) => path.join(folder, name));
    for (const out of files)
      execFileSync(process.execPath, [
        'scripts/teams-package.ts',
        ...['--app-id', APP, '--domain', identity.domain, '--out', out],
      ]);
    const [one, two] = files.map((file) => readFileSync(file));
    const content = unzipSync(one ?? Buffer.alloc(0));

    expect(Object.keys(content).sort()).toEqual(['color.png', 'manifest.json', 'outline.png']);
    const manifest = JSON.parse(Buffer.from(content['manifest.json'] ?? []).toString()) as Manifest;
    expect(manifestProblems(manifest)).toEqual([]);
    expect(manifest.bots[0]).toMatchObject({ botId: APP, scopes: ['team', 'personal', 'groupChat'] });
    expect(manifest.bots[0]?.commandLists[0]?.commands).toHaveLength(10);
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
  });

  it('says how it is made when something is missing, and every problem at once', () => {
    expect(packed([])).toMatchObject({ status: 2 });
    const wrong = packed(['--app-id', 'x', '--domain', 'https://x/', '--version', '1', '--developer', 'y'.repeat(40)]);

    expect(wrong.status).toBe(1);
    for (const problem of ['id must be a GUID', 'must be a host name', 'must look like 1.0.0', 'developer.name'])
      expect(wrong.stderr).toContain(problem);
  });

  it('takes values as text: none of them can change the manifest around it', () => {
    const hostile = fillManifest(template, { ...identity, developer: '","id":"x' });

    expect(hostile.id).toBe(APP);
    expect(manifestProblems(hostile)).toEqual([]);
  });

  it.each<[string, (manifest: Manifest) => Record<string, unknown>, string]>([
    ['a field that the schema does not have', () => ({ colour: 'blue' }), '"colour" is no field'],
    ['a website without https', () => ({ developer: { name: 'x', websiteUrl: 'http://x' } }), 'websiteUrl'],
    ['another version of the schema', () => ({ manifestVersion: '1.16' }), '$schema'],
    ['a permission that does not exist', () => ({ permissions: ['all'] }), '"all" is no permission'],
    [
      'eleven commands',
      ({ bots }) => ({
        bots: bots.map((bot) => ({
          ...bot,
          commandLists: [
            { scopes: ['team'], commands: Array.from({ length: 11 }, () => ({ title: 'x', description: 'y' })) },
          ],
        })),
      }),
      '1 to 10',
    ],
  ])('with %s is refused', (_what, change, problem) => {
    const manifest = fillManifest(template, identity);

    expect(manifestProblems({ ...manifest, ...change(manifest) }).join('\n')).toContain(problem);
  });

  it('wants icons of the right size', () => {
    const png = readFileSync('infra/teams/color.png');

    expect(iconProblems('color.png', png, 192)).toEqual([]);
    expect(iconProblems('color.png', png, 32)).toEqual(['color.png must be 32 x 32, not 192 x 192.']);
    expect(iconProblems('x', Buffer.from('GIF89a'), 32)).toEqual(['x is no PNG.']);
  });
});
