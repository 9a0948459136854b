import type { RunRecord } from '../services.ts';
import { csvTable } from './csv.ts';

const HEADER = [
  'Run',
  'Workspace',
  'Trigger',
  'AsOf',
  'Status',
  'StartedAt',
  'EndedAt',
  'Rows',
  'Devices',
  'NewlySeen',
  'Returning',
  'Known',
  'Expected',
  'Partial',
  'Failure',
  'FailureMessage',
];

/** A run a row, for a spreadsheet. */
export const runsCsv = (runs: readonly RunRecord[]): string => csvTable(HEADER, runs.map(cells));

function cells(record: RunRecord): string[] {
  const { id, scope, trigger, asOf, status, startedAt, endedAt, report, failure } = record;
  const totals = report?.totals;
  const counts = [totals?.rows, totals?.devices, totals?.newlySeen, totals?.returning, totals?.known, totals?.expected];
  return [
    id,
    scope.workspace,
    trigger,
    asOf.toISOString(),
    status,
    startedAt?.toISOString() ?? '',
    endedAt?.toISOString() ?? '',
    ...counts.map((count) => (count === undefined ? '' : String(count))),
    report?.partial?.code ?? '',
    failure?.code ?? '',
    failure?.message ?? '',
  ];
}
