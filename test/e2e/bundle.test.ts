import { unzipSync } from 'fflate';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Binding {
  readonly type: string;
  readonly [property: string]: unknown;
}
interface Loaded {
  readonly functions: Readonly<Record<string, readonly Binding[]>>;
  readonly health: { readonly status: string; readonly body: string };
  /** What timer and queue fail with when there are no settings. */
  readonly failures: Readonly<Record<string, string>>;
  readonly codeFromText: number;
  readonly atRegistration: readonly string[];
  readonly chunks: readonly string[];
}

interface SourceMap {
  readonly sources: readonly string[];
}

/** With it, `eval` and `new Function` throw. */
const NO_CODE_FROM_TEXT = '--disallow-code-generation-from-strings';

/** What is deployed, in a folder with nothing else around it. */
let app: string;
let loaded: Loaded;

beforeAll(() => {
  app = mkdtempSync(path.join(tmpdir(), 'app-'));
  cpSync('out', app, { recursive: true });
  const output = execFileSync(process.execPath, [NO_CODE_FROM_TEXT, 'test/support/load-bundle.ts', app], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '' },
  });
  loaded = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Loaded;
}, 60_000);
afterAll(() => {
  rmSync(app, { recursive: true, force: true });
});

const ALL = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

describe('the deployed bundle', () => {
  it('registers these functions with these triggers, through the real programming model', () => {
    const triggers = Object.fromEntries(
      Object.entries(loaded.functions).map(([name, bindings]) => [
        name,
        bindings.find(({ type }) => type.endsWith('Trigger')),
      ]),
    );

    expect(triggers).toMatchObject({
      schedule: { type: 'timerTrigger', schedule: '%HUNT_TICK%' },
      run: { type: 'queueTrigger', queueName: 'hunt-runs', connection: 'AzureWebJobsStorage' },
      runFailed: { type: 'queueTrigger', queueName: 'hunt-runs-poison', connection: 'AzureWebJobsStorage' },
      startRun: { type: 'httpTrigger', route: 'hunts/{hunt}/runs', methods: ALL, authLevel: 'function' },
      getRun: { type: 'httpTrigger', route: 'runs/{run}', methods: ALL, authLevel: 'function' },
      hunts: { type: 'httpTrigger', route: 'hunts', methods: ALL, authLevel: 'function' },
      devices: { type: 'httpTrigger', route: 'hunts/{hunt}/devices', methods: ALL, authLevel: 'function' },
      device: { type: 'httpTrigger', route: 'hunts/{hunt}/devices/{device}', methods: ALL, authLevel: 'function' },
      status: { type: 'httpTrigger', route: 'status', methods: ALL, authLevel: 'function' },
      listRuns: { type: 'httpTrigger', route: 'runs', methods: ALL, authLevel: 'function' },
      board: { type: 'httpTrigger', route: 'board', methods: ['GET', 'HEAD', 'POST'], authLevel: 'anonymous' },
      boardSection: { type: 'httpTrigger', route: 'board/{section}', authLevel: 'anonymous' },
      boardItem: { type: 'httpTrigger', route: 'board/{section}/{item}', authLevel: 'anonymous' },
      boardPart: { type: 'httpTrigger', route: 'board/{section}/{item}/{part}', authLevel: 'anonymous' },
      messages: { type: 'httpTrigger', route: 'messages', methods: ['POST'], authLevel: 'anonymous' },
      case: { type: 'httpTrigger', route: 'cases/{case}', methods: ['GET', 'POST'], authLevel: 'anonymous' },
      health: { type: 'httpTrigger', route: 'health', methods: ['GET'], authLevel: 'anonymous' },
    });
    expect(Object.keys(triggers)).toHaveLength(17);
  });

  it('explains itself in its status when its settings are missing, instead of failing to load', () => {
    expect(loaded.health.status).toBe('503');
    expect(loaded.health.body).toContain('settings-invalid');
    expect(loaded.health.body).toContain('WORKSPACES is missing');
  });

  it('answers timer and queue with what is wrong with its settings, too', () => {
    expect(loaded.failures).toEqual({ schedule: 'SettingsError', run: 'SettingsError', runFailed: 'SettingsError' });
  });

  it('makes no code from text, and does not even try', () => {
    expect(loaded.codeFromText).toBe(0);
  });

  it('registers without loading anything of Azure, and works without loading the Teams SDK', () => {
    const ours = (urls: readonly string[]): string[] =>
      urls.filter((url) => url.startsWith(pathToFileURL(app).href)).map((url) => path.basename(url));

    expect(ours(loaded.atRegistration)[0]).toBe('main.mjs');
    const registering = ours(loaded.atRegistration).reduce((sum, file) => sum + statSync(path.join(app, file)).size, 0);
    expect(registering).toBeLessThan(120_000);
    expect(ours(loaded.chunks).some((file) => /^azure-program-\w+\.mjs$/.test(file))).toBe(true);
    expect(ours(loaded.chunks).filter((file) => /^bot-\w+\.mjs$/.test(file))).toEqual([]);
  });

  it('comes with the host.json of this repository, and needs no package', () => {
    expect(readFileSync(path.join(app, 'host.json'), 'utf8')).toBe(readFileSync('host.json', 'utf8'));
    const { dependencies, ...rest } = JSON.parse(readFileSync(path.join(app, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(rest).toMatchObject({ type: 'module', main: 'main.mjs' });
    expect(dependencies).toBeUndefined();
  });

  it('is made of src/ and of packages that run in production, each with its licence', () => {
    const sources = readdirSync('out')
      .filter((file) => file.endsWith('.map'))
      .flatMap((file) => (JSON.parse(readFileSync(path.join('out', file), 'utf8')) as SourceMap).sources);
    const packages = new Set(
      sources.flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []),
    );
    const licences = readFileSync('out/THIRD-PARTY-LICENSES.txt', 'utf8');

    const own = sources.filter((source) => source.startsWith('../') && !source.startsWith('../node_modules/'));

    expect(own.length).toBeGreaterThan(100);
    expect(own.filter((source) => !/^\.\.\/(?:src\/|scripts\/no-form-data)/.test(source))).toEqual([]);
    expect([...packages].filter((name) => /kusto|azurite|playwright|typescript|vitest|fast-check/.test(name))).toEqual(
      [],
    );
    expect(packages.size).toBeGreaterThan(50);
    // The maps of some packages name their own sources so; botbuilder brings a copy of this one.
    const foreign = new Set(['@azure/src', 'filename-reserved-regex']);
    for (const name of [...packages].filter((one) => !foreign.has(one))) expect(licences).toContain(`${name} `);
  });
});

describe('the package', () => {
  it('holds what is deployed and nothing else, in less than 3 MB, and comes out the same each time', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'zip-'));
    const [one, two] = ['one.zip', 'two.zip'].map((name) => {
      const file = path.join(folder, name);
      execFileSync(process.execPath, ['scripts/package.ts', '--out', file], { env: { ...process.env, TZ: name } });
      return readFileSync(file);
    });
    rmSync(folder, { recursive: true });
    if (!one || !two) throw new Error('There is no package.');
    const files = Object.keys(unzipSync(one));
    const hunts = readdirSync('hunts', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));

    expect(one.equals(two)).toBe(true);
    expect(one.length).toBeLessThan(3_000_000);
    expect(files.filter((file) => file.startsWith('hunts/')).sort()).toEqual(
      [...hunts.map((file) => `hunts/${file.replaceAll('\\', '/')}`), 'hunts/prepared.json'].sort(),
    );
    expect(files.filter((file) => !file.startsWith('hunts/') && !/^[\w-]+\.mjs(\.map)?$/.test(file)).sort()).toEqual([
      'LICENSE',
      'THIRD-PARTY-LICENSES.txt',
      'host.json',
      'package.json',
    ]);
  });
});
