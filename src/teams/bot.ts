/** The only file that knows @microsoft/teams-ai; loaded at the first card or activity, by lazy-bot.ts. */
import { Application, TeamsAdapter, type TurnState } from '@microsoft/teams-ai';
import {
  ActivityTypes,
  CardFactory,
  ConfigurationServiceClientCredentialFactory,
  MessageFactory,
  type Activity,
  type TurnContext,
} from 'botbuilder';
import { AuthenticationConfiguration } from 'botframework-connector';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorFields, type Log } from '../log.ts';
import type { Conversations, Target } from '../services.ts';
import type { BotSettings } from '../teams-settings.ts';
import { SECOND } from '../time.ts';
import { VERBS } from './card-actions.ts';
import type { AdaptiveCard } from './card-types.ts';
import type { Chat, Clicked } from './chat.ts';
import { conversationId, speakerOf, targetOf, textOf } from './conversation-of.ts';
import { frameworkOf } from './bot-framework.ts';
import { processActivity, type BotAnswer, type Gate } from './http-shim.ts';
import { sendOnce } from './send-once.ts';

export interface BotOptions {
  readonly auth: Exclude<BotSettings, { readonly kind: 'off' }>;
  readonly conversations: Conversations;
  readonly chat: Chat;
  readonly log: Log;
  /** Where tokens and keys come from, for tests; the Bot Framework of the bot's cloud otherwise. */
  readonly framework?: Readonly<Record<string, string>>;
}

export interface Bot {
  /** Answers Teams' request. */
  process(authorization: string | undefined, activity: unknown): Promise<BotAnswer>;
  /** Posts a card in one attempt; returns the message's id. Throws what the connector's client throws. */
  post(target: Target, card: AdaptiveCard, summary: string, signal: AbortSignal): Promise<string>;
  /** Replaces a message's card in one attempt. */
  update(target: Target, activityId: string, card: AdaptiveCard, summary: string, signal: AbortSignal): Promise<void>;
}

/** Teams gives a click three seconds before it looks stuck; the other copies get what is left of them. */
const FOR_COPIES = 1.5 * SECOND;

