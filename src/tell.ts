import { ServiceError } from './errors.ts';
import type { HuntScope } from './hunt/hunt.ts';
import { errorFields } from './log.ts';
import type { ClaimedNotice, OpenNotice, Services, Target } from './services.ts';
import { MINUTE } from './time.ts';

/** Longer than telling one target may take; a claim must outlast all of them, or another process tells the notice too. */
const PER_TARGET = MINUTE / 2;

type Telling = Pick<Services, 'outbox' | 'conversations' | 'notifier' | 'log' | 'now'>;

/** Tells every target what a scope still has to tell. True when nothing is left; a target's failure is never thrown. */
export async function tellPending(scope: HuntScope, services: Telling): Promise<boolean> {
  const { outbox, conversations, log } = services;
  const open = await outbox.open(scope);
  if (open.length === 0) return true;
  const targets = (await conversations.list()).filter((target) => !target.broken);
  if (targets.length === 0) {
    log.warn('notice.waiting', {
      hunt: scope.hunt,
      workspace: scope.workspace,
      notices: open.length,
      reason: 'no target',
    });
    return false;
  }
  let settled = true;
  for (const notice of open) {
    const told = await tellOne(notice, targets, services);
    settled &&= told;
  }
  return settled;
}

async function tellOne(notice: OpenNotice, targets: readonly Target[], services: Telling): Promise<boolean> {
  const claim = await services.outbox.claim(notice, (targets.length + 1) * PER_TARGET);
  if (!claim) return false;
  let told = 0;
  let refused = 0;
  for (const target of targets) {
    const result = claim.receipts.has(target.id) ? 'told' : await tellTarget(claim, target, services);
    if (result === 'told') told += 1;
    if (result === 'broken') refused += 1;
  }
  // A broken target holds nothing back; with no target left that could be told, the notice waits for one.
  if (told > 0 && told + refused === targets.length) {
    await claim.settle();
    return true;
  }
  await claim.release();
  return false;
}

async function tellTarget(
  claim: ClaimedNotice,
  target: Target,
  services: Telling,
): Promise<'told' | 'broken' | 'later'> {
  const { notifier, conversations, log, now } = services;
  const fields = { notice: claim.id, kind: claim.notice.kind, target: target.id };
  try {
    const receipt = await notifier.send(claim.notice, target);
    await claim.told(target.id, receipt);
    log.info('notice.told', fields);
    return 'told';
  } catch (error) {
    if (!(error instanceof ServiceError) || error.service !== 'teams') throw error;
    log.warn('notice.failed', { ...fields, ...errorFields(error) });
    if (error.reason !== 'denied' && error.reason !== 'not-found') return 'later';
    await conversations.markBroken(target.id, error.message, now());
    log.error('target.broken', { target: target.id, code: error.code });
    return 'broken';
  }
}
