import { hash } from 'node:crypto';
import type { Hunt, HuntScope } from './hunt/hunt.ts';
import { requestedRunId, scopeKeyOf, type RunId, type RunOrder } from './hunt/run.ts';
import type { Services } from './services.ts';
import { MINUTE } from './time.ts';

export interface Ordering {
  readonly hunt: Hunt;
  readonly order: RunOrder;
  /** A run already in progress does not answer it: the caller named the clock, or is told the outcome of this very run. */
  readonly own: boolean;
  /** The run an earlier request with the same key may have started yesterday. */
  readonly earlierId?: RunId;
}

/** Orders a run; answers the id of the one that will answer: in progress, ordered before with the same key, or new. */
export async function orderRun(asked: Ordering, services: Services): Promise<RunId> {
  const { runs, log } = services;
  if (asked.earlierId !== undefined && (await runs.find(asked.earlierId))) return asked.earlierId;
  const { order } = asked;
  const running = asked.own ? undefined : await runInProgress(asked, services);
  if (running !== undefined) return running;
  const fresh = await runs.order(order);
  // A repeated request may find a run whose message was never sent: sending it again is harmless, a lost run is not.
  if (fresh || (await runs.find(order.id))?.status === 'queued') {
    await sendOrRefuse(order, services);
    log.info('run.queued', {
      run: order.id,
      hunt: asked.hunt.slug,
      workspace: order.scope.workspace,
      trigger: order.trigger,
    });
  }
  return order.id;
}

/** A run that could not be queued must not look queued. */
async function sendOrRefuse(order: RunOrder, { queue, runs, now }: Services): Promise<void> {
  try {
    await queue.send(order);
  } catch (error) {
    const failure = { code: 'queue-storage-unavailable', message: 'The run could not be queued.', willRetry: false };
    await runs.refuse(order.id, failure, now());
    throw error;
  }
}

async function runInProgress({ order }: Ordering, { runs, now }: Services): Promise<RunId | undefined> {
  const key = scopeKeyOf(order.scope);
  const state = (await runs.scopes()).find(({ scope }) => scopeKeyOf(scope) === key);
  return state?.lease && state.lease.until > now() ? state.lease.run : undefined;
}

/** A run that somebody asks for in Teams. Everybody who asks within the same minute asks for the same run. */
export function chatOrder(scope: HuntScope, now: Date, replyTo: string | undefined): RunOrder {
  const minute = new Date(Math.floor(now.getTime() / MINUTE) * MINUTE);
  const nonce = hash('sha256', `chat\n${replyTo ?? ''}`, 'hex').slice(0, 12);
  return {
    id: requestedRunId(scope, minute, nonce),
    scope,
    trigger: 'chat',
    asOf: now,
    ...(replyTo !== undefined && { replyTo }),
  };
}
