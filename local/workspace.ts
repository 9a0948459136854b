import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { Readable } from 'node:stream';
import { KqlError } from './kql/kql-error.ts';
import { compileQuery } from './kql/query.ts';
import type { Environment, Row, TableValue } from './kql/compile.ts';
import type { Schema } from './kql/language.ts';
import { formatDatetime, formatTimespan, parseDatetime, ticksOf, toJson, type Value } from './kql/values.ts';

/** Rows of each table as they are at an instant. */
export interface WorkspaceData {
  rowsOf(table: string, now: Date): readonly Row[];
}

export interface LocalWorkspaceOptions {
  readonly schema: Schema;
  readonly data: WorkspaceData;
  readonly now: () => Date;
}

/**
 * Log Analytics' query API behind the SDK: what it sends over the wire is answered here, by running its KQL over local
 * rows. The SDK, its errors and our reading of its answers are the real ones.
 */
export function localWorkspace(options: LocalWorkspaceOptions): HttpClient {
  return {
    sendRequest(request) {
      // A token is never asked for: the credential of the local program has none to give.
      return request.abortSignal?.aborted === true
        ? Promise.reject(aborted())
        : Promise.resolve(answer(request, options));
    },
  };
}

function answer(request: PipelineRequest, options: LocalWorkspaceOptions): PipelineResponse {
  const path = new URL(request.url).pathname;
  if (request.method !== 'POST' || !/^\/v1\/workspaces\/[0-9a-f-]{36}\/query$/i.test(path)) {
    return respond(request, 404, problem('PathNotFoundError', 'The requested path does not exist'));
  }
  const { query, timespan } = bodyOf(request);
  const inSpan = timespan === undefined ? everything : withinSpan(timespan);
  // A span that is not understood is refused; leaving it out would answer more than was asked for.
  if (typeof query !== 'string' || !inSpan)
    return respond(request, 400, problem('BadArgumentError', 'The request had some invalid properties'));
  try {
    const result = run(query, inSpan, options);
    return respond(request, 200, `{"tables":[${tableJson(result)}]}`);
  } catch (error) {
    if (!(error instanceof KqlError)) throw error;
    const code = error.kind === 'unsupported' ? 'UnsupportedOffline' : 'SemanticError';
    return respond(
      request,
      400,
      problem('BadArgumentError', 'The request had some invalid properties', { code, message: error.message }),
    );
  }
}

/** As the SDK's own clients do, by the name of the error. */
const aborted = (): Error => Object.assign(new Error('The request was aborted.'), { name: 'AbortError' });

function bodyOf({ body }: PipelineRequest): { readonly query?: unknown; readonly timespan?: unknown } {
  try {
    const asked: unknown = JSON.parse(typeof body === 'string' ? body : '');
    return typeof asked === 'object' && asked !== null ? asked : {};
  } catch {
    return {};
  }
}

type InSpan = (generated: Value) => boolean;
const everything: InSpan = () => true;

function run(query: string, inSpan: InSpan, { schema, data, now }: LocalWorkspaceOptions): TableValue {
  const at = now();
  const environment: Environment = {
    now: ticksOf(at),
    rows(table) {
      const generated = schema[table]?.findIndex(({ name }) => name === 'TimeGenerated') ?? -1;
      const rows = data.rowsOf(table, at);
      // The API applies its timespan to TimeGenerated, beside whatever the query filters.
      return generated >= 0 && inSpan !== everything ? rows.filter((row) => inSpan(row[generated] ?? null)) : rows;
    },
  };
  return compileQuery(query, schema).run(environment);
}

/** `start/end`, both instants, as our client asks. */
function withinSpan(timespan: unknown): InSpan | undefined {
  if (typeof timespan !== 'string') return undefined;
  const [start = '', end = ''] = timespan.split('/');
  const from = parseDatetime(start);
  const to = parseDatetime(end);
  if (from === null || to === null) return undefined;
  return (at) => typeof at === 'bigint' && at >= from && at <= to;
}

/** One table of the wire format: datetimes and timespans as text, dynamic values as JSON text, longs as numbers. */
export function tableJson({ columns, rows }: TableValue): string {
  const cell = (value: Value, type: string): unknown => {
    if (value === null) return null;
    if (type === 'datetime') return formatDatetime(value as bigint);
    if (type === 'timespan') return formatTimespan(value as bigint);
    // JSON has no such numbers; the service writes them as text: NaN, Infinity.
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    return type === 'dynamic' ? (typeof value === 'string' ? value : toJson(value)) : value;
  };
  return toJson({
    name: 'PrimaryResult',
    columns: columns.map(({ name, type }) => ({ name, type })),
    rows: rows.map((row) => columns.map(({ type }, i) => cell(row[i] ?? null, type))),
  });
}

function problem(
  code: string,
  message: string,
  innererror?: { readonly code: string; readonly message: string },
): string {
  return JSON.stringify({ error: { code, message, ...(innererror && { innererror }) } });
}

const respond = (request: PipelineRequest, status: number, text: string): PipelineResponse => ({
  request,
  status,
  headers: createHttpHeaders({ 'content-type': 'application/json; charset=utf-8' }),
  ...(request.streamResponseStatusCodes?.has(status)
    ? { readableStreamBody: Readable.from([Buffer.from(text)]) }
    : { bodyAsText: text }),
});
