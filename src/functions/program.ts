import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { BoardSettings } from '../board-settings.ts';
import type { Operators } from '../operators.ts';
import type { Services } from '../services.ts';
import type { Portals } from '../teams/card-links.ts';

export interface BoardOptions extends BoardSettings {
  readonly operators?: Operators;
  readonly portals: Portals;
}

/**
 * What the functions run on. Made at the first invocation, not at load: Azure reports an error during load as
 * "No job functions found", without its cause, so settings must be judged where somebody can be answered.
 */
export interface Program {
  /** Throws {@link SettingsError} with every problem, at every call, until the settings are right. */
  services(): Promise<Services>;
  /** Who may see the board, and where its links lead. */
  board(): Promise<BoardOptions>;
  /** The bot's endpoint; loads the Teams SDK at its first call. */
  messages(request: HttpRequest): Promise<HttpResponseInit>;
}
