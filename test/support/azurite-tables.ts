import { TableClient, type TableServiceClientOptions } from '@azure/data-tables';
import { randomBytes } from 'node:crypto';
import { startAzurite, type Azurite } from '../../local/azurite.ts';
import { azureTable } from '../../src/azure/azure-table.ts';
import type { Table } from '../../src/azure/table.ts';
import type { TableTraffic } from './memory-table.ts';

type Policy = NonNullable<TableServiceClientOptions['additionalPolicies']>[number]['policy'];
/** What happens to a request on its way: `before` it reaches the table, or to its answer `after`. */
export interface Weather {
  before?: (method: string, url: string) => void;
  after?: (method: string, url: string) => void;
}

export interface StormyTable {
  readonly table: Table;
  readonly traffic: TableTraffic;
  /** Throw from its functions to lose a request or an answer. */
  readonly weather: Weather;
}

/** Azurite with a fresh table per call; requests are counted, and may be lost on the way. */
export async function azuriteTables(): Promise<{ readonly azurite: Azurite; make(): StormyTable }> {
  const azurite = await startAzurite();
  return {
    azurite,
    make() {
      const traffic: TableTraffic = { reads: 0, writes: 0 };
      const weather: Weather = {};
      const policy: Policy = {
        name: 'weather',
        async sendRequest(request, next) {
          if (!request.url.includes('/Tables')) traffic[request.method === 'GET' ? 'reads' : 'writes'] += 1;
          weather.before?.(request.method, request.url);
          const response = await next(request);
          weather.after?.(request.method, request.url);
          return response;
        },
      };
      const client = TableClient.fromConnectionString(azurite.connectionString, `T${randomBytes(8).toString('hex')}`, {
        allowInsecureConnection: true,
        retryOptions: { maxRetries: 0 },
        additionalPolicies: [{ position: 'perCall', policy }],
      });
      return { table: azureTable(client), traffic, weather };
    },
  };
}
