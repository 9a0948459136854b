/**
 * `npm run bench:cold-start`: what a start costs, from the birth of the process. Every number is the median of fresh
 * processes; the kinds take turns, so that a slow minute of the machine is everybody's.
 */
import { QueueClient } from '@azure/storage-queue';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startAzurite } from '../local/azurite.ts';
import { tableConversations } from '../src/azure/conversations.ts';
import { RUN_QUEUE } from '../src/azure/queue-name.ts';
import { storageClients } from '../src/azure/storage-clients.ts';
import { loadHunts } from '../src/hunt-files/hunt-folder.ts';
import { requestedRunId } from '../src/hunt/run.ts';
import { driver, emptyApp, unbundledApp } from './cold-start/apps.ts';
import { startCloud } from './cold-start/cloud.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '11' } } });
const ROUNDS = Number(values.rounds);
const OUT = path.resolve('out/main.mjs');
if (!existsSync(OUT)) throw new Error('There is no out/main.mjs; npm run build makes it.');

const folder = mkdtempSync(path.join(tmpdir(), 'firstsight-cold-'));
const azurite = await startAzurite();
const cloud = await startCloud(azurite);
const child = await driver(folder);
const apps = { bare: '', empty: await emptyApp(folder), ours: OUT, unbundled: unbundledApp(folder) };
type App = keyof typeof apps;

interface Mark {
  readonly at: number;
  readonly resident: number;
}
interface Life {
  readonly registered: Mark & { readonly functions: number };
  readonly done: Mark;
}

/** The settings of an app in Azure, whose identity opens everything; only the bot asks for no token. */
const settings = (alias: string): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  WORKSPACES: `${alias}=99999999-8888-7777-6666-555555555555`,
  AzureWebJobsStorage__accountName: 'bench',
  IDENTITY_ENDPOINT: `${cloud.url}/msi/token`,
  IDENTITY_HEADER: 'bench',
  HUNTS_FOLDER: path.resolve('out/hunts'),
  TEAMS_AUTH: 'anonymous',
});

async function live(app: App, alias: string, call = '', message = ''): Promise<Life & { readonly born: number }> {
  const born = performance.timeOrigin + performance.now();
  const args = [child, apps[app], call, cloud.url, message];
  const alive = spawn(process.execPath, args, { env: settings(alias), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  alive.stdout.on('data', (part: Buffer) => (output += part.toString()));
  alive.stderr.on('data', (part: Buffer) => (output += part.toString()));
  await once(alive, 'close');
  const marks = /^@(.+)$/m.exec(output)?.[1];
  if (marks === undefined || output.includes('"code":'))
    throw new Error(`${app} ${call} failed: ${output.slice(0, 2_000)}`);
  return { born, ...(JSON.parse(marks) as Life) };
}

const hunt = loadHunts('out/hunts', 'litemanager-file-signature').all()[0];
if (!hunt) throw new Error('The hunt of the bench is gone.');
const { id } = hunt;
/** In a workspace that nobody has looked at yet its run founds a baseline and posts the card of it. */
const order = (workspace: string): string => {
  const asOf = new Date();
  const run = requestedRunId({ hunt: id, workspace }, asOf, 'bench');
  return JSON.stringify({ v: 1, id: run, hunt: id, workspace, trigger: 'request', asOf: asOf.toISOString() });
};

const clients = storageClients(
  { kind: 'connection-string', connectionString: azurite.connectionString },
  { getToken: () => Promise.resolve(null) },
);
const conversation = { id: '19:soc', conversationType: 'channel' };
await tableConversations(clients.conversations).put({
  id: conversation.id,
  kind: 'channel',
  reference: { channelId: 'msteams', serviceUrl: `${cloud.url}/`, conversation, bot: { id: 'bot' } },
});
// Every hunt of the ticking workspace runs until nothing is due: that is what nearly every tick meets.
const waiting = new QueueClient(azurite.connectionString, RUN_QUEUE);
for (let queued = true; queued;) {
  await live('ours', 'calm', 'schedule');
  queued = false;
  for (;;) {
    const [message] = (await waiting.receiveMessages()).receivedMessageItems;
    if (!message) break;
    queued = true;
    await live('ours', 'calm', 'run', Buffer.from(message.messageText, 'base64').toString());
    await waiting.deleteMessage(message.messageId, message.popReceipt);
  }
}

interface Sample {
  readonly ms: number;
  readonly resident: number;
}
const samples = new Map<string, Sample[]>();
const note = (what: string, born: number, { at, resident }: Mark): void => {
  samples.set(what, [...(samples.get(what) ?? []), { ms: at - born, resident }]);
};
for (let round = 0; round < ROUNDS; round += 1) {
  const bare = await live('bare', 'calm');
  note('bare Node', bare.born, bare.registered);
  const empty = await live('empty', 'calm');
  note('an empty app, registered', empty.born, empty.registered);
  for (const app of ['ours', 'unbundled'] as const) {
    const name = app === 'ours' ? 'ours' : 'ours, unbundled';
    const ticked = await live(app, 'calm', 'schedule');
    note(`${name}: registered`, ticked.born, ticked.registered);
    note(`${name}: first tick done`, ticked.born, ticked.done);
    const ran = await live(app, 'calm', 'run', order('calm'));
    note(`${name}: first run done, nothing new`, ran.born, ran.done);
    cloud.forgetCard();
    const fresh = `${app}-${String(round)}`;
    const told = await live(app, fresh, 'run', order(fresh));
    const cardAt = cloud.cardAt();
    if (cardAt === undefined) throw new Error('No card came.');
    note(`${name}: first card posted`, told.born, { at: cardAt, resident: told.done.resident });
  }
}
cloud.stop();
await azurite.stop();
rmSync(folder, { recursive: true, force: true });

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
const msOf = (what: string): number => median((samples.get(what) ?? []).map(({ ms }) => ms));
console.log(`Node ${process.versions.node}; medians of ${String(ROUNDS)} fresh processes each, in turns.\n`);
for (const [what, all] of samples) {
  const ms = all.map((sample) => sample.ms);
  const resident = median(all.map((sample) => sample.resident)) / 1e6;
  const range = `${Math.min(...ms).toFixed(0)} to ${Math.max(...ms).toFixed(0)}`;
  console.log(
    `${what.padEnd(46)} ${msOf(what).toFixed(0).padStart(5)} ms  (${range.padEnd(10)})  ${resident.toFixed(0).padStart(4)} MB`,
  );
}
const over = msOf('ours: registered') - msOf('an empty app, registered');
const tick = msOf('ours: first tick done') - msOf('ours: registered');
console.log(
  `\nRegistered ${over.toFixed(0)} ms after the empty app (target 25); the first tick ${tick.toFixed(0)} ms later (target 120).`,
);
