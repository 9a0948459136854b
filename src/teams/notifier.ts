import { ServiceError, type ServiceFailureReason } from '../errors.ts';
import type { Notifier, Receipt } from '../services.ts';
import { SECOND, type Milliseconds } from '../time.ts';
import { noticeCard, noticeSummary } from './card.ts';
import type { LoadBot } from './lazy-bot.ts';

export interface NotifierOptions {
  readonly now: () => Date;
  /** How long Teams may take, from the token to the answer. */
  readonly deadline?: Milliseconds;
}

/** Tells a Teams conversation by the bot. */
export function teamsNotifier(loadBot: LoadBot, { now, deadline = 20 * SECOND }: NotifierOptions): Notifier {
  return {
    async send(notice, target): Promise<Receipt> {
      try {
        const bot = await loadBot();
        const activityId = await withDeadline(
          (signal) => bot.post(target, noticeCard(notice), noticeSummary(notice), signal),
          deadline,
        );
        return { activityId, at: now() };
      } catch (error) {
        throw teamsFailure(error);
      }
    },
  };
}

class DeadlineError extends Error {}

/** The work is told to stop, and is not waited for when it does not: fetching a token heeds no signal. */
async function withDeadline<T>(work: (signal: AbortSignal) => Promise<T>, deadline: Milliseconds): Promise<T> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DeadlineError());
      stop.abort();
    }, deadline);
  });
  try {
    return await Promise.race([work(stop.signal), late]);
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
    new ServiceError('teams', reason, message, { cause: error, ...retryAfterOf(error) });
  // The card may still arrive; telling again may repeat it, not telling again may lose it.
  if (error instanceof DeadlineError) return fail('unknown-outcome', 'Teams did not answer in time.');
  const { statusCode, code } = (error ?? {}) as { readonly statusCode?: number; readonly code?: string };
  const detail = `HTTP ${String(statusCode ?? 'none')}, ${code ?? 'no detail'}`;
  // 412, 5xx and broken connections pass; Teams' own advice is to try them again.
  const reason = statusCode === undefined ? 'unavailable' : (BY_STATUS[statusCode] ?? 'unavailable');
  return fail(reason, `Teams did not take the card (${detail}).`);
}

/** Retry-After in seconds, as Teams sends it; its other form, a date, is left to the next tick. */
function retryAfterOf(error: unknown): { readonly retryAfter?: Milliseconds } {
  const { response } = (error ?? {}) as { readonly response?: { readonly headers?: { get(name: string): unknown } } };
  const header = response?.headers?.get('retry-after');
  return typeof header === 'string' && /^\d+$/.test(header) ? { retryAfter: Number(header) * SECOND } : {};
}
