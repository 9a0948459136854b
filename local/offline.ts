import type { TokenCredential } from '@azure/identity';
import type { AzureOverrides } from '../src/azure-services.ts';
import { SettingsError } from '../src/errors.ts';
import type { Environment } from '../src/setting-readers.ts';
import { readSettings } from '../src/settings.ts';
import { parseTimespan } from '../src/time.ts';
import { DEVICE_TABLES } from './schemas/device-tables.ts';
import { syntheticTelemetry } from './telemetry/synthetic.ts';
import { localWorkspace } from './workspace.ts';

/** A workspace with this id is the local one. */
const NIL = '00000000-0000-0000-0000-000000000000';

/** Never leaves the process: the local workspace asks nobody who is there. */
const NOBODY: TokenCredential = {
  getToken: () => Promise.resolve({ token: 'offline', expiresOnTimestamp: Date.now() + 3_600_000 }),
};

/** What stands in for Log Analytics when every workspace is the local one; nothing when real ones are named. */
export function offlineOverrides(
  env: Environment,
  epoch: Date,
): { readonly overrides: AzureOverrides; readonly workspace: string } {
  const { workspaces } = readSettings(env);
  const aliases = [...workspaces.keys()].join(', ');
  const local = [...workspaces.values()].filter((id) => id === NIL);
  if (local.length === 0) return { overrides: {}, workspace: `${aliases}, in Azure, with your own sign-in` };
  if (local.length < workspaces.size) {
    throw new SettingsError([`WORKSPACES mixes the local workspace (${NIL}) with real ones; name either kind.`]);
  }
  const newcomerAfter = parseTimespan(env['DEMO_NEWCOMER_AFTER'] ?? '') ?? 35_000;
  const data = syntheticTelemetry({ epoch, newcomerAfter });
  const logsHttpClient = localWorkspace({ schema: DEVICE_TABLES, data, now: () => new Date() });
  const seconds = Math.round(newcomerAfter / 1000);
  return {
    overrides: { credential: NOBODY, logsHttpClient },
    workspace: `${aliases}, local: ${String(data.devices.length)} synthetic devices; a new one comes into sight ${String(seconds)} s after the start`,
  };
}
