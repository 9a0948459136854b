import { tableCallRates } from '../../src/azure/call-rates.ts';
import { tableCanaries } from '../../src/azure/canaries.ts';
import { tableCases } from '../../src/azure/cases.ts';
import { tableConversations } from '../../src/azure/conversations.ts';
import { tableExplanations } from '../../src/azure/explanations.ts';
import { askedFreshness } from '../../src/freshness.ts';
import { tableKeptRuns } from '../../src/azure/kept-runs.ts';
import { tableLedger } from '../../src/azure/ledger.ts';
import { tableLinkSecrets } from '../../src/azure/link-secrets.ts';
import { tableOutbox } from '../../src/azure/outbox.ts';
import { tablePromises } from '../../src/azure/promises.ts';
import { tableRetention } from '../../src/azure/retention.ts';
import type { Table } from '../../src/azure/table.ts';
import { tableRuns } from '../../src/azure/runs.ts';
import { ServiceError } from '../../src/errors.ts';
import type { QueryAnswer, ReadRows } from '../../src/hunt/answer.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import type { Case, NoticeDigest } from '../../src/hunt/case.ts';
import type { RunOrder } from '../../src/hunt/run.ts';
import type { Log, LogEvent, LogFields } from '../../src/log.ts';
import type { Services, Target } from '../../src/services.ts';
import { DAY, HOUR, MINUTE, type Milliseconds, type TimeWindow } from '../../src/time.ts';
import { aHunt, anAnswer, NOON } from './builders.ts';
import { memoryTable } from './memory-table.ts';
import { readByWire } from './wire.ts';

export const CHANNEL: Target = { id: 'channel', kind: 'channel', reference: {}, rules: [] };

/** The program's services in memory, with a workspace and a Teams that do as a test says. */
export interface World {
  readonly services: { -readonly [P in keyof Services]: Services[P] };
  readonly told: { readonly target: string; readonly notice: NoticeDigest; readonly case: Case }[];
  /** Messages that were changed, with what they show now. */
  readonly updated: { readonly target: string; readonly activityId: string; readonly case: Case }[];
  readonly said: { readonly target: string; readonly text: string }[];
  readonly asked: { readonly kql: string; readonly window: TimeWindow }[];
  readonly queued: RunOrder[];
  readonly logged: { readonly event: LogEvent; readonly fields: LogFields }[];
  /** What the workspace answers from now on; an error is thrown. */
  answer: QueryAnswer | Error;
  /** Answers each question by itself, in the place of {@link answer}; an error is thrown. */
  respond?: (kql: string) => QueryAnswer | Error | Promise<QueryAnswer>;
  /** What Teams does with a card; may throw. */
  teams: (target: Target) => void;
  /** How often tables were asked for anything so far. */
  requests(): number;
  pass(time: Milliseconds): void;
}

export function aWorld(
  options: { readonly hunts?: readonly Hunt[]; readonly workspaces?: readonly string[] } = {},
): World {
  const hunts = options.hunts ?? [aHunt()];
  let requests = 0;
  const counted = (table: Table): Table =>
    new Proxy(table, {
      get(of, name, self) {
        requests += 1;
        return Reflect.get(of, name, self) as unknown;
      },
    });
  let clock = NOON;
  const now = (): Date => clock;
  const [ledgerTable, runsTable, casesTable, conversationsTable] = [
    counted(memoryTable()),
    counted(memoryTable()),
    counted(memoryTable()),
    counted(memoryTable()),
  ];
  const logged: World['logged'] = [];
  const record = (event: LogEvent, fields: LogFields = {}): void => void logged.push({ event, fields });
  const log: Log = { info: record, warn: record, error: record };
  const attempt = (target: Target): Promise<void> =>
    new Promise((resolve) => {
      world.teams(target);
      resolve();
    });
  const workspaces: Services['workspaces'] = new Map(
    (options.workspaces ?? ['corp']).map((alias) => [
      alias,
      {
        async query<T>(kql: string, window: TimeWindow, _signal: AbortSignal, read: ReadRows<T>) {
          world.asked.push({ kql, window });
          const answer = await (world.respond ? world.respond(kql) : world.answer);
          if (answer instanceof Error) throw answer;
          return readByWire(answer, read);
        },
      },
    ]),
  );
  const world: World = {
    told: [],
    updated: [],
    said: [],
    asked: [],
    queued: [],
    logged,
    answer: anAnswer([]),
    teams: () => undefined,
    requests: () => requests,
    pass(time) {
      clock = new Date(clock.getTime() + time);
    },
    services: {
      hunts: {
        all: () => hunts,
        find: (name) => hunts.find(({ slug, id }) => [slug, id as string].includes(name.toLowerCase())),
        problems: () => [],
        warnings: () => [],
      },
      workspaces,
      ledger: tableLedger(ledgerTable),
      outbox: tableOutbox(ledgerTable, now),
      runs: tableRuns(runsTable, now),
      kept: tableKeptRuns(runsTable),
      conversations: tableConversations(conversationsTable),
      notifier: {
        async send(about, target) {
          await attempt(target);
          world.told.push({ target: target.id, notice: about.notice, case: about });
          return { activityId: String(world.told.length), at: now() };
        },
        async update(about, { activityId }, target) {
          await attempt(target);
          world.updated.push({ target: target.id, activityId, case: about });
        },
        async say(text, target) {
          await attempt(target);
          world.said.push({ target: target.id, text });
        },
      },
      canaries: tableCanaries(runsTable),
      cases: tableCases(casesTable),
      promises: tablePromises(ledgerTable, now),
      explanations: tableExplanations(ledgerTable, now),
      freshness: askedFreshness(workspaces, log),
      links: tableLinkSecrets(conversationsTable),
      retention: tableRetention({
        ledger: ledgerTable,
        runs: runsTable,
        cases: casesTable,
        conversations: conversationsTable,
      }),
      rates: tableCallRates(memoryTable()),
      queue: {
        send(order) {
          world.queued.push(order);
          return Promise.resolve();
        },
      },
      log,
      policy: {
        schedule: '0 0 6 * * *',
        tick: '0 */5 * * * *',
        digest: '0 0 7 * * 1',
        lateness: 2 * DAY,
        runTimeout: 12 * MINUTE,
        evidenceTimeout: 120_000,
        blindAfter: 2_700_000,
        remindAfter: DAY,
        escalateAfter: 4 * HOUR,
        retain: 400 * DAY,
      },
      now,
    },
  };
  return world;
}

export const failure = (reason: ServiceError['reason'], service: ServiceError['service'] = 'workspace'): ServiceError =>
  new ServiceError(service, reason, `It is ${reason}.`);
