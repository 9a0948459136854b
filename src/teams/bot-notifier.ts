import { ServiceError, type ServiceFailureReason } from '../errors.ts';
import type { Case } from '../hunt/case.ts';
import type { Notifier } from '../services.ts';
import { SECOND, type Milliseconds } from '../time.ts';
import type { CardLinks } from './card-links.ts';
import type { AdaptiveCard } from './card-types.ts';
import { caseCard, caseSummary, plainCard } from './card.ts';
import { DeadlineError, withDeadline } from './deadline.ts';
import { card, line, run } from './elements.ts';
import type { LoadBot } from './lazy-bot.ts';
import { secondsOf } from './retry-after.ts';

export interface BotNotifierOptions {
  readonly now: () => Date;
  readonly linksOf: (about: Case) => Promise<CardLinks>;
  /** How long Teams may take, from the token to the answer. */
  readonly deadline?: Milliseconds;
}

/** Tells a Teams conversation by the bot. */
export function botNotifier(loadBot: LoadBot, { now, linksOf, deadline = 20 * SECOND }: BotNotifierOptions): Notifier {
  return {
    async send(about, target) {
      const links = await linksOf(about);
      const post = async (content: AdaptiveCard) => {
        const activityId = await attempt(async (signal) =>
          (await loadBot()).post(target, content, caseSummary(about), signal),
        );
        return { activityId, at: now() };
      };
      try {
        return await post(caseCard(about, links));
      } catch (error) {
        if (!(error instanceof ServiceError && error.reason === 'rejected')) throw error;
        // Offered again as it is, it would be refused again: the news in one line is better than none.
        return await post(plainCard(about, links));
      }
    },
    async update(about, { activityId }, target) {
      const content = caseCard(about, await linksOf(about));
      await attempt(async (signal) =>
        (await loadBot()).update(target, activityId, content, caseSummary(about), signal),
      );
    },
    async say(text, target) {
      const content = card(text, [line([run(text, {}, 600)])]);
      await attempt(async (signal) => (await loadBot()).post(target, content, text, signal));
    },
  };

  async function attempt<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await withDeadline(act, deadline);
    } catch (error) {
      throw teamsFailure(error);
    }
  }
}

const BY_STATUS: Readonly<Record<number, ServiceFailureReason>> = {
  400: 'rejected',
  401: 'unavailable',
  403: 'denied',
  404: 'not-found',
  413: 'rejected',
  429: 'throttled',
};

function teamsFailure(error: unknown): ServiceError {
  const fail = (reason: ServiceFailureReason, message: string): ServiceError =>
    new ServiceError('teams', reason, message, { cause: error, ...retryAfterOf(error) });
  // The card may still arrive; telling again may repeat it, not telling again may lose it.
  if (error instanceof DeadlineError) return fail('unknown-outcome', 'Teams did not answer in time.');
  const { statusCode, code } = (error ?? {}) as { readonly statusCode?: number; readonly code?: string };
  const detail = `HTTP ${String(statusCode ?? 'none')}, ${code ?? 'no detail'}`;
  // 412, 5xx and broken connections pass; Teams' own advice is to try them again.
  const reason = statusCode === undefined ? 'unavailable' : (BY_STATUS[statusCode] ?? 'unavailable');
  return fail(reason, `Teams did not take the card (${detail}).`);
}

function retryAfterOf(error: unknown): { readonly retryAfter?: Milliseconds } {
  const { response } = (error ?? {}) as { readonly response?: { readonly headers?: { get(name: string): unknown } } };
  return secondsOf(response?.headers?.get('retry-after'));
}
