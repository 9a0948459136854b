import { noticeContext } from './hunt/notice.ts';
import type { HuntReport } from './hunt/report.ts';
import type { Services } from './services.ts';

/**
 * A promise that ran out about a device that is news anyway is not needed to tell it. It goes before the device is
 * remembered: going after, a crash in between would tell the device a second time.
 */
export async function forgetSpent(
  { findings, run }: HuntReport,
  { promises }: Pick<Services, 'promises'>,
): Promise<void> {
  const spent = findings.filter(({ expected }) => expected !== undefined).map(({ device }) => device);
  if (spent.length > 0) await promises.forget(run.scope, spent);
}

/** Devices that were expected until now and are still there are news again. True when there is something to tell. */
export async function tellLapsed(report: HuntReport, { promises }: Pick<Services, 'promises'>): Promise<boolean> {
  const { hunt, run, lapsed } = report;
  if (lapsed.length === 0) return false;
  return (await promises.lapse(lapsed, noticeContext(hunt, run, report), run.scope)) > 0;
}
