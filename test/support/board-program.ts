/** The program over a seeded storage, as `npm start` runs it. */
import { TableClient } from '@azure/data-tables';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startAzurite } from '../../local/azurite.ts';
import { azureTable } from '../../src/azure/azure-table.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { seedDevices, seedHunts, seedScopes, seedYear, type Found } from './board-seed.ts';
import { startProgram } from './program.ts';

export const BOARD_KEY = 'a-key-of-forty-characters-for-the-tests!';
export const WORKSPACES = ['corp', 'emea', 'apac', 'lab', 'ot'];
const NIL = '00000000-0000-0000-0000-000000000000';

export interface BoardProgram extends Found {
  readonly url: string;
  readonly output: () => string;
  stop(): Promise<void>;
}

export async function startBoardProgram(
  size: { readonly hunts: number; readonly devices: number },
  env: Readonly<Record<string, string>> = {},
): Promise<BoardProgram> {
  const folder = mkdtempSync(path.join(tmpdir(), 'board-'));
  const hunts = seedHunts(size.hunts);
  writeHunts(path.join(folder, 'hunts'), hunts);
  const azurite = await startAzurite();
  const table = (name: string) =>
    azureTable(TableClient.fromConnectionString(azurite.connectionString, name, { allowInsecureConnection: true }));
  const tables = {
    ledger: table('FirstsightLedger'),
    runs: table('FirstsightRuns'),
    cases: table('FirstsightCases'),
    conversations: table('FirstsightConversations'),
  };
  const now = new Date();
  const seed = { hunts, workspaces: WORKSPACES, now };
  await seedScopes(seed, tables);
  const found = await seedDevices(seed, tables, size.devices);
  await seedYear(found.run.scope, now, tables.runs);
  // Takes what the program tells and keeps nothing.
  const webhook = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(202).end());
  });
  await new Promise<void>((ready) => webhook.listen(0, '127.0.0.1', ready));
  const program = await startProgram({
    AzureWebJobsStorage: azurite.connectionString,
    WORKSPACES: WORKSPACES.map((alias) => `${alias}=${NIL}`).join(','),
    HUNTS: '*',
    HUNTS_FOLDER: path.join(folder, 'hunts'),
    HUNT_TICK: '0 0 0 1 1 *',
    CANARY: 'off',
    HUNT_SCHEDULE: '0 0 6 * * *',
    TEAMS_AUTH: 'off',
    TEAMS_WEBHOOK_URL: `http://127.0.0.1:${String((webhook.address() as AddressInfo).port)}/hook`,
    BOARD_AUTH: 'key',
    BOARD_KEY,
    BOARD_ACTIONS: 'on',
    DEMO_NEWCOMER_AFTER: '1d',
    ...env,
  });
  return {
    // A browser takes the cookie of a session from this machine by this name without https.
    url: program.api.replace('127.0.0.1', 'localhost'),
    ...found,
    output: program.output,
    async stop() {
      await program.interrupt();
      webhook.closeAllConnections();
      webhook.close();
      await azurite.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Real files, one of which does not load. */
function writeHunts(folder: string, hunts: readonly Hunt[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { file, id, name, query, tactics, techniques, description } of hunts) {
    const text = {
      id,
      name,
      description,
      tactics,
      relevantTechniques: techniques,
      query,
      version: '1.0.0',
      severity: 'high',
    };
    // JSON is YAML.
    writeFileSync(path.join(folder, file), JSON.stringify(text, undefined, 2));
  }
  writeFileSync(path.join(folder, 'broken.yaml'), 'id: 1\nname: <script>window.pwned=1</script>\nquerry: T | take 1\n');
}
