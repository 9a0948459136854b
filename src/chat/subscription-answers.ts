/** `subscribe`, `unsubscribe`, `mute` and `unmute`. */
import { TACTICS, tacticOf } from '../hunt-files/attack.ts';
import type { Person } from '../hunt/person.ts';
import { withRule, type SubscriptionRule, type Topic } from '../hunt/subscription.ts';
import type { Services } from '../services.ts';
import type { AdaptiveCard } from '../teams/card-types.ts';
import { day } from '../teams/card-parts.ts';
import { DAY } from '../time.ts';
import { answer, refusal } from './answer.ts';
import { meant, namedHunt } from './names.ts';

/** A hunt silenced for longer had better be taken away. */
const LONGEST_MUTE_DAYS = 90;

export async function subscribe(
  on: boolean,
  topic: string | undefined,
  conversation: string,
  services: Services,
): Promise<AdaptiveCard> {
  const named = topicOf(topic, services);
  if ('words' in named) return refusal(named.words);
  const target = (await services.conversations.list()).find(({ id }) => id === conversation);
  if (!target) return refusal('This conversation is not told anything; install the app here first.');
  const rules = withRule(target.rules, { topic: named.topic, on });
  if (!(await services.conversations.setRules(conversation, rules)))
    return refusal('The app has just been removed from this conversation.');
  services.log.info('subscription.changed', { target: conversation, topic: named.topic, on });
  return answer(`This conversation is told ${summary(rules, services)}`);
}

function topicOf(name: string | undefined, services: Services): { readonly topic: Topic } | { readonly words: string } {
  const plain = name?.toLowerCase() ?? 'everything';
  if (plain === 'everything' || plain === 'escalations' || plain === 'digest' || plain === 'canary')
    return { topic: plain };
  const tactic = tacticOf(plain.replaceAll(' ', ''));
  if (tactic !== undefined) return { topic: `tactic:${tactic}` };
  const hunt = namedHunt(plain, services);
  if ('found' in hunt) return { topic: `hunt:${hunt.found.id}` };
  const others = [...TACTICS, 'everything', 'escalations', 'digest', 'canary'];
  const hint = meant(plain, others);
  return { words: hint === '' ? hunt.words : `There is no hunt or tactic "${plain.slice(0, 80)}".${hint}` };
}

/** The rules in words, in the order in which they decide. */
function summary(rules: readonly SubscriptionRule[], { hunts }: Services): string {
  const label = (topic: Topic): string => {
    const [kind, name] = topic.split(/:(.*)/s);
    if (kind === 'hunt') return hunts.find(name ?? '')?.slug ?? 'a hunt that is gone';
    return name ?? kind ?? '';
  };
  const base = rules.findLast(({ topic }) => topic === 'everything')?.on ?? true;
  const others = rules.filter(({ topic }) => topic !== 'everything');
  const details = others.map(({ topic, on }) => `${on ? 'and' : 'but not'} ${label(topic)}`);
  return [base ? 'everything' : 'nothing', ...details].join(', ');
}

export async function mute(
  { hunt: name, until: text }: { readonly hunt: string; readonly until: string },
  by: Person,
  services: Services,
): Promise<AdaptiveCard> {
  const hunt = namedHunt(name, services);
  if ('words' in hunt) return refusal(hunt.words);
  const until = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  const at = services.now();
  if (!until || Number.isNaN(until.getTime()) || !until.toISOString().startsWith(text))
    return refusal('The day must look like 2026-11-30.');
  if (until <= at) return refusal('That day is not in the future.');
  if (until.getTime() - at.getTime() > LONGEST_MUTE_DAYS * DAY)
    return refusal(`A hunt is muted for ${String(LONGEST_MUTE_DAYS)} days at most.`);
  await services.promises.mute({ hunt: hunt.found.id, until, by, at });
  services.log.warn('promise.made', { hunt: hunt.found.slug, what: 'muted', until: until.toISOString(), by: by.id });
  return answer(`${hunt.found.slug} is muted until ${day(until)}, for everybody`, [
    'It goes on running; what it finds waits and is told then, or when somebody writes "unmute".',
  ]);
}

export async function unmute(name: string, by: Person, services: Services): Promise<AdaptiveCard> {
  const hunt = namedHunt(name, services);
  if ('words' in hunt) return refusal(hunt.words);
  await services.promises.unmute(hunt.found.id);
  services.log.info('promise.made', { hunt: hunt.found.slug, what: 'unmuted', by: by.id });
  return answer(`${hunt.found.slug} is not muted`, ['What has waited is told within minutes.']);
}
