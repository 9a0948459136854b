import { setTimeout as sleepFor } from 'node:timers/promises';
import { ServiceError } from '../errors.ts';
import type { Conversations, Notifier, Target } from '../services.ts';
import { SECOND, type Milliseconds } from '../time.ts';

export interface PaceOptions {
  readonly now: () => Date;
  readonly sleep?: (time: Milliseconds) => Promise<unknown>;
  readonly random?: () => number;
}

/** Teams takes 60 messages in 30 seconds from a bot in one conversation; people read far fewer. */
const GAP = SECOND;
/** Longer waits are for the next tick: a run must not sleep through its lease. */
const PATIENCE = 20 * SECOND;
/** Processes that wake at the same tick must not send at the same moment. */
const JITTER = SECOND / 4;

/** At most one message a second per conversation, whatever process sends it. */
export function paced(
  notifier: Notifier,
  conversations: Pick<Conversations, 'takeTurn'>,
  { now, sleep = sleepFor, random = Math.random }: PaceOptions,
): Notifier {
  const waitTurn = async ({ id }: Target): Promise<void> => {
    const turn = await conversations.takeTurn(id, GAP, now());
    const wait = turn.getTime() - now().getTime();
    if (wait > PATIENCE) throw new ServiceError('teams', 'throttled', 'Too many messages wait for this conversation.');
    if (wait > 0) await sleep(wait + random() * JITTER);
  };
  return {
    async send(about, target) {
      await waitTurn(target);
      return notifier.send(about, target);
    },
    update: (about, post, target) => notifier.update(about, post, target),
    say: async (text, target) => {
      await waitTurn(target);
      await notifier.say(text, target);
    },
  };
}
