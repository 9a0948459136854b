import { tableCases } from '../../src/azure/cases.ts';
import { tableKeptRuns } from '../../src/azure/kept-runs.ts';
import { tableRuns } from '../../src/azure/runs.ts';
import type { Table } from '../../src/azure/table.ts';
import type { RunId } from '../../src/hunt/run.ts';
import type { DeviceRecord, RunRecord } from '../../src/services.ts';
import { aScope, NOON } from '../support/builders.ts';
import { KNOWN, NEW } from './day-before.ts';
import type { Message } from './duplicates.ts';

const scope = aScope();
const NAMES_DEVICE = /dev-\d{3}\.contoso/;

/**
 * Steps that the journal does not explain: a run of which it cannot be told how it ended and why, a device that no run
 * found, a message that belongs to nobody's case, a case that nobody was told.
 */
export async function unexplainedSteps(
  table: Table,
  devices: readonly DeviceRecord[],
  delivered: readonly Message[],
): Promise<string[]> {
  const records = await tableRuns(table, () => NOON).recent(scope, 100);
  const runs = new Map(records.map((record) => [record.id, record]));
  const ends = await Promise.all(records.map(async (record) => unexplainedEnd(record, runs, table)));
  return [
    ...ends.filter((end) => end !== undefined),
    ...findsWithoutRun(devices, runs),
    ...(await casesUnlikeMessages(table, records, delivered)),
  ];
}

async function unexplainedEnd(
  { id, status, startedAt, endedAt, report, failure, joinedTo }: RunRecord,
  runs: ReadonlyMap<RunId, RunRecord>,
  table: Table,
): Promise<string | undefined> {
  const unexplained = `RUN ${id} is ${status} `;
  switch (status) {
    case 'completed': {
      const devices = report?.totals.devices;
      if (!startedAt || !endedAt) return `${unexplained}at no time`;
      if (devices !== KNOWN.length && devices !== KNOWN.length + NEW.length)
        return `${unexplained}with ${String(devices)} devices`;
      return (await rowsKeptOf(table, id)) === report?.totals.rows
        ? undefined
        : `${unexplained}and not all rows are kept`;
    }
    case 'failed':
      return failure?.code && failure.message && endedAt && !failure.willRetry
        ? undefined
        : `${unexplained}for no reason`;
    case 'joined':
      return joinedTo && runs.has(joinedTo) ? undefined : `${unexplained}to a run that is not there`;
    case 'abandoned':
      // Whoever took its lease is there, and has come to an end.
      return [...runs.values()].some((other) => other.id !== id && other.startedAt && other.endedAt)
        ? undefined
        : `${unexplained}and nobody came after it`;
    case 'queued':
    case 'running':
      return `${unexplained}for ever`;
  }
}

/** How many rows are kept of a run, once all of them have been read; undefined when they cannot be. */
async function rowsKeptOf(table: Table, id: RunId): Promise<number | undefined> {
  const kept = await tableKeptRuns(table).find(id);
  let rows = 0;
  if (!kept) return undefined;
  for await (const part of kept.parts()) rows += part.kind === 'rows' ? part.rows.length : 0;
  return rows === kept.rows ? rows : undefined;
}

function findsWithoutRun(devices: readonly DeviceRecord[], runs: ReadonlyMap<RunId, RunRecord>): string[] {
  const orphans = devices.filter(({ run, trail }) => !runs.get(run)?.startedAt || trail[0]?.run !== run);
  return orphans.length > 0 ? [`FOUND BY NOBODY ${orphans.map(({ id }) => id).join(' ')}`] : [];
}

async function casesUnlikeMessages(
  table: Table,
  records: readonly RunRecord[],
  delivered: readonly Message[],
): Promise<string[]> {
  const cases = (await Promise.all(records.map(({ id }) => tableCases(table).ofRun(id)))).flat();
  const texts = delivered
    .filter(({ posted }) => posted.method === 'POST')
    .map(({ posted }) => JSON.stringify(posted.activity.attachments));
  // Only a card with devices has buttons, and so the id of its case.
  const strays = texts.filter((text) => NAMES_DEVICE.test(text) && !cases.some(({ id }) => text.includes(id)));
  return [
    ...strays.map(() => 'A MESSAGE without a case'),
    ...cases.filter(({ posts }) => posts.length === 0).map(({ id }) => `CASE ${id} that nobody was told`),
  ];
}
