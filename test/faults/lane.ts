/** What scenarios share that run one after another: Azurite's tables, a Teams, and the bot, which takes a second to load. */
import { AzureNamedKeyCredential, TableClient, TableServiceClient, type TableEntity } from '@azure/data-tables';
import { randomBytes } from 'node:crypto';
import { AZURITE_ACCOUNT, AZURITE_KEY } from '../../local/azurite.ts';
import { tableConversations } from '../../src/azure/conversations.ts';
import { tableKeptRuns } from '../../src/azure/kept-runs.ts';
import { tableLedger } from '../../src/azure/ledger.ts';
import { tableOutbox } from '../../src/azure/outbox.ts';
import { tableRuns } from '../../src/azure/runs.ts';
import { azureTable } from '../../src/azure/azure-table.ts';
import { readAnswer } from '../../src/hunt/answer.ts';
import { compareRows } from '../../src/hunt/compare.ts';
import { keepingRows } from '../../src/hunt/kept-rows.ts';
import { keepRun } from '../../src/keep-run.ts';
import type { Notifier, Target } from '../../src/services.ts';
import { botNotifier } from '../../src/teams/bot-notifier.ts';
import { lazyBot, type LoadBot } from '../../src/teams/lazy-bot.ts';
import { MINUTE } from '../../src/time.ts';
import { aHunt, anAnswer, aRun, NOON } from '../support/builders.ts';
import { aChat } from '../support/chat.ts';
import { fakeConnector, type Behaviour, type Posted } from '../support/connector.ts';
import { memoryTable } from '../support/memory-table.ts';
import { silentLog } from '../support/silent-log.ts';

/** Longer than anything on this machine takes, shorter than anybody wants to wait a thousand times. */
export const TIME_LIMIT = 400;
export const TOO_LONG = 600;

export const KNOWN = Array.from({ length: 293 }, (_, n) => `dev-${String(n).padStart(3, '0')}`);
export const NEW = Array.from({ length: 7 }, (_, n) => `dev-9${String(n).padStart(2, '0')}`);
export const CHANNEL: Target = {
  id: '19:soc',
  kind: 'channel',
  rules: [],
  reference: { channelId: 'msteams', serviceUrl: '', bot: { id: 'bot' }, conversation: { id: '19:soc' } },
};

export interface Lane {
  readonly tablesUrl: URL;
  readonly teamsUrl: string;
  /** A fresh table with a baseline of {@link KNOWN} that has been told. */
  freshTable(): Promise<string>;
  /** Azurite keeps all in memory, and slows down with it. */
  dropTable(name: string): Promise<void>;
  /** A notifier whose posts are known as those of this process. */
  notifier(process: string, now: () => Date): Notifier;
  /** What Teams does with a post of a process. */
  onPost(behave: (process: string, posted: Posted) => Behaviour): void;
  readonly delivered: Posted[];
  stop(): void;
}

const credential = new AzureNamedKeyCredential(AZURITE_ACCOUNT, AZURITE_KEY);
export const tableClient = (url: string, name: string): TableClient =>
  new TableClient(url, name, credential, {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 3, retryDelayInMs: 1, maxRetryDelayInMs: 4 },
  });

export const aBot = (): LoadBot =>
  lazyBot(() => ({
    auth: { kind: 'anonymous' },
    conversations: tableConversations(memoryTable()),
    chat: aChat(),
    log: silentLog,
  }));

/** A bot whose Teams is at an address of its own. */
export function notifierOf(bot: LoadBot, teamsUrl: string, now: () => Date, deadline: number): Notifier {
  const real = botNotifier(bot, { now, linksOf: () => Promise.resolve({}), deadline });
  const own = (target: Target): Target => ({ ...target, reference: { ...target.reference, serviceUrl: teamsUrl } });
  return {
    send: (about, target) => real.send(about, own(target)),
    update: (about, post, target) => real.update(about, post, own(target)),
    say: (text, target) => real.say(text, own(target)),
  };
}

export async function openLane(tablesUrl: string): Promise<Lane> {
  const connector = await fakeConnector();
  const bot = aBot();
  await bot();
  const snapshot = await baseline(tablesUrl);
  const tables = new TableServiceClient(tablesUrl, credential, { allowInsecureConnection: true });
  return {
    tablesUrl: new URL(tablesUrl),
    delivered: connector.delivered,
    async freshTable() {
      const name = `T${randomBytes(8).toString('hex')}`;
      await tables.createTable(name);
      const client = tableClient(tablesUrl, name);
      for (const rows of snapshot) await client.submitTransaction(rows.map((row) => ['create', row]));
      return name;
    },
    dropTable: (name) => tables.deleteTable(name),
    teamsUrl: connector.url,
    notifier: (process, now) => notifierOf(bot, `${connector.url}${process}/`, now, TIME_LIMIT),
    onPost(behave) {
      connector.answer((posted) => behave(posted.path.split('/')[1] ?? '', posted));
    },
    stop: () => {
      connector.stop();
    },
  };
}

/** The rows of a world a day before: founded, told, and at rest. In transactions as large as the service takes. */
async function baseline(tablesUrl: string): Promise<TableEntity[][]> {
  const client = tableClient(tablesUrl, `B${randomBytes(8).toString('hex')}`);
  const table = azureTable(client);
  const now = (): Date => NOON;
  const run = aRun({ asOf: NOON });
  const journal = tableRuns(table, now);
  const ticket = await journal.begin(run, MINUTE, NOON);
  const session = await tableLedger(table).open(run.scope);
  const input = { hunt: aHunt(), run, asked: '', baseline: session.baseline };
  const keep = keepRun(tableKeptRuns(table).pack);
  const read = keepingRows(compareRows(input), input.hunt.device, keep.pack);
  const { value: report, kept } = readAnswer(anAnswer([...KNOWN]), read);
  keep.compared(input, [kept]);
  if ('missingColumns' in report) throw new Error('The builder answers all columns.');
  await session.commit(report);
  const outbox = tableOutbox(table, now);
  for (const open of await outbox.open(run.scope)) await (await outbox.claim(open, MINUTE))?.settle();
  const { outcome, totals } = report;
  await journal.finish(ticket, {
    at: NOON,
    status: 'completed',
    report: { outcome, totals, findings: [] },
    settled: true,
    keep: keep.ended(report, NOON, false),
  });
  await tableConversations(table).put(CHANNEL);

  const rows: TableEntity[] = [];
  for await (const { etag: _etag, timestamp: _timestamp, ...row } of client.listEntities())
    rows.push(row as TableEntity);
  const byPartition = Map.groupBy(rows, ({ partitionKey }) => partitionKey);
  return [...byPartition.values()].flatMap((all) =>
    Array.from({ length: Math.ceil(all.length / 100) }, (_, n) => all.slice(n * 100, n * 100 + 100)),
  );
}
