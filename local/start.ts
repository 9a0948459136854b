/** `npm start`: the whole program without Azure. A second composition root beside src/azure-services.ts. */
import { app } from '@azure/functions';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { azureHandlers } from '../src/azure-program.ts';
import { registerFunctions } from '../src/functions/register.ts';
import { redactConsole, redactorFor } from '../src/redact.ts';
import type { Environment } from '../src/setting-readers.ts';
import { startAzurite } from './azurite.ts';
import { loadBuiltApp } from './built-app.ts';
import { installFunctionsCore } from './function-host/core.ts';
import { startFunctionHost, type FunctionHost } from './function-host/host.ts';
import { offlineOverrides } from './offline.ts';
import { startPlayground } from './playground.ts';
import { hold, runningIn } from './running.ts';
import { readLocalSettings } from './settings-file.ts';
import { terminalLog } from './terminal-log.ts';

const say = (name: string, what: string): void => {
  console.log(`${name.padEnd(10)} ${what}`);
};
/** What to stop, the latest started first. */
const started: (() => void | Promise<void>)[] = [];
let stopping: Promise<never> | undefined;

function stop(code: number): Promise<never> {
  stopping ??= (async () => {
    for (const stopOne of started.reverse())
      await Promise.resolve(stopOne()).catch((error: unknown) => {
        console.error(String(error));
      });
    process.exit(code);
  })();
  return stopping;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (!stopping) console.log('\nStopping…');
    void stop(0);
  });
}

try {
  await start();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  await stop(1);
}

async function start(): Promise<void> {
  const { file, env: settings } = readLocalSettings(process.env);
  const folder = settings['LOCAL_FOLDER'] ?? '.local';
  const other = runningIn(folder);
  if (other)
    throw new Error(
      `Firstsight is running already (process ${String(other.pid)}, ${other.api}) with the data in ${folder}.`,
    );
  if (process.argv.includes('--fresh')) rmSync(folder, { recursive: true, force: true });
  say('Settings', file);

  const epoch = new Date();
  const env: Record<string, string | undefined> = { ...(await withStorage(settings, folder)) };
  const { overrides, workspace } = offlineOverrides(env, epoch);
  say('Workspace', workspace);

  const core = installFunctionsCore((level, message, name) => {
    console.log(`${level} ${name ?? ''} ${JSON.stringify(message)}`);
  });
  if (process.argv.includes('--built')) {
    started.push(await loadBuiltApp('out', env, overrides.logsHttpClient));
  } else {
    const redact = redactorFor(env);
    redactConsole(console, redact);
    const log = terminalLog((line) => {
      console.log(line);
    });
    const handlers = azureHandlers(env, log, overrides);
    registerFunctions(app, () => Promise.resolve(handlers), { log, redact });
  }
  const host = await startHost(core, env);
  // The port may be any that was free; settings are read at the first invocation, after this.
  env['PUBLIC_URL'] ||= host.url;
  process.env['PUBLIC_URL'] ||= host.url;
  started.push(() => host.stop());
  started.push(
    hold(folder, {
      pid: process.pid,
      connectionString: env['AzureWebJobsStorage'] ?? '',
      api: host.url,
      epoch: epoch.toISOString(),
    }),
  );
  say('API', `${host.url}/api/hunts   status: ${host.url}/api/status`);

  say('Board', `${host.url}/api/board`);

  if (env['TEAMS_AUTH'] === 'anonymous') {
    const playground = await startPlayground(`${host.url}/api/messages`, path.join(folder, 'playground'));
    started.push(() => playground.stop());
    await playground.installInChannel();
    say('Teams', `${playground.url}   ← open this: cards come by themselves (chat, and team SOC, channel Hunts)`);
  } else say('Teams', 'your own tenant; its bot must reach this machine at /api/messages');
  say('', 'Ctrl-C stops everything.');
}

/** Our own Azurite where the settings ask for development storage; whatever they name otherwise. */
async function withStorage(settings: Environment, folder: string): Promise<Environment> {
  if (settings['AzureWebJobsStorage'] !== 'UseDevelopmentStorage=true') {
    say('Storage', 'as the settings name it');
    return settings;
  }
  const azurite = await startAzurite({ folder: path.join(folder, 'azurite') });
  started.push(() => azurite.stop());
  say('Storage', `Azurite, tables at ${azurite.tablesUrl}, data in ${path.join(folder, 'azurite')}`);
  return { ...settings, AzureWebJobsStorage: azurite.connectionString };
}

async function startHost(
  core: Parameters<typeof startFunctionHost>[0]['core'],
  env: Environment,
): Promise<FunctionHost> {
  const options = {
    core,
    hostFile: 'host.json',
    settings: env,
    log: (level: string, message: string, name?: string) => {
      console.error(`${level} ${name ?? ''} ${JSON.stringify(message)}`);
    },
  };
  try {
    return await startFunctionHost({ ...options, port: Number(env['LOCAL_PORT'] ?? 7071) });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    return startFunctionHost({ ...options, port: 0 });
  }
}
