import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Binding {
  readonly type: string;
  readonly [property: string]: unknown;
}
interface Loaded {
  readonly functions: Readonly<Record<string, readonly Binding[]>>;
  readonly health: { readonly status: string; readonly body: string };
  readonly chunks: readonly string[];
}

/** What is deployed, in a folder with nothing else around it. */
let app: string;
let loaded: Loaded;

beforeAll(() => {
  app = mkdtempSync(path.join(tmpdir(), 'app-'));
  cpSync('out', app, { recursive: true });
  const output = execFileSync(process.execPath, ['test/support/load-bundle.ts', app], {
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
      listRuns: { type: 'httpTrigger', route: 'runs', methods: ALL, authLevel: 'function' },
      board: { type: 'httpTrigger', route: 'board', methods: ['GET', 'HEAD', 'POST'], authLevel: 'anonymous' },
      boardSection: { type: 'httpTrigger', route: 'board/{section}', authLevel: 'anonymous' },
      boardItem: { type: 'httpTrigger', route: 'board/{section}/{item}', authLevel: 'anonymous' },
      boardPart: { type: 'httpTrigger', route: 'board/{section}/{item}/{part}', authLevel: 'anonymous' },
      messages: { type: 'httpTrigger', route: 'messages', methods: ['POST'], authLevel: 'anonymous' },
      case: { type: 'httpTrigger', route: 'cases/{case}', methods: ['GET', 'POST'], authLevel: 'anonymous' },
      health: { type: 'httpTrigger', route: 'health', methods: ['GET'], authLevel: 'anonymous' },
    });
    expect(Object.keys(triggers)).toHaveLength(15);
  });

  it('explains itself in health when its settings are missing, instead of failing to load', () => {
    expect(loaded.health.status).toBe('503');
    expect(loaded.health.body).toContain('settings-invalid');
    expect(loaded.health.body).toContain('WORKSPACES is missing');
  });

  it('keeps the Teams SDK in a chunk that nothing has loaded', () => {
    expect(loaded.chunks.some((file) => file.endsWith('/main.mjs'))).toBe(true);
    expect(loaded.chunks.filter((file) => /\/bot-\w+\.mjs$/.test(file))).toEqual([]);
  });

  it('comes with the host.json and the hunts of this repository', () => {
    expect(readFileSync(path.join(app, 'host.json'), 'utf8')).toBe(readFileSync('host.json', 'utf8'));
    expect(existsSync(path.join(app, 'hunts/litemanager-file-signature.yaml'))).toBe(true);
    expect(JSON.parse(readFileSync(path.join(app, 'package.json'), 'utf8'))).toMatchObject({
      type: 'module',
      main: 'main.mjs',
    });
    expect(existsSync(path.join(app, 'node_modules'))).toBe(false);
  });
});
