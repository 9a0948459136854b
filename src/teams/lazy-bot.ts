import type { Bot, BotOptions } from './bot.ts';

export type LoadBot = () => Promise<Bot>;

/** Loads the Teams SDK when it is first needed: it costs more than everything else in a cold start. A failure is not kept. */
export function lazyBot(options: () => BotOptions): LoadBot {
  let bot: Promise<Bot> | undefined;
  return () => {
    bot ??= import('./bot.ts')
      .then(({ createBot }) => createBot(options()))
      .catch((error: unknown) => {
        bot = undefined;
        throw error;
      });
    return bot;
  };
}
