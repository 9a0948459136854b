import { hash } from 'node:crypto';
import { ServiceError, type ServiceFailureReason } from '../errors.ts';
import type { Case } from '../hunt/case.ts';
import type { Notifier, Target } from '../services.ts';
import { SECOND, type Milliseconds } from '../time.ts';
import type { CardLinks } from './card-links.ts';
import type { AdaptiveCard } from './card-types.ts';
import { caseCard } from './card.ts';
import { card, line, run } from './elements.ts';
import { secondsOf } from './retry-after.ts';

export interface WebhookOptions {
  readonly now: () => Date;
  readonly linksOf: (about: Case) => Promise<CardLinks>;
  readonly deadline?: Milliseconds;
}

/**
 * The webhook as a target. Its address is a secret and stands nowhere else; the id follows from it, so that a new address
 * is a new target, whatever was wrong with the old one.
 */
export const webhookTarget = (url: URL): Target => ({
  id: `webhook-${hash('sha256', url.href, 'hex').slice(0, 12)}`,
  kind: 'webhook',
  reference: {},
  rules: [],
});

/**
 * Tells a channel by a Workflows webhook: no bot, so cards have links only and are never changed. An answer of 202 says
 * that the flow has started; whether it posted shows in the flow's own history and nowhere else.
 */
export function webhookNotifier(url: URL, { now, linksOf, deadline = 15 * SECOND }: WebhookOptions): Notifier {
  return {
    async send(about) {
      await post(caseCard(about, await linksOf(about), 'webhook'));
      return { activityId: '', at: now() };
    },
    update: () => Promise.resolve(),
    say: (text) => post(card(text, [line([run(text, {}, 600)])])),
  };

  async function post(content: AdaptiveCard): Promise<void> {
    const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
    const request: RequestInit = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'message', attachments: [attachment] }),
      // Following one would hand the card to whatever address stands there.
      redirect: 'manual',
      signal: AbortSignal.timeout(deadline),
    };
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, request);
      text = (await response.text()).slice(0, 2_000);
    } catch (error) {
      // The error may quote the address, so it goes no further.
      const late = error instanceof DOMException && error.name === 'TimeoutError';
      throw failure(late ? 'unknown-outcome' : 'unavailable', late ? 'did not answer in time' : 'cannot be reached');
    }
    // The connectors that Workflows replaced answer 200 and put the error into a sentence.
    const inner = /returned HTTP error (\d{3})/i.exec(text)?.[1];
    const status = inner === undefined ? response.status : Number(inner);
    if (status >= 200 && status < 300) return;
    throw failure(reasonOf(status), `refuses the card (HTTP ${String(status)})`, response.headers.get('retry-after'));
  }
}

/** 401, 404 and 410 mean that the flow is off, gone or wants a sign-in: somebody must make a new address. */
function reasonOf(status: number): ServiceFailureReason {
  if (status === 401 || status === 403) return 'denied';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 429) return 'throttled';
  return status === 400 || status === 413 ? 'rejected' : 'unavailable';
}

const failure = (reason: ServiceFailureReason, words: string, retryAfter?: string | null): ServiceError =>
  new ServiceError('teams', reason, `The Teams webhook ${words}.`, secondsOf(retryAfter));
