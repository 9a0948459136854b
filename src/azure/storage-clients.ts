import { TableClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import type { QueueClient } from '@azure/storage-queue';
import type { StorageSettings } from '../settings.ts';
import { RUN_QUEUE } from './queue-name.ts';
import { azureTable } from './azure-table.ts';
import type { Table } from './table.ts';

export interface StorageClients {
  readonly ledger: Table;
  readonly runs: Table;
  readonly cases: Table;
  readonly conversations: Table;
  /** Loads its SDK, which the many ticks with nothing due do without. */
  readonly queue: () => Promise<QueueClient>;
}

/** The tables and the queue of the program. Nothing is asked of storage until they are used. */
export function storageClients(storage: StorageSettings, credential: TokenCredential): StorageClients {
  const table = (name: string): Table => {
    if (storage.kind === 'identity') return azureTable(new TableClient(storage.tablesUrl, name, credential));
    // Azurite speaks http; an account in Azure is reached with an identity.
    return azureTable(
      TableClient.fromConnectionString(storage.connectionString, name, { allowInsecureConnection: true }),
    );
  };
  return {
    ledger: table('FirstsightLedger'),
    runs: table('FirstsightRuns'),
    cases: table('FirstsightCases'),
    conversations: table('FirstsightConversations'),
    queue: async () => {
      const { QueueClient } = await import('@azure/storage-queue');
      return storage.kind === 'identity'
        ? new QueueClient(`${storage.queuesUrl.replace(/\/$/, '')}/${RUN_QUEUE}`, credential)
        : new QueueClient(storage.connectionString, RUN_QUEUE);
    },
  };
}
