import type { Milliseconds } from '../time.ts';
import type { HuntReport } from './report.ts';

/** Why a hunt in a workspace cannot be trusted to be silent. */
export interface Trouble {
  /** An error's code, `partial-answer`, `blind-hunt`, `rows-without-device` or `explanations-unchecked`. */
  readonly code: string;
  readonly message: string;
  readonly since: Date;
  /** When the SOC was last told of it. */
  readonly toldAt: Date;
}

/** `reminder`: it was told before and still holds. */
export type TroubleNews =
  | { readonly kind: 'trouble'; readonly trouble: Trouble; readonly reminder: boolean }
  | { readonly kind: 'recovered'; readonly trouble: Trouble };

/** A completed run that still is not the whole truth. */
export function troubleOf(report: HuntReport): { readonly code: string; readonly message: string } | undefined {
  const founded = report.outcome === 'baseline-not-founded' ? ' The baseline was not founded.' : '';
  const { partial, totals, blind, unchecked } = report;
  if (partial) {
    return {
      code: 'partial-answer',
      message: `The workspace answered only in part (${partial.code}): ${partial.message}${founded}`,
    };
  }
  if (blind) return { code: blind.code, message: `${blind.message}${founded}` };
  if (totals.withoutDevice > 0) {
    return {
      code: 'rows-without-device',
      message: `${String(totals.withoutDevice)} of ${String(totals.rows)} rows name no device and could not be compared.`,
    };
  }
  if (unchecked > 0) {
    return {
      code: 'explanations-unchecked',
      message: `${String(unchecked)} device(s) that a scenario leaves out could not be asked about: whether they still are explained is not known.`,
    };
  }
  return undefined;
}

/** What a run that looks at the past leaves of the hunt's trouble: everything, since it says nothing of today. */
export const untouched = (before: Trouble | undefined): { readonly trouble?: Trouble; readonly news?: undefined } =>
  before ? { trouble: before } : {};

/** Tells a trouble once, again after `remindAfter` while it lasts, and its end. */
export function troubleNews(
  before: Trouble | undefined,
  now: { readonly code: string; readonly message: string } | undefined,
  at: Date,
  remindAfter: Milliseconds,
): { readonly trouble?: Trouble; readonly news?: TroubleNews } {
  if (!now) return before ? { news: { kind: 'recovered', trouble: before } } : {};
  if (before?.code !== now.code) {
    const trouble: Trouble = { ...now, since: at, toldAt: at };
    return { trouble, news: { kind: 'trouble', trouble, reminder: false } };
  }
  if (at.getTime() - before.toldAt.getTime() < remindAfter) return { trouble: { ...before, message: now.message } };
  const trouble: Trouble = { ...now, since: before.since, toldAt: at };
  return { trouble, news: { kind: 'trouble', trouble, reminder: true } };
}
