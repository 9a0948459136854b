import type { WeekDigest } from './week-digest.ts';
import type { TimeWindow } from '../time.ts';
import type { Finding } from './finding.ts';
import type { HuntReport, RunTotals } from './report.ts';
import type { Proof } from './proof.ts';
import type { Run, RunId, RunTrigger } from './run.ts';
import type { Hunt } from './hunt.ts';
import type { Sighting } from './sighting.ts';
import type { TroubleNews } from './trouble.ts';

/** Which run a notice is about, and what that run saw in total. Enough for a card without any look-up. */
export interface NoticeContext {
  readonly hunt: Pick<Hunt, 'id' | 'slug' | 'name' | 'severity' | 'tactics' | 'techniques' | 'firstRun'>;
  /** What the workspace was asked, with the clock pinned; absent where it is too long for a message. */
  readonly query?: string;
  readonly workspace: string;
  readonly run: RunId;
  readonly trigger: RunTrigger;
  readonly asOf: Date;
  readonly window: TimeWindow;
  /** Absent when the run failed before it could count. */
  readonly totals?: RunTotals;
  readonly partial?: { readonly code: string; readonly message: string };
  /** What had been watched before that run; absent where nothing was recorded. */
  readonly proof?: Proof;
}

/** Something the SOC must be told. */
export type Notice =
  | { readonly kind: 'devices-found'; readonly context: NoticeContext; readonly findings: readonly Finding[] }
  | {
      readonly kind: 'baseline-founded';
      readonly context: NoticeContext;
      /** All devices of the baseline. */
      readonly total: number;
      /** The first of them by name, at most {@link BASELINE_SAMPLE}. */
      readonly devices: readonly Sighting[];
    }
  | {
      /** An urgent case that nobody has looked at is told once more. */
      readonly kind: 'unseen';
      readonly context: NoticeContext;
      /** The case's id. */
      readonly of: string;
      readonly since: Date;
    }
  | { readonly kind: 'digest'; readonly context: NoticeContext; readonly week: WeekDigest }
  | ({ readonly context: NoticeContext } & TroubleNews);

/** As many devices as one outbox row holds. */
export const BASELINE_SAMPLE = 97;

/** Longer queries are for the hunt's page, not for a message. */
const LONGEST_QUERY = 16_000;
const queryOf = (query: string): { readonly query?: string } => (query.length > LONGEST_QUERY ? {} : { query });

export function noticeContext(hunt: Hunt, run: Run, report?: HuntReport): NoticeContext {
  const { id, slug, name, severity, tactics, techniques, firstRun } = hunt;
  return {
    hunt: { id, slug, name, severity, tactics, techniques, firstRun },
    workspace: run.scope.workspace,
    run: run.id,
    trigger: run.trigger,
    asOf: run.asOf,
    window: run.window,
    ...queryOf(report?.asked ?? hunt.query),
    ...(report && { totals: report.totals }),
    ...(report?.partial && { partial: report.partial }),
    ...(report?.proof && { proof: report.proof }),
  };
}
