import type { BotSettings } from '../teams-settings.ts';

export interface BotFramework {
  /** Who signs what Teams sends. */
  readonly issuer: string;
  /** What the SDK derives all its addresses and audiences from. */
  readonly addresses: Readonly<Record<string, string>>;
}

const PUBLIC: BotFramework = { issuer: 'https://api.botframework.com', addresses: {} };
const US_GOVERNMENT: BotFramework = {
  issuer: 'https://api.botframework.us',
  addresses: { ChannelService: 'https://botframework.azure.us' },
};

/** A token of one cloud is worth nothing in another. */
export const frameworkOf = (bot: BotSettings): BotFramework => ('cloud' in bot ? US_GOVERNMENT : PUBLIC);
