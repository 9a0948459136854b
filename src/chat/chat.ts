import { actOnCase, type CaseRequest } from '../case-actions.ts';
import { FirstsightError } from '../errors.ts';
import type { Case } from '../hunt/case.ts';
import type { Person } from '../hunt/person.ts';
import { errorFields } from '../log.ts';
import { isOperator, type Operators } from '../operators.ts';
import { refreshCopies } from '../refresh-copies.ts';
import type { Services } from '../services.ts';
import type { CardLinks } from '../teams/card-links.ts';
import type { AdaptiveCard } from '../teams/card-types.ts';
import { caseCard } from '../teams/card.ts';
import type { Chat, Clicked, Speaker } from '../teams/chat.ts';
import { answer, refusal } from './answer.ts';
import { deviceHistory } from './device-answer.ts';
import { devices, help, hunts, runNow, status } from './hunt-answers.ts';
import { parseCommand, type Command } from './parse-command.ts';
import { mute, subscribe, unmute } from './subscription-answers.ts';

export interface ChatOptions {
  readonly operators?: Operators;
  readonly linksOf: (about: Case) => Promise<CardLinks>;
}

/** Answers what people write to the bot and what they click. An error is an answer too: silence would look like success. */
export function teamsChat(services: Services, { operators, linksOf }: ChatOptions): Chat {
  /** Who may change something; else why not. */
  const actor = ({ objectId, name }: Speaker): Person | string => {
    if (objectId === undefined) return 'Teams does not say who you are, so you cannot do that.';
    if (!isOperator(objectId, operators)) return 'You are not among those who may do that here.';
    return { id: objectId, name: name.slice(0, 100) };
  };

  return {
    async say({ text, speaker, conversation }) {
      const parsed = parseCommand(text);
      if ('unknown' in parsed) {
        const hint = parsed.suggestion === undefined ? '' : ` Did you mean "${parsed.suggestion}"?`;
        return refusal(`"${parsed.unknown}" is no command.${hint} "help" lists them.`);
      }
      if ('misuse' in parsed) return refusal(`It is written: ${parsed.usage}`);
      const { command } = parsed;
      const by = actor(speaker);
      if (CHANGING.has(command.name) && typeof by === 'string') return refusal(by);
      return explained(() => answered(command, by, conversation), services);
    },

    async click(clicked) {
      const by = actor(clicked.speaker);
      const id = typeof clicked.data['case'] === 'string' ? clicked.data['case'] : '';
      const request = requestOf(clicked);
      if (!request) return refusal('This button is from another version of Firstsight.');
      return explained(async () => {
        if (typeof by === 'string') return cardOrRefusal(await services.cases.find(id), by);
        const done = await actOnCase(id, request, by, services);
        return done.result === 'unknown-case' ? cardOrRefusal(undefined, '') : cardOrRefusal(done.about, done.words);
      }, services);
    },

    settle: async ({ data }) => {
      try {
        await refreshCopies(services, String(data['case']));
      } catch (error) {
        // The next tick tries again.
        services.log.warn('copy.stale', errorFields(error));
      }
    },
  };

  async function answered(command: Command, by: Person | string, conversation: string): Promise<AdaptiveCard> {
    switch (command.name) {
      case 'help':
        return help();
      case 'hunts':
        return hunts(services);
      case 'status':
        return status(services);
      case 'run':
        return runNow(command, conversation, services);
      case 'devices':
        return devices(command, services);
      case 'device':
        return deviceHistory(command.device, services);
      case 'subscribe':
      case 'unsubscribe':
        return subscribe(command.name === 'subscribe', command.topic, conversation, services);
      case 'mute':
        return typeof by === 'string' ? refusal(by) : mute(command, by, services);
      case 'unmute':
        return typeof by === 'string' ? refusal(by) : unmute(command.hunt, by, services);
    }
  }

  async function cardOrRefusal(about: Case | undefined, words: string): Promise<AdaptiveCard> {
    if (!about) return refusal('This card is older than what is kept; nothing has been changed.');
    return caseCard(about, await linksOf(about), 'bot', words);
  }
}

const CHANGING: ReadonlySet<Command['name']> = new Set(['run', 'subscribe', 'unsubscribe', 'mute', 'unmute']);

/** A failure of a service, in words; a bug is for the log. */
async function explained(act: () => Promise<AdaptiveCard>, { log }: Services): Promise<AdaptiveCard> {
  try {
    return await act();
  } catch (error) {
    log.error('bot.failed', errorFields(error));
    if (error instanceof FirstsightError) return refusal(`That did not work (${error.code}). Try again in a minute.`);
    return answer('That did not work: an error that nobody expected. The log has the details.', [], 'warning');
  }
}

/** What a click asks for; undefined for what no card of ours sends. Everything in it may be forged. */
function requestOf({ verb, data, conversation }: Clicked): CaseRequest | undefined {
  const text = (name: string): string => (typeof data[name] === 'string' ? data[name] : '');
  switch (verb) {
    case 'acknowledge':
    case 'unexpect':
      return { verb };
    case 'note':
      return { verb, text: text('text') };
    case 'expect': {
      const shown = Number(text('shown'));
      const { device, until, reason } = { device: text('device'), until: text('until'), reason: text('reason') };
      return { verb, device, until, reason, shown: Number.isInteger(shown) ? shown : 0 };
    }
    case 'run':
      return { verb, replyTo: conversation };
    default:
      return undefined;
  }
}
