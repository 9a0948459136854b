/** The only file that knows @microsoft/teams-ai; loaded at the first card or activity, by lazy-bot.ts. */
import { Application, TeamsAdapter, type TurnState } from '@microsoft/teams-ai';
import {
  CardFactory,
  ConfigurationServiceClientCredentialFactory,
  MessageFactory,
  teamsGetChannelId,
  TurnContext,
  type ConversationReference,
} from 'botbuilder';
import { AuthenticationConfiguration } from 'botframework-connector';
import { errorFields, type Log } from '../log.ts';
import type { Conversations, Target } from '../services.ts';
import type { BotSettings } from '../settings.ts';
import type { AdaptiveCard } from './elements.ts';
import { CHANNEL_ISSUER, processActivity, type BotAnswer, type Gate } from './http-shim.ts';

export interface BotOptions {
  readonly auth: BotSettings;
  readonly conversations: Conversations;
  readonly log: Log;
  /** Where tokens and keys come from, for tests; the Bot Framework's public addresses otherwise. */
  readonly framework?: Readonly<Record<string, string>>;
}

export interface Bot {
  /** Answers Teams' request. */
  process(authorization: string | undefined, activity: unknown): Promise<BotAnswer>;
  /** Posts a card in one attempt; returns the message's id. Throws what the connector's client throws. */
  post(target: Target, card: AdaptiveCard, summary: string, signal: AbortSignal): Promise<string>;
}

const HELP =
  'Firstsight posts here which devices its hunts have not seen before. It needs no command. Remove the app from this conversation to stop it.';

export function createBot({ auth, conversations, log, framework }: BotOptions): Bot {
  const appId = auth.kind === 'anonymous' ? '' : auth.appId;
  // The Bot Framework takes an empty app id for "no authentication". Settings refuse it; so does this, once more.
  if (auth.kind !== 'anonymous' && appId === '') throw new Error('A bot without an app id would accept anybody.');
  // The adapter tells a valid token of its own app from one of the channel only by this check.
  const channelOnly = new AuthenticationConfiguration([], (claims) => {
    const issuer = claims.find(({ type }) => type === 'iss')?.value;
    return issuer === CHANNEL_ISSUER ? Promise.resolve() : Promise.reject(new Error('invalid issuer'));
  });
  const adapter = new TeamsAdapter(framework ?? {}, credentialsOf(auth), channelOnly);
  const app = new Application<TurnState>({ adapter, botAppId: appId, startTypingTimer: false });
  const gate: Gate =
    auth.kind === 'anonymous' ? { authenticated: false } : { authenticated: true, tenantId: auth.tenantId };

  const remember = async (context: TurnContext): Promise<void> => {
    const target = targetOf(context);
    await conversations.put(target);
    log.info('target.added', { target: target.id, kind: target.kind });
  };
  const forget = async (context: TurnContext): Promise<void> => {
    const id = conversationId(context);
    await conversations.remove(id);
    log.info('target.removed', { target: id });
  };
  /** Teams moves conversations to other addresses; somebody who writes shows the current one, and that it works. */
  const refresh = async (context: TurnContext): Promise<void> => {
    const target = targetOf(context);
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
    await refresh(context);
    await context.sendActivity(HELP);
  });

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
      // No app.error() handler is set: with one, the adapter would swallow what goes wrong in here.
      await adapter.continueConversationAsync(appId, target.reference, async (context) => {
        sendOnce(context, signal);
        const message = { ...MessageFactory.attachment(CardFactory.adaptiveCard(card)), summary };
        id = (await context.sendActivity(message))?.id ?? '';
      });
      return id;
    },
  };

  function credentialsOf(settings: BotSettings): ConfigurationServiceClientCredentialFactory {
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

/** The part of the SDK's connector client that its types hide. */
interface ConnectorPipeline {
  readonly client: {
    readonly pipeline: {
      removePolicy(policy: { readonly name: string }): unknown;
      addPolicy(policy: {
        readonly name: string;
        sendRequest<R>(request: { abortSignal?: AbortSignal }, next: (request: object) => Promise<R>): Promise<R>;
      }): void;
    };
  };
}

/**
 * The SDK repeats a POST after every 5xx and waits as long as Retry-After says: a lost answer would post a card twice,
 * and a card given up would still arrive. No option reaches that policy, but every turn has a client of its own.
 */
function sendOnce({ adapter, turnState }: TurnContext, signal: AbortSignal): void {
  const { pipeline } = turnState.get<ConnectorPipeline>(adapter.ConnectorClientKey).client;
  pipeline.removePolicy({ name: 'defaultRetryPolicy' });
  pipeline.addPolicy({
    name: 'firstsightDeadline',
    sendRequest: (request, next) => {
      request.abortSignal = signal;
      return next(request);
    },
  });
}

/** A channel's id without the thread, so that a later post starts a thread of its own. */
function conversationId({ activity }: TurnContext): string {
  const channel = activity.conversation.conversationType === 'channel' ? teamsGetChannelId(activity) : undefined;
  return (channel ?? activity.conversation.id).split(';')[0] ?? '';
}

function targetOf(context: TurnContext): Target {
  const { activity } = context;
  const { conversationType, tenantId } = activity.conversation as { conversationType?: string; tenantId?: string };
  const id = conversationId(context);
  const reference: Partial<ConversationReference> = TurnContext.getConversationReference(activity);
  // With an activity id every post would be a reply to the installation.
  const { activityId: _activity, user: _user, bot, ...kept } = reference;
  const tenant = tenantId ?? (activity.channelData as { tenant?: { id?: string } } | undefined)?.tenant?.id;
  return {
    id,
    kind:
      KINDS[conversationType ?? ''] ??
      ((activity.channelData as { team?: unknown } | undefined)?.team === undefined ? 'personal' : 'channel'),
    ...(tenant !== undefined && { tenantId: tenant }),
    // People choose the names of conversations; nothing needs them, so they are not kept.
    reference: {
      ...kept,
      ...(bot && { bot: { id: bot.id } }),
      conversation: { id, ...(conversationType !== undefined && { conversationType }), ...(tenantId && { tenantId }) },
    },
  };
}

const KINDS: Readonly<Record<string, Target['kind']>> = {
  personal: 'personal',
  groupChat: 'group',
  channel: 'channel',
};
