import type { Case } from '../hunt/case.ts';
import type { DeviceRecord } from '../services.ts';

/**
 * The cases of a run that are about a device. A case keeps the first devices of a long notice only: where a run has just one
 * such case, a device that none names is among the rest of it.
 */
export function casesAbout(
  { device, run }: Pick<DeviceRecord, 'device' | 'run'>,
  cases: readonly Case[],
): readonly Case[] {
  const own = cases.filter(({ notice }) => notice.context.run === run);
  const naming = own.filter(({ notice }) => devicesOf(notice).some((one) => one.device === device));
  if (naming.length > 0) return naming;
  const cut = own.filter(({ notice }) => devicesOf(notice).length < totalOf(notice));
  return cut.length === 1 ? cut : [];
}

const devicesOf = (notice: Case['notice']) =>
  notice.kind === 'devices-found' ? notice.findings : notice.kind === 'baseline-founded' ? notice.devices : [];

function totalOf(notice: Case['notice']): number {
  if (notice.kind === 'baseline-founded') return notice.total;
  return notice.kind === 'devices-found' ? Object.values(notice.counts).reduce((sum, count) => sum + count, 0) : 0;
}
