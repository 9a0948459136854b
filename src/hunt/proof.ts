/** Why a finding is called new: what had been watched when it was, and what that says about when its rows arrived. */
import type { Hunt } from './hunt.ts';
import { looksBack, type Run } from './run.ts';
import { questionHash, type Gap, type Look, type Watch } from './watch.ts';

/** As it stood before the run that tells it; kept with what is told, so that it shows what was known then. */
export interface Proof {
  /** Since when the hunt watches: the clock of the run that founded the baseline, or else the first that is recorded. */
  readonly since: Date;
  /** False: the baseline is older than the record. */
  readonly sinceFounding: boolean;
  /** Complete runs before this one; none of them had a newly seen device. */
  readonly runs: number;
  /** Runs that could not say that nothing is new: partial, blind and failed ones. */
  readonly blemished: number;
  readonly gaps: readonly Gap[];
  readonly olderGaps: number;
  /** The latest complete run before this one; absent where not having a device says nothing about its rows. */
  readonly lastLook?: Look;
  /** Set where this run asks something else than that one did; versions as the hunt's author numbers them. */
  readonly changed?: { readonly fromVersion?: string; readonly toVersion?: string };
}

/**
 * Undefined where nothing has been recorded yet: a founding run, or the first run of this version. `rowByRow`: each row that
 * the query finds brings its device by itself, so that a device that an answer lacked had no row then.
 */
export function proofOf(
  watch: Watch | undefined,
  hunt: Pick<Hunt, 'query' | 'version'>,
  rowByRow: boolean,
): Proof | undefined {
  if (!watch?.last) return undefined;
  const [question] = watch.questions;
  const isSame = question?.hash === questionHash(hunt);
  return {
    since: watch.founded?.at ?? watch.since,
    sinceFounding: watch.founded !== undefined,
    runs: watch.complete,
    blemished: watch.partial + watch.blind + watch.failed,
    gaps: watch.gaps,
    olderGaps: watch.olderGaps,
    ...(rowByRow && { lastLook: watch.last }),
    ...(!isSame && {
      changed: {
        ...(question?.version !== undefined && { fromVersion: question.version }),
        ...(hunt.version !== undefined && { toVersion: hunt.version }),
      },
    }),
  };
}

/**
 * When the rows of a finding came into the workspace, without asking it. `after`: that run looked at the time of the first
 * event with the same query and did not have it, so its rows were not there yet. `between`: the event and this run's clock.
 */
export type Arrival =
  | { readonly kind: 'after'; readonly look: Look }
  | { readonly kind: 'between'; readonly from: Date; readonly until: Date };

/** Undefined where the answer gives no first event, and for looks at the past: those say nothing of the present. */
export function arrivalOf(
  firstSeen: Date | undefined,
  { asOf, trigger }: Pick<Run, 'asOf' | 'trigger'>,
  proof: Proof | undefined,
): Arrival | undefined {
  if (!firstSeen || looksBack({ trigger })) return undefined;
  const look = proof?.changed ? undefined : proof?.lastLook;
  if (look && firstSeen >= look.from && firstSeen < look.at) return { kind: 'after', look };
  return { kind: 'between', from: firstSeen, until: asOf };
}
