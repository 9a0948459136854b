import { setTimeout as sleep } from 'node:timers/promises';
import { tableCallRates } from '../../src/azure/call-rates.ts';
import { tableCanaries } from '../../src/azure/canaries.ts';
import { tableCases } from '../../src/azure/cases.ts';
import { tableConversations } from '../../src/azure/conversations.ts';
import { tableExplanations } from '../../src/azure/explanations.ts';
import { tableKeptRuns } from '../../src/azure/kept-runs.ts';
import { tableLedger } from '../../src/azure/ledger.ts';
import { tableLinkSecrets } from '../../src/azure/link-secrets.ts';
import { tableOutbox } from '../../src/azure/outbox.ts';
import { tablePromises } from '../../src/azure/promises.ts';
import { tableRetention } from '../../src/azure/retention.ts';
import { querySlots } from '../../src/azure/query-slots.ts';
import { tableRuns } from '../../src/azure/runs.ts';
import type { Table } from '../../src/azure/table.ts';
import { workspaceSlots } from '../../src/azure/workspace-slots.ts';
import type { RunOrder } from '../../src/hunt/run.ts';
import type { Log } from '../../src/log.ts';
import type { Services, Workspace } from '../../src/services.ts';
import { DAY, HOUR } from '../../src/time.ts';
import { aHunt, anAnswer } from '../support/builders.ts';
import type { Plan } from './fault.ts';
import { KNOWN, NEW } from './day-before.ts';
import type { Lane } from './lane.ts';
import type { Life, Seen } from './storage.ts';
import { faultyWorkspace, WORKSPACE_ID } from './workspace.ts';

/** As many as by default: a killed process leaves one taken. Who has to wait for one is the slots' own contract. */
const slots = { alias: 'corp', id: WORKSPACE_ID, size: 5 };

/** One process of the program: real adapters over a storage, a workspace and a Teams that do as the plan says. */
export interface Process {
  readonly name: string;
  readonly services: Services;
  readonly life: Life;
  stop(): void;
}

export interface ProcessOptions {
  readonly lane: Pick<Lane, 'storage' | 'notifier'>;
  readonly name: string;
  readonly table: string;
  readonly plan: Plan;
  readonly now: () => Date;
  readonly send: (order: RunOrder) => void;
  readonly log: Log;
  readonly hold?: (seen: Seen) => Promise<void>;
  /** Called when the process asks the workspace. */
  readonly asks?: (life: Life) => void;
  /** A program with a bug, to see whether the harness finds it. */
  readonly mutate?: (services: Services, table: Table) => Services;
}

export const ANSWER = anAnswer([...KNOWN, ...NEW]);
const WIRE = JSON.stringify({ tables: [{ name: 'PrimaryResult', columns: ANSWER.columns, rows: ANSWER.rows }] });

export async function startProcess(options: ProcessOptions): Promise<Process> {
  const { lane, name, plan, now, hold, mutate } = options;
  const life: Life = { dead: false };
  const { table, stop } = await lane.storage.behind(options.table, {
    life,
    fault: ({ what }) => plan.next('storage', what),
    ...(hold && { hold }),
  });
  const services = servicesOf(table, options, life);
  return {
    name,
    life,
    services: mutate ? mutate(services, table) : services,
    stop,
  };

  function servicesOf(over: Table, { send }: ProcessOptions, own: Life): Services {
    const hunt = aHunt();
    return {
      hunts: { all: () => [hunt], find: () => hunt, problems: () => [], warnings: () => [] },
      workspaces: new Map([
        [
          'corp',
          watched(
            faultyWorkspace(
              () => WIRE,
              own,
              () => plan.next('workspace', 'the query'),
              options.log,
              workspaceSlots({ ...slots, table: over, own: querySlots(slots.size), now, sleep, log: options.log }),
            ),
            () => options.asks?.(own),
          ),
        ],
      ]),
      ledger: tableLedger(over),
      outbox: tableOutbox(over, now),
      runs: tableRuns(over, now),
      kept: tableKeptRuns(over),
      conversations: tableConversations(over),
      canaries: tableCanaries(over),
      cases: tableCases(over),
      promises: tablePromises(over, now),
      explanations: tableExplanations(over, now),
      // This hunt names no table that could be silent.
      freshness: { of: () => Promise.resolve([]) },
      links: tableLinkSecrets(over),
      retention: tableRetention({ ledger: over, runs: over, cases: over, conversations: over }),
      rates: tableCallRates(over),
      notifier: lane.notifier(name, now),
      queue: {
        send(order) {
          if (own.dead) return Promise.reject(new Error('The process is dead.'));
          send(order);
          return Promise.resolve();
        },
      },
      log: options.log,
      policy: {
        schedule: '0 0 6 * * *',
        tick: '0 */5 * * * *',
        digest: '0 0 7 * * 1',
        lateness: 2 * DAY,
        // Real time for the query, which never takes so long; the clock's for the lease, which lasts a minute longer.
        runTimeout: 30_000,
        evidenceTimeout: 120_000,
        blindAfter: 2_700_000,
        remindAfter: DAY,
        escalateAfter: 4 * HOUR,
        retain: 400 * DAY,
      },
      now,
    };
  }
}

const watched = (workspace: Workspace, asks: () => void): Workspace => ({
  query(...args) {
    asks();
    return workspace.query(...args);
  },
});
