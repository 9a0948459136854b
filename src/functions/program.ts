import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { Services } from '../services.ts';

/**
 * What the functions run on. Made at the first invocation, not at load: Azure reports an error during load as
 * "No job functions found", without its cause, so settings must be judged where somebody can be answered.
 */
export interface Program {
  /** Throws {@link SettingsError} with every problem, at every call, until the settings are right. */
  services(): Promise<Services>;
  /** The bot's endpoint; loads the Teams SDK at its first call. */
  messages(request: HttpRequest): Promise<HttpResponseInit>;
}
