/** What scenarios share that run one after another: a storage, a Teams, and the bot, which takes a second to load. */
import { tableConversations } from '../../src/azure/conversations.ts';
import type { Notifier, Target } from '../../src/services.ts';
import { botNotifier } from '../../src/teams/bot-notifier.ts';
import { lazyBot, type LoadBot } from '../../src/teams/lazy-bot.ts';
import { aChat } from '../support/chat.ts';
import { fakeConnector, type Behaviour, type Posted } from '../support/connector.ts';
import { memoryTable } from '../support/memory-table.ts';
import { silentLog } from '../support/silent-log.ts';
import type { Storage } from './storage.ts';

/** An answer that a busy machine delays past this would be lost without any fault. */
const TEAMS_DEADLINE = 10_000;

export interface Lane {
  readonly storage: Storage;
  readonly teamsUrl: string;
  /** A notifier whose posts are known as those of this process. */
  notifier(process: string, now: () => Date): Notifier;
  /** What Teams does with a post of a process. */
  onPost(behave: (process: string, posted: Posted) => Behaviour): void;
  readonly delivered: Posted[];
  stop(): void;
}

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

export async function openLane(storage: Storage): Promise<Lane> {
  const connector = await fakeConnector();
  const bot = aBot();
  await bot();
  return {
    storage,
    delivered: connector.delivered,
    teamsUrl: connector.url,
    notifier: (process, now) => notifierOf(bot, `${connector.url}${process}/`, now, TEAMS_DEADLINE),
    onPost(behave) {
      connector.answer((posted) => behave(posted.path.split('/')[1] ?? '', posted));
    },
    stop: () => {
      connector.stop();
    },
  };
}
