/** An instance of the program in a process of its own: the real registrations on the local function host. */
import { app } from '@azure/functions';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { installFunctionsCore } from '../../local/function-host/core.ts';
import { startFunctionHost } from '../../local/function-host/host.ts';
import { azureHandlers } from '../../src/azure-program.ts';
import { registerFunctions } from '../../src/functions/register.ts';
import type { LogEvent, LogFields } from '../../src/log.ts';
import type { Environment } from '../../src/setting-readers.ts';
import { forwardedTo } from './fleet-workspace.ts';

/** What an instance tells whoever started it. */
export type FromInstance =
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'logged'; readonly event: LogEvent; readonly fields: LogFields }
  | { readonly kind: 'ended'; readonly storage: { readonly reads: number; readonly writes: number } };
export interface InstanceTask {
  readonly env: Environment;
  readonly workspaceUrl: string;
  readonly tablesUrl: string;
}

const { env, workspaceUrl, tablesUrl } = JSON.parse(process.argv[2] ?? '') as InstanceTask;
const tell = (message: FromInstance): void => void process.send?.(message);

const storage = { reads: 0, writes: 0 };
const { host: tablesHost } = new URL(tablesUrl);
subscribe('http.client.request.start', (message) => {
  const { request } = message as { readonly request: ClientRequest };
  if (request.getHeader('host') === tablesHost) storage[request.method === 'GET' ? 'reads' : 'writes'] += 1;
});

const logged = (event: LogEvent, fields: LogFields = {}): void => {
  tell({ kind: 'logged', event, fields });
};
const log = { info: logged, warn: logged, error: logged };
const core = installFunctionsCore(() => undefined);
const handlers = azureHandlers(env, log, {
  credential: { getToken: () => Promise.resolve({ token: 'none', expiresOnTimestamp: Date.now() + 3_600_000 }) },
  logsHttpClient: forwardedTo(workspaceUrl),
});
registerFunctions(app, () => Promise.resolve(handlers), { log, redact: (text) => text });
const host = await startFunctionHost({ core, hostFile: 'host.json', settings: env, port: 0, log: () => undefined });
process.once('message', () => {
  void host.stop().then(() => {
    tell({ kind: 'ended', storage });
    process.disconnect();
  });
});
// Whoever started it is gone: nobody else would stop it.
process.once('disconnect', () => process.exit());
tell({ kind: 'ready', url: host.url });
