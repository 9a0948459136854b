import { CONTENT_TYPES, formatOf, ndjson } from '../exports/format.ts';
import { runsCsv } from '../exports/run-export.ts';
import { parseRunId, scopeKeyOf, type RunId } from '../hunt/run.ts';
import { json, type Endpoint } from './endpoint.ts';
import { runJson } from './json-views.ts';
import { RequestError } from './problem-response.ts';
import { findHunt, findWorkspace } from './run-request.ts';

export const LIST_RUNS_PARAMETERS = ['hunt', 'workspace', 'limit', 'before'] as const;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** GET /api/runs: the runs of a hunt in a workspace, newest first, in pages; as CSV or NDJSON when `Accept` asks for it. */
export const listRuns: Endpoint = async ({ query, headers }, services) => {
  const hunt = findHunt(query.get('hunt') ?? '', services);
  const workspace = findWorkspace(query.get('workspace'), services);
  const scope = { hunt: hunt.id, workspace };
  const limit = readLimit(query.get('limit'));
  const before = readBefore(query.get('before'), scopeKeyOf(scope));
  const found = await services.runs.recent(scope, limit + 1, before);
  const runs = found.slice(0, limit);
  const next = found.length > limit ? runs.at(-1)?.id : undefined;
  const address = `/api/runs?hunt=${hunt.slug}&workspace=${workspace}&limit=${String(limit)}&before=${next ?? ''}`;
  const link = next === undefined ? {} : { link: `<${address}>; rel="next"` };
  const views = runs.map((record) => runJson(record, hunt));
  const format = formatOf(headers.get('accept'), ['csv', 'ndjson']);
  if (format === 'json')
    return json(200, { hunt: hunt.slug, workspace, runs: views, ...(next !== undefined && { next }) }, link);
  return {
    status: 200,
    headers: {
      'content-type': CONTENT_TYPES[format],
      'content-disposition': `attachment; filename="${hunt.slug}-${workspace}-runs.${format}"`,
      'cache-control': 'no-store',
      ...link,
    },
    body: format === 'csv' ? runsCsv(runs) : ndjson(views),
  };
};

function readLimit(text: string | null): number {
  if (text === null) return DEFAULT_LIMIT;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new RequestError(400, 'limit-malformed', `limit is a whole number from 1 to ${String(MAX_LIMIT)}.`);
}

function readBefore(text: string | null, scopeKey: string): RunId | undefined {
  if (text === null) return undefined;
  const parsed = parseRunId(text);
  if (parsed?.scopeKey === scopeKey) return parsed.id;
  throw new RequestError(400, 'before-malformed', 'before is the "next" value of the page before, of the same hunt.');
}
