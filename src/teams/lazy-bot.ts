import { onFirstUse } from '../on-first-use.ts';
import type { Bot, BotOptions } from './bot.ts';

export type LoadBot = () => Promise<Bot>;

/** Loads the Teams SDK when it is first needed: it costs more than everything else in a cold start. */
export const lazyBot = (options: () => BotOptions): LoadBot =>
  onFirstUse(async () => (await import('./bot.ts')).createBot(options()));
