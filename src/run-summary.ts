import { hash } from 'node:crypto';
import type { Finding } from './hunt/finding.ts';
import type { HuntReport } from './hunt/report.ts';
import type { Log } from './log.ts';
import { SUMMARY_FINDINGS, type ReportSummary } from './services.ts';

/** Characters of JSON: a row of the journal holds a megabyte, and names and report ids may be of any length. */
const FINDINGS_BUDGET = 200_000;

/** What is kept of a report with its run. */
export function summaryOf(report: HuntReport): ReportSummary {
  return {
    outcome: report.outcome,
    askedHash: askedHash(report.asked),
    totals: report.totals,
    ...(report.partial && { partial: report.partial }),
    ...(report.blind && { blind: report.blind }),
    findings: withinBudget(report.findings.slice(0, SUMMARY_FINDINGS)),
    ...(report.excluded.length > 0 && { excluded: withinBudget(report.excluded.slice(0, SUMMARY_FINDINGS)) }),
  };
}

export const askedHash = (asked: string): string => hash('sha256', asked, 'hex').slice(0, 16);

function withinBudget(findings: readonly Finding[]): readonly Finding[] {
  let used = 0;
  return findings.filter((finding) => (used += JSON.stringify(finding).length) <= FINDINGS_BUDGET);
}

export function logCompleted(report: HuntReport, settled: boolean, log: Log): void {
  const { run, totals, outcome } = report;
  const fields = { run: run.id, hunt: report.hunt.slug, workspace: run.scope.workspace };
  if (outcome === 'baseline-founded') log.info('baseline.founded', { ...fields, devices: totals.devices });
  log.info('run.completed', {
    ...fields,
    outcome,
    newlySeen: totals.newlySeen,
    returning: totals.returning,
    known: totals.known,
    rows: totals.rows,
    partial: report.partial?.code,
    told: settled,
  });
}
