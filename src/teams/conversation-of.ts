/** What of an activity says where it happened and who spoke. Plain data: the SDK's turn is gone afterwards. */
import type { Activity } from 'botbuilder';
import type { Target } from '../services.ts';
import type { Speaker } from './chat.ts';

interface TeamsData {
  readonly tenant?: { readonly id?: string };
  readonly team?: unknown;
  readonly channel?: { readonly id?: string };
}
const teamsData = (activity: Activity): TeamsData => (activity.channelData ?? {}) as TeamsData;

/** A channel's id without the thread, so that a later post starts a thread of its own. */
export function conversationId(activity: Activity): string {
  const channel = activity.conversation.conversationType === 'channel' ? teamsData(activity).channel?.id : undefined;
  return (channel ?? activity.conversation.id).split(';')[0] ?? '';
}

const KINDS: Readonly<Record<string, Target['kind']>> = {
  personal: 'personal',
  groupChat: 'group',
  channel: 'channel',
};

/**
 * The conversation as a target. Without the activity's id, since every post would be a reply to it, and without names:
 * people choose them, and nothing needs them.
 */
export function targetOf(activity: Activity): Omit<Target, 'rules'> {
  const id = conversationId(activity);
  const { channelId, serviceUrl, locale, recipient } = activity;
  const { conversationType, tenantId } = activity.conversation as { conversationType?: string; tenantId?: string };
  const tenant = tenantId ?? teamsData(activity).tenant?.id;
  return {
    id,
    kind: KINDS[conversationType ?? ''] ?? (teamsData(activity).team === undefined ? 'personal' : 'channel'),
    ...(tenant !== undefined && { tenantId: tenant }),
    reference: {
      channelId,
      serviceUrl,
      ...(locale !== undefined && { locale }),
      bot: { id: recipient.id },
      conversation: { id, ...(conversationType !== undefined && { conversationType }), ...(tenantId && { tenantId }) },
    },
  };
}

export function speakerOf({ from }: Activity): Speaker {
  const { aadObjectId, name } = from as { readonly aadObjectId?: string; readonly name?: string };
  return { name: name ?? '', ...(aadObjectId !== undefined && aadObjectId !== '' && { objectId: aadObjectId }) };
}

/** What somebody wrote, without the mention of the bot that a channel needs. */
export const textOf = ({ text }: Activity): string =>
  ((text as string | undefined) ?? '')
    .slice(0, 2_000)
    .replace(/<at>[^<]*<\/at>/gi, ' ')
    .replace(/&nbsp;/g, ' ')
    .trim();
