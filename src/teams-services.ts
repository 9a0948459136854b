/** Composition of everything about Teams: a bot, a webhook, or both, and who answers in a chat. */
import { withWitness } from './canary-witness.ts';
import { teamsChat } from './chat/chat.ts';
import type { Case } from './hunt/case.ts';
import type { Conversations, LinkSecrets, Notifier, Services } from './services.ts';
import { signedQuery } from './signed-links.ts';
import type { TeamsSettings } from './teams-settings.ts';
import { botNotifier } from './teams/bot-notifier.ts';
import { linksOf, type CardLinks, type Portals } from './teams/card-links.ts';
import { lazyBot, type LoadBot } from './teams/lazy-bot.ts';
import { paced } from './teams/paced.ts';
import { webhookNotifier, webhookTarget } from './teams/webhook.ts';

type Rest = Omit<Services, 'conversations' | 'notifier'>;

export function teamsServices(
  settings: TeamsSettings,
  rest: Rest,
  stored: Conversations,
): { readonly services: Services; readonly loadBot?: LoadBot } {
  const { log, now } = rest;
  const portals = portalsOf(settings);
  const links = async (about: Case): Promise<CardLinks> =>
    linksOf(about, portals, await pageOf(about, settings, rest.links, now()));
  const conversations = reachable(stored, settings);
  const webhook = settings.webhookUrl && webhookNotifier(settings.webhookUrl, { now, linksOf: links });
  // The bot answers by the services, and the services tell by the bot: each is only used once both are there.
  const loadBot = settings.bot.kind === 'off' ? undefined : lazyBot(() => ({ ...bot(settings.bot), chat }));
  const byBot = loadBot && botNotifier(loadBot, { now, linksOf: links });
  const services = withWitness({
    ...rest,
    conversations,
    notifier: paced(byKind(byBot, webhook), conversations, { now }),
  });
  const chat = teamsChat(services, { linksOf: links, ...(settings.operators && { operators: settings.operators }) });
  return { services, ...(loadBot && { loadBot }) };

  function bot(auth: TeamsSettings['bot']) {
    if (auth.kind === 'off') throw new Error('There is no bot.');
    return { auth, conversations: stored, log };
  }
}

export const portalsOf = ({ defenderPortal, azurePortal, workspaceIds, bot }: TeamsSettings): Portals => ({
  defender: defenderPortal,
  azure: azurePortal,
  workspaceIds,
  ...('tenantId' in bot && { tenantId: bot.tenantId }),
});

async function pageOf(
  { id, openedAt }: Case,
  { publicUrl, linkLifetime }: TeamsSettings,
  secrets: LinkSecrets,
  now: Date,
): Promise<string | undefined> {
  if (publicUrl === undefined) return undefined;
  const until = new Date(Math.max(openedAt.getTime(), now.getTime()) + linkLifetime);
  return `${publicUrl}/api/cases/${id}?${signedQuery(await secrets.key(), 'view', id, until)}`;
}

/**
 * The webhook is always a target; whether it is broken or paused, and what it wants, is stored like any other's. Targets
 * that nothing can tell any more, because a setting has gone, are left out.
 */
function reachable(stored: Conversations, { bot, webhookUrl }: TeamsSettings): Conversations {
  const webhook = webhookUrl && webhookTarget(webhookUrl);
  return {
    ...stored,
    async list() {
      const known = await stored.list();
      const missing = webhook && !known.some(({ id }) => id === webhook.id) ? [webhook] : [];
      for (const target of missing) await stored.put(target);
      return [...known, ...missing].filter(({ id, kind }) =>
        kind === 'webhook' ? id === webhook?.id : bot.kind !== 'off',
      );
    },
  };
}

function byKind(bot: Notifier | undefined, webhook: Notifier | undefined): Notifier {
  const one = (kind: string): Notifier => {
    const notifier = kind === 'webhook' ? webhook : bot;
    if (notifier) return notifier;
    throw new Error(`Nothing can tell a target of kind ${kind}.`);
  };
  return {
    send: async (about, target) => one(target.kind).send(about, target),
    update: async (about, post, target) => one(target.kind).update(about, post, target),
    say: async (text, target) => one(target.kind).say(text, target),
  };
}
