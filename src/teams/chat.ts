/** What the bot hands to whoever answers it. No SDK in here. */
import type { AdaptiveCard } from './card-types.ts';

/** Who speaks, as Teams says; its token vouches for the object id, nothing for the name. */
export interface Speaker {
  /** Entra's object id; absent for a bot or a guest without one, who may ask but not act. */
  readonly objectId?: string;
  readonly name: string;
}

export interface Said {
  /** Without the mention of the bot. */
  readonly text: string;
  readonly speaker: Speaker;
  /** The conversation's id, without a thread: a target's id. */
  readonly conversation: string;
}

export interface Clicked {
  readonly verb: string;
  /** Comes back from the client, so it may be anything. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly speaker: Speaker;
  readonly conversation: string;
}

/** Answers are cards, because a message's text would be read as Markdown. */
export interface Chat {
  say(said: Said): Promise<AdaptiveCard>;
  click(clicked: Clicked): Promise<AdaptiveCard>;
  /** After an answer, for as long as there is time: the other copies of what was changed. */
  settle(clicked: Clicked): Promise<void>;
}
