/** Composition root: settings → adapters. The only place that makes SDK clients. */
import type { TokenCredential } from '@azure/identity';
import { setTimeout as sleep } from 'node:timers/promises';
import { tableCallRates } from './azure/call-rates.ts';
import { tableCanaries } from './azure/canaries.ts';
import { tableCases } from './azure/cases.ts';
import { tableConversations } from './azure/conversations.ts';
import { tableExplanations } from './azure/explanations.ts';
import { azureCredential } from './azure/credential.ts';
import { tableLinkSecrets } from './azure/link-secrets.ts';
import { tableLedger } from './azure/ledger.ts';
import { tableKeptRuns } from './azure/kept-runs.ts';
import type { HttpClient } from './azure/log-analytics-client.ts';
import { logAnalyticsWorkspace } from './azure/log-analytics.ts';
import { tableOutbox } from './azure/outbox.ts';
import { tablePromises } from './azure/promises.ts';
import { querySlots } from './azure/query-slots.ts';
import { tableRetention } from './azure/retention.ts';
import { storageRunQueue } from './azure/run-queue.ts';
import { tableRuns } from './azure/runs.ts';
import { storageClients } from './azure/storage-clients.ts';
import { workspaceSlots } from './azure/workspace-slots.ts';
import { askedFreshness } from './freshness.ts';
import { loadPreparedHunts } from './hunt-files/prepared-hunts.ts';
import type { Log } from './log.ts';
import { onFirstUse } from './on-first-use.ts';
import type { Services, Workspace } from './services.ts';
import type { Settings } from './settings.ts';
import type { LoadBot } from './teams/lazy-bot.ts';
import type { BoardOptions } from './functions/program.ts';
import { portalsOf, teamsServices } from './teams-services.ts';

/** What a second composition root (local/, tests) puts in the place of Azure. */
export interface AzureOverrides {
  readonly credential?: TokenCredential;
  /** Answers for Log Analytics below its SDK. */
  readonly logsHttpClient?: HttpClient;
  readonly now?: () => Date;
}

export interface Wired {
  readonly services: Services;
  readonly board: BoardOptions;
  /** Absent where there is no bot. */
  readonly loadBot?: LoadBot;
}

export async function azureServices(settings: Settings, log: Log, overrides: AzureOverrides = {}): Promise<Wired> {
  const now = overrides.now ?? (() => new Date());
  const credential = overrides.credential ?? azureCredential(settings.identity);
  const clients = storageClients(settings.storage, credential);
  const { ledger, runs, cases, conversations, queue } = clients;
  // Loaded when something is asked or queued: most ticks do neither.
  const logs = onFirstUse(async () => {
    const { makeLogsQueryClient } = await import('./azure/log-analytics-client.ts');
    const { logsHttpClient: httpClient } = overrides;
    return makeLogsQueryClient(credential, {
      endpoint: settings.logAnalyticsEndpoint,
      ...(httpClient && { httpClient }),
    });
  });
  const runQueue = onFirstUse(async () => storageRunQueue(await queue()));
  const size = settings.queryConcurrency;
  const own = querySlots(size);
  const workspaces = [...settings.workspaces].map(([alias, id]): readonly [string, Workspace] => {
    const limit = workspaceSlots({ table: runs, alias, id, size, own, now, sleep, log });
    return [
      alias,
      { query: async (...asked) => logAnalyticsWorkspace(await logs(), id, { limit, sleep, log }).query(...asked) },
    ];
  });
  const rest: Omit<Services, 'conversations' | 'notifier'> = {
    hunts: await loadPreparedHunts(settings.huntsFolder, settings.hunts),
    workspaces: new Map(workspaces),
    ledger: tableLedger(ledger),
    outbox: tableOutbox(ledger, now),
    promises: tablePromises(ledger, now),
    explanations: tableExplanations(ledger, now),
    freshness: askedFreshness(new Map(workspaces), log),
    canaries: tableCanaries(runs),
    cases: tableCases(cases),
    runs: tableRuns(runs, now),
    kept: tableKeptRuns(runs),
    links: tableLinkSecrets(conversations),
    retention: tableRetention(clients),
    rates: tableCallRates(runs),
    queue: { send: async (order) => (await runQueue()).send(order) },
    log,
    policy: settings.policy,
    now,
  };
  const { operators } = settings.teams;
  const board = { ...settings.board, portals: portalsOf(settings.teams), ...(operators && { operators }) };
  return { ...teamsServices(settings.teams, rest, tableConversations(conversations)), board };
}
