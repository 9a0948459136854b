import type { Case } from '../hunt/case.ts';
import type { Hunt } from '../hunt/hunt.ts';
import type { RunId } from '../hunt/run.ts';
import { pinClock } from '../kql/pin-clock.ts';
import { askedHash } from '../run-summary.ts';
import type { RunRecord, Services, Target } from '../services.ts';

export interface RunView {
  readonly record: RunRecord;
  readonly hunt?: Hunt;
  readonly cases: readonly Case[];
  readonly targets: readonly Target[];
  readonly query?: RunQuery;
}

/** `as-asked`: word for word. `unknown`: as the hunt would ask today; whether it asked so then is not known. */
export interface RunQuery {
  readonly kql: string;
  readonly certainty: 'as-asked' | 'changed-since' | 'unknown';
}

/** Undefined when there is no such run. */
export async function readRun(id: RunId, services: Services): Promise<RunView | undefined> {
  const { runs, cases, conversations, hunts } = services;
  const [record, told, targets] = await Promise.all([runs.find(id), cases.ofRun(id), conversations.list()]);
  if (!record) return undefined;
  const hunt = hunts.find(record.scope.hunt);
  const query = queryOf(record, told, hunt);
  return { record, ...(hunt && { hunt }), cases: told, targets, ...(query && { query }) };
}

/** A card keeps its query; of all other runs the hunt tells it, with the run's clock in it. */
function queryOf({ asOf, report }: RunRecord, cases: readonly Case[], hunt: Hunt | undefined): RunQuery | undefined {
  const kept = cases.find(({ notice }) => notice.context.query !== undefined && notice.context.totals !== undefined);
  const told = kept?.notice.context.query;
  if (told !== undefined) return { kql: told, certainty: 'as-asked' };
  if (!hunt) return undefined;
  const kql = pinClock(hunt.query, asOf);
  if (report?.askedHash === undefined) return { kql, certainty: 'unknown' };
  return { kql, certainty: report.askedHash === askedHash(kql) ? 'as-asked' : 'changed-since' };
}
