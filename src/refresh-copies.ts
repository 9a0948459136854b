import { ServiceError } from './errors.ts';
import type { Case } from './hunt/case.ts';
import { errorFields } from './log.ts';
import type { Services, Target } from './services.ts';
import { DAY } from './time.ts';

type Refreshing = Pick<Services, 'cases' | 'conversations' | 'notifier' | 'log' | 'now'>;

/** Copies of older cases are left as they are; nobody scrolls that far. */
const WORTH_IT = 7 * DAY;
/** A Teams that does not answer must not hold up the tick; the others are for the next one. */
const AT_A_TIME = 20;

/**
 * Makes every copy of every case that people have changed, or of one of them, show what it says now. Best effort: a tick
 * tries again.
 */
export async function refreshCopies(services: Refreshing, only?: string): Promise<void> {
  const { cases, conversations, now } = services;
  const stale = (await cases.outOfDate()).filter(({ id }) => only === undefined || id === only);
  if (stale.length === 0) return;
  const targets = await conversations.list();
  for (const one of stale.slice(0, AT_A_TIME)) {
    const about = await cases.find(one.id);
    const old = !about || now().getTime() - about.openedAt.getTime() > WORTH_IT;
    if (old || (await refreshCase(about, targets, services))) await cases.refreshed(one);
  }
}

/** True when no copy is left that could still be changed. */
async function refreshCase(about: Case, targets: readonly Target[], services: Refreshing): Promise<boolean> {
  const results = await Promise.all(
    about.posts.map(async (post) => {
      const target = targets.find(({ id }) => id === post.targetId);
      // Who was removed or refuses us keeps what was posted.
      if (!target || target.broken) return true;
      try {
        await services.notifier.update(about, post, target);
        return true;
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        services.log.warn('copy.stale', { notice: about.id, target: target.id, ...errorFields(error) });
        // Somebody has deleted the message, or Teams will never take it.
        return !error.transient;
      }
    }),
  );
  return results.every((done) => done);
}
