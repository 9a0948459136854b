import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEVELOPED_WITH, isAllowed, SHIPPED } from '../../scripts/licenses.ts';

interface Locked {
  readonly version: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}
const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const manifest = json('package.json') as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
};
const { '': _self, ...packages } = (
  json('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> }
).packages;

describe('what is installed', () => {
  it('is named by an exact version', () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });

    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('is known by its content, so that nobody can put something else in its place', () => {
    const unknown = Object.entries(packages).filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true);

    expect(unknown.map(([name]) => name)).toEqual([]);
    expect(Object.keys(packages).length).toBeGreaterThan(500);
  });

  it('runs no script that nobody has reviewed: npm refuses one that is not in allowScripts', () => {
    const scripted = Object.entries(packages).flatMap(([folder, { hasInstallScript }]) =>
      hasInstallScript === true ? [folder.replace(/^.*node_modules\//, '')] : [],
    );

    expect([...new Set(scripted)].sort()).toEqual(Object.keys(manifest.allowScripts).sort());
    expect(readFileSync('.npmrc', 'utf8')).toContain('strict-allow-scripts=true');
  });
});

describe('the audit of licences', () => {
  it('passes for what is installed', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/audit-licenses.ts'], { encoding: 'utf8' });

    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0)', true],
    ['MIT AND Zlib', false],
    ['(BSD-2-Clause AND (MIT OR Apache-2.0))', true],
    ['GPL-3.0 AND (MIT OR Apache-2.0)', false],
    ['GPL-3.0-only', false],
    ['SEE LICENSE IN LICENSE', false],
    ['', false],
    ['MIT-0-modified', false],
  ])('judges %j: %s', (expression, allowed) => {
    expect(isAllowed(expression, SHIPPED)).toBe(allowed);
  });

  it('lets into the package less than it lets into the workshop', () => {
    expect(isAllowed('MPL-2.0', DEVELOPED_WITH)).toBe(true);
    expect(isAllowed('MPL-2.0', SHIPPED)).toBe(false);
  });
});
