import { limitCalls } from './caller.ts';
import { RequestError } from './problem-response.ts';
import { UnknownNameError } from '../errors.ts';
import { parseRunId } from '../hunt/run.ts';
import { dryRun } from '../dry-run.ts';
import { orderRun } from '../order-run.ts';
import { SECOND } from '../time.ts';
import { json, type Endpoint } from './endpoint.ts';
import { isOver, waitForRun } from '../wait-for-run.ts';
import { runJson } from './json-views.ts';
import { readRunRequest } from './run-request.ts';

/** POST /api/hunts/{hunt}/runs: orders a run and says where its status is; a dry run is answered at once. */
export const startRun: Endpoint = async (request, services) => {
  const asked = readRunRequest(request, services);
  await limitCalls(request, services);
  if (asked.dryRun) return json(200, { ...runJson(await dryRun(asked, services), asked.hunt), dryRun: true });
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
