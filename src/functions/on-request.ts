import { limitCalls } from './caller.ts';
import { RequestError } from './problem-response.ts';
import { UnknownNameError } from '../errors.ts';
import { parseRunId, planRun, scopeKeyOf } from '../hunt/run.ts';
import { orderRun } from '../order-run.ts';
import { investigate } from '../run-hunt.ts';
import { summaryOf } from '../run-summary.ts';
import type { RunRecord, Services } from '../services.ts';
import { SECOND, type Milliseconds } from '../time.ts';
import { json, type Endpoint } from './endpoint.ts';
import { isOver, waitForRun } from '../wait-for-run.ts';
import { runJson } from './json-views.ts';
import { readRunRequest, type RunRequest } from './run-request.ts';

/** A dry run answers in the request itself, and Azure's front end waits 230 seconds. */
const DRY_RUN_TIMEOUT: Milliseconds = 200 * SECOND;

/** POST /api/hunts/{hunt}/runs: orders a run and says where its status is; a dry run is answered at once. */
export const startRun: Endpoint = async (request, services) => {
  const asked = readRunRequest(request, services);
  await limitCalls(request, services);
  if (asked.dryRun) return json(200, await dryRun(asked, services));
  const id = await orderRun(asked, services);
  const record = asked.wait === 0 ? undefined : await waitForRun(id, asked.wait, services);
  const headers = {
    location: `/api/runs/${id}`,
    ...(asked.wait > 0 && { 'preference-applied': `wait=${String(asked.wait / SECOND)}` }),
  };
  if (record && isOver(record)) return json(200, runJson(record, asked.hunt), headers);
  const status = record?.status ?? 'queued';
  return json(202, { id, status, location: headers.location }, { ...headers, 'retry-after': '2' });
};

/** GET /api/runs/{run}: how a run stands, and its report once it is over. */
export const getRun: Endpoint = async (request, services) => {
  const name = request.params['run'] ?? '';
  const id = parseRunId(name)?.id;
  if (id === undefined)
    throw new RequestError(
      404,
      'unknown-run',
      'That is no run id; a run id is in the Location that starting a run answers.',
    );
  const record = await services.runs.find(id);
  if (!record) throw new UnknownNameError('run', name);
  const hunt = services.hunts.find(record.scope.hunt);
  return json(200, runJson(record, hunt), isOver(record) ? {} : { 'retry-after': '2' });
};

/** Everything up to the comparison, without writing or telling. */
async function dryRun({ hunt, order }: RunRequest, services: Services): Promise<unknown> {
  const run = planRun(order, hunt, services.policy.lateness);
  const key = scopeKeyOf(order.scope);
  const state = (await services.runs.scopes()).find(({ scope }) => scopeKeyOf(scope) === key);
  const { report } = await investigate(hunt, run, state, services, AbortSignal.timeout(DRY_RUN_TIMEOUT));
  const record: RunRecord = { ...run, status: 'completed', orderedAt: services.now(), report: summaryOf(report) };
  return { ...runJson(record, hunt), dryRun: true };
}
