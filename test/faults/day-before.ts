import { tableConversations } from '../../src/azure/conversations.ts';
import { tableKeptRuns } from '../../src/azure/kept-runs.ts';
import { tableLedger } from '../../src/azure/ledger.ts';
import { tableOutbox } from '../../src/azure/outbox.ts';
import { tableRuns } from '../../src/azure/runs.ts';
import type { Entity } from '../../src/azure/table.ts';
import { readAnswer } from '../../src/hunt/answer.ts';
import { compareRows } from '../../src/hunt/compare.ts';
import { keepingRows } from '../../src/hunt/kept-rows.ts';
import { keepRun } from '../../src/keep-run.ts';
import type { Target } from '../../src/services.ts';
import { MINUTE } from '../../src/time.ts';
import { aHunt, anAnswer, aRun, NOON } from '../support/builders.ts';
import { memoryTable } from '../support/memory-table.ts';

export const KNOWN = Array.from({ length: 293 }, (_, n) => `dev-${String(n).padStart(3, '0')}`);
export const NEW = Array.from({ length: 7 }, (_, n) => `dev-9${String(n).padStart(2, '0')}`);
export const CHANNEL: Target = {
  id: '19:soc',
  kind: 'channel',
  rules: [],
  reference: { channelId: 'msteams', serviceUrl: '', bot: { id: 'bot' }, conversation: { id: '19:soc' } },
};

const run = aRun({ asOf: NOON });
/** The run that founded the baseline. */
export const FOUNDING = run.id;

/** The rows of a world a day before: a baseline of {@link KNOWN} founded, told, and at rest. */
export async function dayBefore(): Promise<readonly Entity[]> {
  const table = memoryTable();
  const now = (): Date => NOON;
  const journal = tableRuns(table, now);
  const ticket = await journal.begin(run, MINUTE, NOON);
  const session = await tableLedger(table).open(run.scope);
  const input = { hunt: aHunt(), run, asked: '', baseline: session.baseline };
  const keep = keepRun(tableKeptRuns(table).pack);
  const read = keepingRows(compareRows(input), input.hunt.device, keep.pack);
  const { value: report, kept } = readAnswer(anAnswer([...KNOWN]), read);
  keep.compared(input, [kept]);
  if ('missingColumns' in report) throw new Error('The builder answers all columns.');
  await session.commit(report);
  const outbox = tableOutbox(table, now);
  for (const open of await outbox.open(run.scope)) await (await outbox.claim(open, MINUTE))?.settle();
  const { outcome, totals } = report;
  await journal.finish(ticket, {
    at: NOON,
    status: 'completed',
    report: { outcome, totals, findings: [] },
    settled: true,
    keep: keep.ended(report, NOON, false),
  });
  await tableConversations(table).put(CHANNEL);
  return table.all();
}
