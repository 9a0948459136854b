/** Many hunts in several workspaces, due in the same minute, and one or more instances of the program to run them. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAzurite } from '../../local/azurite.ts';
import { atOnce } from '../../src/at-once.ts';
import { azureServices } from '../../src/azure-services.ts';
import { backfill } from '../../src/backfill.ts';
import { requestedRunId } from '../../src/hunt/run.ts';
import type { LogEvent, LogFields } from '../../src/log.ts';
import type { Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { DAY, HOUR, type Milliseconds } from '../../src/time.ts';
import type { FromInstance, InstanceTask } from './fleet-instance.ts';
import { fleetWorkspace, forwardedTo, type FleetWorkspace } from './fleet-workspace.ts';
import { silentLog } from './silent-log.ts';
import { until } from './until.ts';

export interface FleetOptions {
  readonly hunts: number;
  readonly workspaces: number;
}

export interface Instance {
  readonly logged: readonly { readonly event: LogEvent; readonly fields: LogFields }[];
  /** The runs that it has told the end of. */
  completed(): readonly string[];
  /** Lets the timer fire, and waits until the tick is done. */
  tick(): Promise<void>;
  /** What it asked of table storage. */
  stop(): Promise<{ readonly reads: number; readonly writes: number }>;
}

export interface Fleet {
  readonly workspace: FleetWorkspace;
  /** The program's own view, from outside. */
  readonly services: Services;
  /** `concurrency`: what QUERY_CONCURRENCY says. */
  start(instances: number, concurrency: number): Promise<readonly Instance[]>;
  stop(): Promise<void>;
}

/** Every baseline is founded already, so that no run has anything to tell. */
export async function aFleet({ hunts, workspaces }: FleetOptions): Promise<Fleet> {
  const [azurite, workspace] = await Promise.all([startAzurite(), fleetWorkspace()]);
  const folder = mkdtempSync(path.join(tmpdir(), 'fleet-'));
  for (let n = 0; n < hunts; n += 1) writeFileSync(path.join(folder, `fleet-${String(n)}.yaml`), huntFile(n));
  const aliases = Array.from({ length: workspaces }, (_, n) => `ws${String(n)}=${guid(n)}`);
  const env = {
    AzureWebJobsStorage: azurite.connectionString,
    WORKSPACES: aliases.join(','),
    HUNTS_FOLDER: folder,
    // The timer fires by hand only; whenever it does, all hunts are due for the second in which it did.
    HUNT_TICK: '0 0 0 1 1 *',
    HUNT_SCHEDULE: '* * * * * *',
    CANARY: 'off',
    TEAMS_AUTH: 'off',
    TEAMS_WEBHOOK_URL: `${workspace.url}/teams`,
  };
  const { services } = await azureServices(readSettings(env), silentLog, {
    credential: { getToken: () => Promise.resolve({ token: 'none', expiresOnTimestamp: Date.now() + HOUR }) },
    logsHttpClient: forwardedTo(workspace.url),
  });
  await foundAll(services);
  return {
    workspace,
    services,
    start(instances, concurrency) {
      workspace.forget();
      const task: InstanceTask = {
        env: { ...env, QUERY_CONCURRENCY: String(concurrency) },
        workspaceUrl: workspace.url,
        tablesUrl: azurite.tablesUrl,
      };
      return Promise.all(Array.from({ length: instances }, () => startInstance(task)));
    },
    async stop() {
      workspace.stop();
      await azurite.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function foundAll(services: Services): Promise<void> {
  const asOf = new Date(Date.now() - HOUR);
  const scopes = services.hunts
    .all()
    .flatMap((hunt) => [...services.workspaces.keys()].map((workspace) => ({ hunt, workspace })));
  await atOnce(scopes, async ({ hunt, workspace }) => {
    const scope = { hunt: hunt.id, workspace };
    const order = { id: requestedRunId(scope, asOf, 'founding'), scope, trigger: 'backfill', asOf } as const;
    await backfill(hunt, order, DAY, services);
  });
}

async function startInstance(task: InstanceTask): Promise<Instance> {
  const file = fileURLToPath(new URL('./fleet-instance.ts', import.meta.url));
  const child = fork(file, [JSON.stringify(task)], { execArgv: ['--disable-warning=DEP0040'] });
  const logged: { readonly event: LogEvent; readonly fields: LogFields }[] = [];
  child.on('message', (message: FromInstance) => {
    if (message.kind === 'logged') logged.push(message);
  });
  const { url } = await told(child, 'ready');
  const ticks = (): number => logged.filter(({ event }) => event === 'tick.completed').length;
  return {
    logged,
    completed: () => logged.flatMap(({ event, fields }) => (event === 'run.completed' ? [String(fields['run'])] : [])),
    async tick() {
      const before = ticks();
      await fetch(`${url}/admin/functions/schedule`, { method: 'POST' });
      await until('the tick to be done', () => ticks() > before, 300_000);
    },
    async stop() {
      const ended = told(child, 'ended');
      const exit = once(child, 'exit');
      child.send('stop');
      const { storage } = await ended;
      await exit;
      return storage;
    },
  };
}

/** The first message of a kind; fails when the process ends without it. */
function told<K extends FromInstance['kind']>(child: ChildProcess, kind: K) {
  return new Promise<Extract<FromInstance, { kind: K }>>((resolve, reject) => {
    child.on('message', (message: FromInstance) => {
      if (message.kind === kind) resolve(message as Extract<FromInstance, { kind: K }>);
    });
    child.once('exit', (code) => {
      reject(new Error(`An instance ended with code ${String(code)}.`));
    });
  });
}

/** Between a fast query and a slow one. */
export const between = (least: Milliseconds, most: Milliseconds) => (): Milliseconds =>
  least + Math.random() * (most - least);

const guid = (n: number): string => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`;

const huntFile = (n: number): string => `id: ${guid(n)}
name: Fleet hunt ${String(n)}
description: One of many that are due in the same minute.
requiredDataConnectors: [{ connectorId: MicrosoftThreatProtection, dataTypes: [DeviceFileEvents] }]
tactics: [CommandAndControl]
query: |
  DeviceFileEvents
  | where TimeGenerated > ago(1d)
  | where FileName == "tool-${String(n)}.exe"
  | summarize by DeviceId, DeviceName
`;
