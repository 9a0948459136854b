/** The step that says of a new device whether a known one has its name: set up anew under another id, or a twin. */
import type { Finding } from './hunt/finding.ts';
import type { HuntReport } from './hunt/report.ts';
import type { LedgerSession } from './services.ts';

export async function withNamesakes(
  report: HuntReport,
  session: Pick<LedgerSession, 'namesakes'>,
): Promise<HuntReport> {
  const isNew = ({ novelty }: Finding): boolean => novelty === 'newly-seen';
  const fresh = [...report.findings, ...report.expected].filter(isNew);
  if (fresh.length === 0) return report;
  const namesakes = await session.namesakes(fresh);
  if (namesakes.size === 0) return report;
  const named = (finding: Finding): Finding => {
    const sameNameAs = isNew(finding) ? namesakes.get(finding.device) : undefined;
    return sameNameAs ? { ...finding, sameNameAs } : finding;
  };
  return { ...report, findings: report.findings.map(named), expected: report.expected.map(named) };
}
