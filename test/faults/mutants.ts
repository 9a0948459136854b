/** Programs with a bug each, and the mode in which it must show. A harness that they pass finds nothing. */
import { RunInProgressError } from '../../src/errors.ts';
import { digestOf } from '../../src/hunt/case.ts';
import { noticeContext } from '../../src/hunt/notice.ts';
import type { Services } from '../../src/services.ts';
import { foundingOf } from '../support/builders.ts';
import type { FaultKind, Place } from './fault.ts';
import type { Mode } from './mode.ts';

export interface Mutant {
  readonly name: string;
  readonly mode: Mode;
  /** The fault that brings it to light, at one request or another; none is needed where it shows by itself. */
  readonly under?: readonly [place: Place, kind: FaultKind];
  readonly mutate: (services: Services) => Services;
}

const nothing = (): Promise<void> => Promise.resolve();

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'marks as told before it tells',
    mode: 'slot',
    under: ['teams', 'dropBefore'],
    mutate: (services) => ({
      ...services,
      outbox: {
        ...services.outbox,
        async claim(notice, lease) {
          const claimed = await services.outbox.claim(notice, lease);
          await claimed?.settle();
          return claimed && { ...claimed, told: nothing, settle: nothing, release: nothing };
        },
      },
    }),
  },
  {
    name: 'takes a baseline that cannot be read for one in which nothing is new',
    mode: 'slot',
    under: ['storage', 'stall'],
    mutate: (services) => ({
      ...services,
      ledger: {
        ...services.ledger,
        open: (scope) =>
          services.ledger.open(scope).catch(() => ({
            baseline: {
              state: 'established' as const,
              since: new Date(0),
              known: {
                size: 0,
                lastSeenDay: () => 100_000,
                recall: () => ({ place: 0, day: 100_000, nameHash: 0, firstSeen: 0 }),
              },
            },
            promised: false,
            explained: false,
            namesakes: () => Promise.resolve(new Map()),
            commit: () => Promise.resolve({ recorded: 0, alreadyRecorded: 0, transactions: 0 }),
          })),
      },
    }),
  },
  {
    name: 'ignores the lease',
    mode: 'overlap',
    mutate: (services) => ({
      ...services,
      runs: {
        ...services.runs,
        async begin(run, lease, at) {
          try {
            return await services.runs.begin(run, lease, at);
          } catch (error) {
            if (!(error instanceof RunInProgressError)) throw error;
            return { run, before: { scope: run.scope } };
          }
        },
      },
    }),
  },
  {
    name: 'remembers first and tells from memory',
    mode: 'slot',
    under: ['teams', 'killBefore'],
    mutate: (services) => ({
      ...services,
      ledger: {
        ...services.ledger,
        async open(scope) {
          const session = await services.ledger.open(scope);
          return {
            ...session,
            async commit(report) {
              const { hunt, run, findings } = report;
              const receipt = await session.commit({ ...report, findings: [], founding: foundingOf(findings) });
              if (findings.length === 0) return receipt;
              const context = noticeContext(hunt, run, report);
              const notice = digestOf({ kind: 'devices-found', context, findings });
              const id = `${run.id}-devices-found`;
              const about = await services.cases.open({ id, scope, notice, history: [], openedAt: run.asOf });
              for (const target of await services.conversations.list()) await services.notifier.send(about, target);
              return receipt;
            },
          };
        },
      },
    }),
  },
];
