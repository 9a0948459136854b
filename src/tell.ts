import { openCanaryCase } from './canary-case.ts';
import { isShown } from './canary-standing.ts';
import { openCase } from './case-opening.ts';
import { ServiceError } from './errors.ts';
import { isCanary } from './hunt/canary.ts';
import type { Case } from './hunt/case.ts';
import type { HuntScope } from './hunt/hunt.ts';
import type { Notice } from './hunt/notice.ts';
import { wants, wantsCanary, wantsDigest, wantsEscalations } from './hunt/subscription.ts';
import { errorFields } from './log.ts';
import type { ClaimedNotice, OpenNotice, Services, Target } from './services.ts';
import { HOUR, MINUTE } from './time.ts';

/**
 * Longer than telling one target may take, its turn and Teams' answer; a claim must outlast all of them, or another
 * process tells the notice too.
 */
const PER_TARGET = MINUTE;
/** Whatever Teams asks for: a finding is not held back longer. */
const LONGEST_PAUSE = HOUR;

type Telling = Pick<
  Services,
  | 'outbox'
  | 'conversations'
  | 'notifier'
  | 'cases'
  | 'promises'
  | 'runs'
  | 'canaries'
  | 'workspaces'
  | 'policy'
  | 'log'
  | 'now'
>;

/** Tells every target what a scope still has to tell. True when nothing is left; a target's failure is never thrown. */
export async function tellPending(scope: HuntScope, services: Telling): Promise<boolean> {
  const { outbox, conversations, promises, now } = services;
  const open = await outbox.open(scope);
  if (open.length === 0) return true;
  const waiting = (reason: string): false => {
    const fields = { hunt: scope.hunt, workspace: scope.workspace, notices: open.length, reason };
    services.log.warn('notice.waiting', fields);
    return false;
  };
  const mute = (await promises.mutes()).find(({ hunt }) => hunt === scope.hunt);
  if (mute && mute.until > now()) return waiting('muted');
  const targets = (await conversations.list()).filter((target) => !target.broken);
  if (targets.length === 0) return waiting('no target');
  let settled = true;
  for (const notice of open) {
    const told = await tellOne(notice, targets, services);
    settled &&= told;
  }
  return settled;
}

async function tellOne(open: OpenNotice, all: readonly Target[], services: Telling): Promise<boolean> {
  const claim = await services.outbox.claim(open, (all.length + 1) * PER_TARGET);
  if (!claim) return false;
  const about = await caseOf(claim, open.scope, services);
  // Somebody has looked at it since it was to be told again, or another canary has followed it.
  if (!about) return settle(claim);
  const targets = audience(claim.notice, all, services);
  let told = 0;
  let refused = 0;
  for (const target of targets) {
    const receipt = claim.receipts.get(target.id);
    // It has the message, and its case may not know so: nobody would ever change that message again.
    if (receipt) await services.cases.posted(about.id, { targetId: target.id, activityId: receipt.activityId });
    const result = receipt ? 'told' : await tellTarget(claim, about, target, services);
    if (result === 'told') told += 1;
    if (result === 'broken') refused += 1;
  }
  // A broken target holds nothing back; with no target left that could be told, the notice waits for one.
  if (told > 0 && told + refused === targets.length) return settle(claim);
  // A canary that nobody wants to see has come as far as it can.
  if (targets.length === 0 && about.notice.kind === 'canary') return settle(claim);
  if (targets.length === 0)
    services.log.warn('notice.waiting', { notice: claim.id, hunt: open.scope.hunt, reason: 'no subscriber' });
  await claim.release();
  return false;
}

async function settle(claim: ClaimedNotice): Promise<true> {
  await claim.settle();
  return true;
}

async function caseOf({ id, notice }: ClaimedNotice, scope: HuntScope, services: Telling): Promise<Case | undefined> {
  if (isCanary(scope) && notice.kind === 'devices-found') return openCanaryCase(id, scope, notice, services);
  if (notice.kind !== 'unseen') return openCase(id, scope, notice, services);
  const about = await services.cases.find(notice.of);
  return about?.state.seen ? undefined : about;
}

/** Escalations go to whoever asked for them; where nobody has, to everybody who was told before. */
function audience(notice: Notice, all: readonly Target[], services: Telling): readonly Target[] {
  if (notice.kind === 'digest') return all.filter(({ rules }) => wantsDigest(rules));
  if (isCanary({ hunt: notice.context.hunt.id }) && notice.kind === 'devices-found')
    return isShown(notice.context.workspace, [...services.workspaces.keys()])
      ? all.filter(({ rules }) => wantsCanary(rules))
      : [];
  const asked = notice.kind === 'unseen' ? all.filter(({ rules }) => wantsEscalations(rules)) : [];
  return asked.length > 0 ? asked : all.filter(({ rules }) => wants(rules, notice.context.hunt));
}

async function tellTarget(
  claim: ClaimedNotice,
  about: Case,
  target: Target,
  services: Telling,
): Promise<'told' | 'broken' | 'later'> {
  const { notifier, conversations, cases, log, now } = services;
  if (target.pausedUntil && target.pausedUntil > now()) return 'later';
  const { run, hunt } = claim.notice.context;
  const fields = {
    run,
    hunt: hunt.slug,
    notice: claim.id,
    kind: about.notice.kind === 'canary' ? 'canary' : claim.notice.kind,
    target: target.id,
  };
  try {
    const receipt = await notifier.send(about, target);
    await claim.told(target.id, receipt);
    await cases.posted(about.id, { targetId: target.id, activityId: receipt.activityId });
    log.info('notice.told', fields);
    return 'told';
  } catch (error) {
    if (!(error instanceof ServiceError) || error.service !== 'teams') throw error;
    log.warn('notice.failed', { ...fields, ...errorFields(error) });
    if (error.retryAfter !== undefined)
      await conversations.pause(target.id, new Date(now().getTime() + Math.min(error.retryAfter, LONGEST_PAUSE)));
    if (error.reason !== 'denied' && error.reason !== 'not-found') return 'later';
    await conversations.markBroken(target.id, error.message, now());
    log.error('target.broken', { run, target: target.id, code: error.code });
    return 'broken';
  }
}
