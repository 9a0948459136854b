import { AzureNamedKeyCredential, TableClient, TableServiceClient } from '@azure/data-tables';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { randomBytes } from 'node:crypto';
import { AZURITE_ACCOUNT, AZURITE_KEY } from '../../local/azurite.ts';
import { azureTable } from '../../src/azure/azure-table.ts';
import type { Entity } from '../../src/azure/table.ts';
import { atOnce } from '../../src/at-once.ts';
import { faultProxy, NO_ANSWER } from './proxy.ts';
import type { Storage } from './storage.ts';

/** A transaction's size. */
const BATCH = 100;

const credential = new AzureNamedKeyCredential(AZURITE_ACCOUNT, AZURITE_KEY);
const wire = createDefaultHttpClient();
/** Of no answer it makes what the SDK makes of a time limit that has passed. */
const impatient: HttpClient = {
  async sendRequest(request) {
    const response = await wire.sendRequest(request);
    if (!response.headers.has(NO_ANSWER)) return response;
    throw Object.assign(new Error('The operation was aborted.'), { name: 'AbortError' });
  },
};
/** Only a storage that is really dead takes so long. */
const TIME_LIMIT = 60_000;

const tableClient = (url: string, name: string): TableClient =>
  new TableClient(url, name, credential, {
    allowInsecureConnection: true,
    httpClient: impatient,
    retryOptions: { maxRetries: 3, retryDelayInMs: 1, maxRetryDelayInMs: 4 },
  });

/** Azurite behind the real SDK; between a process and it stands a proxy. */
export function azuriteStorage(tablesUrl: string, snapshot: readonly Entity[]): Storage {
  const tables = new TableServiceClient(tablesUrl, credential, { allowInsecureConnection: true });
  const batches = [...Map.groupBy(snapshot, ({ partitionKey }) => partitionKey).values()].flatMap((rows) =>
    Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, n) => rows.slice(n * BATCH, (n + 1) * BATCH)),
  );
  const open: Storage['open'] = (name) => azureTable(tableClient(tablesUrl, name), TIME_LIMIT, impatient);
  return {
    async freshTable() {
      const name = `T${randomBytes(8).toString('hex')}`;
      await tables.createTable(name);
      const table = open(name);
      await atOnce(batches, async (rows) => {
        const { result } = await table.transact(rows.map(({ etag: _, ...entity }) => ({ kind: 'insert', entity })));
        if (result !== 'committed') throw new Error(`A fresh table refuses its first rows: ${result}.`);
      });
      return name;
    },
    // Azurite keeps all in memory, and slows down with it.
    dropTable: (name) => tables.deleteTable(name),
    open,
    async behind(name, weather) {
      const proxy = await faultProxy(new URL(tablesUrl), weather);
      return {
        table: azureTable(tableClient(proxy.url, name), TIME_LIMIT, impatient),
        stop: () => {
          proxy.stop();
        },
      };
    },
  };
}
