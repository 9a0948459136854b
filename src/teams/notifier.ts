import { ServiceError, type ServiceFailureReason } from '../errors.ts';
import type { Notifier, Receipt } from '../services.ts';
import { SECOND, type Milliseconds } from '../time.ts';
import { noticeCard, noticeSummary } from './card.ts';
import type { LoadBot } from './lazy-bot.ts';

export interface NotifierOptions {
  readonly now: () => Date;
  /** Teams' client waits as long as Retry-After says, without a limit; so we do not wait for it. */
  readonly deadline?: Milliseconds;
}

/** Tells a Teams conversation by the bot. */
export function teamsNotifier(loadBot: LoadBot, { now, deadline = 20 * SECOND }: NotifierOptions): Notifier {
  return {
    async send(notice, target): Promise<Receipt> {
      try {
        const bot = await loadBot();
        const activityId = await withDeadline(bot.post(target, noticeCard(notice), noticeSummary(notice)), deadline);
        return { activityId, at: now() };
      } catch (error) {
        throw teamsFailure(error);
      }
    },
  };
}

class DeadlineError extends Error {}

async function withDeadline<T>(work: Promise<T>, deadline: Milliseconds): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DeadlineError());
    }, deadline);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
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
    new ServiceError('teams', reason, message, { cause: error });
  // The card may still arrive; telling again may repeat it, not telling again may lose it.
  if (error instanceof DeadlineError) return fail('unknown-outcome', 'Teams did not answer in time.');
  const { statusCode, code } = (error ?? {}) as { readonly statusCode?: number; readonly code?: string };
  const detail = `HTTP ${String(statusCode ?? 'none')}, ${code ?? 'no detail'}`;
  // 412, 5xx and broken connections pass; Teams' own advice is to try them again.
  const reason = statusCode === undefined ? 'unavailable' : (BY_STATUS[statusCode] ?? 'unavailable');
  return fail(reason, `Teams did not take the card (${detail}).`);
}
