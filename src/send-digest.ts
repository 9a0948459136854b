import { explanationLines } from './board/explained.ts';
import { weekDigest } from './board/week.ts';
import { RunInProgressError } from './errors.ts';
import type { NoticeContext } from './hunt/notice.ts';
import { scheduledRunId, scopeKeyOf, type Run } from './hunt/run.ts';
import { dueSlot } from './hunt/schedule.ts';
import { wantsDigest } from './hunt/subscription.ts';
import { DIGEST_SCOPE, LISTED } from './hunt/week-digest.ts';
import type { Notice } from './hunt/notice.ts';
import type { ScopeState, Services } from './services.ts';
import { tellPending } from './tell.ts';
import { DAY, MINUTE } from './time.ts';

/** Longer than reading five lists and telling a few conversations takes. */
const LEASE = 10 * MINUTE;
const MOST_UNANSWERED = 1_000;

/**
 * Sends the digest of the week when it is due and somebody wants it. It is kept like a run of a hunt of its own: a lease lets
 * one process at it, the outbox holds it until everybody has it, and its slot is answered once; see docs/decisions/0053.
 */
export async function sendDigest(states: ReadonlyMap<string, ScopeState>, services: Services): Promise<void> {
  const { conversations, runs, outbox, policy, now, log } = services;
  const at = now();
  const slot = dueSlot(policy.digest, states.get(scopeKeyOf(DIGEST_SCOPE))?.lastSlot, at);
  if (!slot) return;
  // Whoever asks for it later gets the week that ends then.
  if (!(await conversations.list()).some(({ rules, broken }) => wantsDigest(rules) && !broken)) return;
  const week = { start: new Date(at.getTime() - 7 * DAY), end: at };
  const id = scheduledRunId(DIGEST_SCOPE, slot);
  const run: Run = { id, scope: DIGEST_SCOPE, trigger: 'schedule', asOf: at, slot, window: week, asked: week };
  try {
    const ticket = await runs.begin(run, LEASE, at);
    if (ticket.ended) return;
    await outbox.add(DIGEST_SCOPE, await noticeOf(run, states, services), `${id}-digest`);
    const settled = await tellPending(DIGEST_SCOPE, services);
    await runs.finish(ticket, { at: now(), status: 'completed', settled });
  } catch (error) {
    if (!(error instanceof RunInProgressError)) throw error;
    log.info('run.skipped', { run: id, reason: `the digest is being sent by ${error.holder}` });
  }
}

async function noticeOf(run: Run, states: ReadonlyMap<string, ScopeState>, services: Services): Promise<Notice> {
  const { hunts, workspaces, cases, promises, policy, now } = services;
  const at = now();
  const [unanswered, mutes] = await Promise.all([
    cases.unanswered(new Date(at.getTime() - 90 * DAY), MOST_UNANSWERED),
    promises.mutes(),
  ]);
  const week = weekDigest({
    hunts: hunts.all(),
    problems: hunts.problems(),
    workspaces: [...workspaces.keys()],
    states: [...states.values()],
    unanswered,
    mutes,
    policy,
    now: at,
  });
  const explained = (await explanationLines(services)).slice(0, LISTED);
  return { kind: 'digest', context: contextOf(run), week: explained.length === 0 ? week : { ...week, explained } };
}

/** What every notice says of itself; the digest is about no hunt. */
const contextOf = ({ id, scope, trigger, asOf, window }: Run): NoticeContext => ({
  hunt: {
    id: scope.hunt,
    slug: 'weekly-digest',
    name: 'The week in hunts',
    severity: 'low',
    tactics: [],
    techniques: [],
    firstRun: 'report',
  },
  workspace: scope.workspace,
  run: id,
  trigger,
  asOf,
  window,
});
