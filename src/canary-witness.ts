/**
 * Notes where a canary has been. It stands beside the way and is no part of it: canaries and findings pass the same ports,
 * and what a port has done for a canary is written down here.
 */
import { foundQuietly } from './canary-baseline.ts';
import { seeing } from './canary-sight.ts';
import { CANARY_MARK, canaryDevice, canaryScope, isCanary, OFF, type CanaryState, type Stage } from './hunt/canary.ts';
import { departing, flawed, keptSchedule, landed, passed } from './hunt/canary-flight.ts';
import type { DeviceKey } from './hunt/device-key.ts';
import type { HuntScope } from './hunt/hunt.ts';
import type { HuntReport } from './hunt/report.ts';
import type { RunId } from './hunt/run.ts';
import { errorFields } from './log.ts';
import type { ClaimedNotice, LedgerSession, Services, Workspace } from './services.ts';

/** The code under which the timer tells that a canary is missing. */
export const CANARY_MISSING = 'canary-missing';

type Change = (state: CanaryState) => CanaryState;

/** The same services, which note of every canary how far it got. */
export function withWitness(services: Services): Services {
  const { queue, runs, ledger, outbox, notifier, canaries, workspaces, policy, now, log } = services;

  const write = async (scope: HuntScope, change: Change): Promise<void> => {
    const unknown: CanaryState = { schedule: policy.canary ?? OFF, since: now() };
    await canaries.change(scope, (state) => change(state ?? unknown));
  };
  /** A canary flies on when nobody could write down where it was: later marks say as much. */
  const note = async (scope: HuntScope, change: Change): Promise<void> => {
    try {
      await write(scope, change);
    } catch (error) {
      log.warn('canary.unmarked', { workspace: scope.workspace, ...errorFields(error) });
    }
  };
  const mark = (scope: HuntScope, run: RunId, stage: Stage): Promise<void> =>
    note(scope, (state) => passed(state, run, stage, now()));

  /** Canaries that an answer had, so that what the comparison makes of it can be told from what the workspace said. */
  const had = new Set<DeviceKey>();

  const watchedWorkspace = (workspace: Workspace, alias: string): Workspace => ({
    async query(kql, window, signal, read) {
      if (!kql.includes(CANARY_MARK)) return workspace.query(kql, window, signal, read);
      const sight = { seen: false, readable: true };
      const watched = seeing(read, sight, (device) => had.add(device));
      const answered = () => note(canaryScope(alias), inFlight('answered', now()));
      try {
        const value = await workspace.query(kql, window, signal, watched);
        if (sight.seen) await answered();
        return value;
      } catch (error) {
        // An answer that broke off is the workspace's; one that nobody could take is not.
        if (!sight.readable) await answered();
        throw error;
      }
    },
  });

  /** Known is as good as new where this run found it: an attempt that died had remembered it. */
  const isNews = async ({ run, findings, known }: HuntReport): Promise<boolean> => {
    const device = canaryDevice(run.asOf);
    if (findings.some((finding) => finding.device === device)) return true;
    if (!known.find(device)) return false;
    try {
      const [row] = await ledger.find(device, [run.scope]);
      return row?.device.run === run.id;
    } catch (error) {
      log.warn('canary.unmarked', { workspace: run.scope.workspace, ...errorFields(error) });
      return true;
    }
  };

  const watchedSession = (session: LedgerSession): LedgerSession => ({
    ...session,
    async commit(report) {
      const { id, scope, asOf } = report.run;
      await mark(scope, id, 'answered');
      const flaw = flawOf(report, had.delete(canaryDevice(asOf)));
      if (flaw !== undefined) await note(scope, (state) => flawed(state, id, flaw));
      const compared = await isNews(report);
      if (compared) await mark(scope, id, 'compared');
      const receipt = await session.commit(report);
      if (compared) await mark(scope, id, 'remembered');
      return receipt;
    },
  });

  const watchedNotice = (claim: ClaimedNotice, scope: HuntScope): ClaimedNotice => {
    const { run } = claim.notice.context;
    const stored = () => [...claim.receipts].map(([target, { at }]) => ({ target, at, stored: true }));
    return {
      ...claim,
      async told(target, receipt) {
        await claim.told(target, receipt);
        await note(scope, (state) => landed(state, run, stored()));
      },
      async settle() {
        // Before the notice goes: with it goes the last word of who has it.
        await write(scope, (state) => passed(landed(state, run, stored()), run, 'told', now()));
        await claim.settle();
      },
    };
  };

  return {
    ...services,
    workspaces: new Map([...workspaces].map(([alias, workspace]) => [alias, watchedWorkspace(workspace, alias)])),
    queue: {
      async send(order) {
        const { id, scope } = order;
        const at = now();
        if (isCanary(scope))
          await note(scope, (state) => departing(keptSchedule(state, policy.canary ?? OFF, at), id, at));
        await queue.send(order);
        if (isCanary(scope)) await note(scope, (state) => passed(state, id, 'queued', at));
      },
    },
    runs: {
      ...runs,
      async begin(run, lease, at) {
        const ticket = await runs.begin(run, lease, at);
        if (isCanary(run.scope) && !ticket.ended) await mark(run.scope, run.id, 'begun');
        return ticket;
      },
    },
    ledger: {
      ...ledger,
      async open(scope) {
        if (!isCanary(scope)) return ledger.open(scope);
        const session = await foundQuietly(scope, services);
        await note(scope, inFlight('read', now()));
        return watchedSession(session);
      },
    },
    outbox: {
      ...outbox,
      async add(scope, notice, id) {
        // What a run of the canary has to say against itself, the timer tells, once, as what it means.
        const own =
          (notice.kind === 'trouble' || notice.kind === 'recovered') && notice.trouble.code !== CANARY_MISSING;
        if (!(own && isCanary(scope))) await outbox.add(scope, notice, id);
      },
      async claim(open, lease) {
        const claim = await outbox.claim(open, lease);
        if (!claim || !isCanary(open.scope) || claim.notice.kind !== 'devices-found') return claim;
        await mark(open.scope, claim.notice.context.run, 'offered');
        return watchedNotice(claim, open.scope);
      },
    },
    notifier: {
      ...notifier,
      async send(about, target) {
        const receipt = await notifier.send(about, target);
        if (isCanary(about.scope) && about.notice.kind === 'canary') {
          const landing = { target: target.id, at: receipt.at, stored: false };
          await note(about.scope, (state) => landed(state, about.notice.context.run, [landing]));
        }
        return receipt;
      },
    },
  };
}

/** The baseline is opened and the workspace asked for a scope, and by the run that holds its lease: the one in flight. */
const inFlight =
  (stage: Stage, at: Date): Change =>
  (state) =>
    state.flight?.run === undefined ? state : passed(state, state.flight.run, stage, at);

function flawOf({ partial, totals }: HuntReport, hadCanary: boolean): string | undefined {
  if (partial) return `only in part (${partial.code})`;
  if (hadCanary) return undefined;
  return totals.rows === 0 ? 'without any row' : 'without the canary';
}
