import type { Services } from './services.ts';

type Escalating = Pick<Services, 'cases' | 'outbox' | 'runs' | 'log' | 'now'>;

/**
 * Puts urgent cases that nobody has seen into the outbox once more. The outbox keeps the promise from there on: the id
 * follows from the case, so that a repetition after a crash changes nothing.
 */
export async function escalateUnseen({ cases, outbox, runs, log, now }: Escalating): Promise<void> {
  for (const { id, scope, notice, openedAt } of await cases.overdue(now())) {
    await runs.markUnsettled(scope, now());
    await outbox.add(scope, { kind: 'unseen', context: notice.context, of: id, since: openedAt }, `${id}-unseen`);
    await cases.change(id, (state) => (state.escalatedAt ? state : { ...state, escalatedAt: now() }));
    log.warn('notice.unseen', { notice: id, hunt: scope.hunt, workspace: scope.workspace });
  }
}