export function createBot({ auth, conversations, chat, log, framework }: BotOptions): Bot {
  const appId = auth.kind === 'anonymous' ? '' : auth.appId;
  // The Bot Framework takes an empty app id for "no authentication". Settings refuse it; so does this, once more.
  if (auth.kind !== 'anonymous' && appId === '') throw new Error('A bot without an app id would accept anybody.');
  const { issuer: channelIssuer, addresses } = frameworkOf(auth);
  // The adapter tells a valid token of its own app from one of the channel only by this check.
  const channelOnly = new AuthenticationConfiguration([], (claims) => {
    const issuer = claims.find(({ type }) => type === 'iss')?.value;
    return issuer === channelIssuer ? Promise.resolve() : Promise.reject(new Error('invalid issuer'));
  });
  const adapter = new TeamsAdapter(framework ?? addresses, credentialsOf(auth), channelOnly);
  const app = new Application<TurnState>({ adapter, botAppId: appId, startTypingTimer: false });
  const gate: Gate =
    auth.kind === 'anonymous'
      ? { authenticated: false }
      : { authenticated: true, tenantId: auth.tenantId, issuer: channelIssuer };

  const remember = async ({ activity }: TurnContext): Promise<void> => {
    const target = targetOf(activity);
    await conversations.put(target);
    log.info('target.added', { target: target.id, kind: target.kind });
  };
  const forget = async ({ activity }: TurnContext): Promise<void> => {
    const id = conversationId(activity);
    await conversations.remove(id);
    log.info('target.removed', { target: id });
  };
  /** Teams moves conversations to other addresses; somebody who writes shows the current one, and that it works. */
  const refresh = async ({ activity }: TurnContext): Promise<void> => {
    const target = targetOf(activity);
    const known = (await conversations.list()).find(({ id }) => id === target.id);
    if (known && (known.broken || known.reference['serviceUrl'] !== target.reference['serviceUrl']))
      await conversations.put(target);
  };
  const isMe = (context: TurnContext, members: readonly { readonly id: string }[] | undefined): boolean =>
    members?.some(({ id }) => id === context.activity.recipient.id) ?? false;

  app.activity('installationUpdate', async (context) => {
    // `add-upgrade` and `remove-upgrade` are the same as `add` and `remove` here; an action unknown to us is neither.
    const { action } = context.activity;
    if (action?.startsWith('add')) await remember(context);
    if (action?.startsWith('remove')) await forget(context);
  });
  app.conversationUpdate('membersAdded', async (context) => {
    if (isMe(context, context.activity.membersAdded)) await remember(context);
  });
  app.conversationUpdate('membersRemoved', async (context) => {
    if (isMe(context, context.activity.membersRemoved)) await forget(context);
  });
  app.activity('message', async (context) => {
    const { activity } = context;
    await refresh(context);
    const said = { text: textOf(activity), speaker: speakerOf(activity), conversation: conversationId(activity) };
    await context.sendActivity(messageOf(await chat.say(said)));
  });
  for (const verb of VERBS) {
    app.adaptiveCards.actionExecute<Record<string, unknown>>(verb, async (context, _state, data) => {
      const { activity } = context;
      const clicked = { verb, data, speaker: speakerOf(activity), conversation: conversationId(activity) };
      await answerClick(context, clicked);
      // An answer has been sent: the library adds none of its own, in which one card could change how all are refreshed.
      return '';
    });
  }

  async function answerClick(context: TurnContext, clicked: Clicked): Promise<void> {
    const value = await chat.click(clicked);
    const body = { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value };
    await context.sendActivity({ type: ActivityTypes.InvokeResponse, value: { status: 200, body } });
    // Whoever clicked has a new card by the answer; everybody else, and the clicker tomorrow, by the message itself.
    await Promise.race([chat.settle(clicked), sleep(FOR_COPIES, undefined, { ref: false })]);
  }

  async function inConversation(target: Target, signal: AbortSignal, act: (context: TurnContext) => Promise<void>) {
    // No app.error() handler is set: with one, the adapter would swallow what goes wrong in here.
    await adapter.continueConversationAsync(appId, target.reference, async (context) => {
      sendOnce(context, signal);
      await act(context);
    });
  }

  return {
    async process(authorization, activity) {
      const answer = await processActivity(adapter, gate, authorization, activity, async (context) => {
        try {
          await app.run(context);
        } catch (error) {
          // The adapter turns it into a bare 500, and Teams does not send an installation again.
          log.error('bot.failed', { activity: context.activity.type, ...errorFields(error) });
          throw error;
        }
      });
      if (answer.status === 401 || answer.status === 403) log.warn('bot.refused', { status: answer.status });
      if (answer.status === 503)
        log.error('bot.failed', { reason: 'the signing keys of the channel are out of reach' });
      return answer;
    },
    async post(target, card, summary, signal) {
      let id = '';
      await inConversation(target, signal, async (context) => {
        id = (await context.sendActivity({ ...messageOf(card), summary }))?.id ?? '';
      });
      return id;
    },
    update: (target, activityId, card, summary, signal) =>
      inConversation(target, signal, async (context) => {
        await context.updateActivity({ ...messageOf(card), summary, id: activityId });
      }),
  };

  function credentialsOf(settings: BotOptions['auth']): ConfigurationServiceClientCredentialFactory {
    return new ConfigurationServiceClientCredentialFactory({
      MicrosoftAppId: appId,
      MicrosoftAppType: { anonymous: 'MultiTenant', 'managed-identity': 'UserAssignedMsi', secret: 'SingleTenant' }[
        settings.kind
      ],
      MicrosoftAppTenantId: settings.kind === 'anonymous' ? '' : settings.tenantId,
      MicrosoftAppPassword: settings.kind === 'secret' ? settings.password : '',
    });
  }
}

const messageOf = (card: AdaptiveCard): Partial<Activity> => MessageFactory.attachment(CardFactory.adaptiveCard(card));
