/** Rows of the runs' table: one per run, one per scope, one for the timer's heartbeat. */
import type { Coverage } from '../hunt/coverage.ts';
import type { HuntId, HuntScope } from '../hunt/hunt.ts';
import { parseRunId, scopeKeyOf, type RunId, type RunOrder } from '../hunt/run.ts';
import type { Trouble } from '../hunt/trouble.ts';
import type { Watch } from '../hunt/watch.ts';
import type { ReportSummary, RunFailure, RunRecord, ScopeState } from '../services.ts';
import { readHistory } from './history-rows.ts';
import { readJson, writeJson } from './json-property.ts';
import type { Entity } from './table.ts';

/** All scopes in one partition, so that one query tells how everything stands. */
export const SCOPES = 'scopes';
export const RUN_ROWS = ['r-', 'r.'] as const;
export const TICK = ['system', 'tick'] as const;

/** Newest first: row keys are listed in ascending order, so time runs backwards in them. */
export const LATEST = 9_999_999_999_999;

/** A run's row follows from its id alone. */
export function runKey(id: RunId): readonly [string, string] {
  const parsed = parseRunId(id);
  if (!parsed) throw new Error(`"${id}" is no run id.`);
  return [parsed.scopeKey, `r-${String(LATEST - parsed.at.getTime()).padStart(13, '0')}-${id}`];
}

/** Row keys of runs older than `time`: they come last. */
export const runsBefore = (time: Date): readonly [string, string] => [
  `r-${String(LATEST - time.getTime() + 1).padStart(13, '0')}`,
  RUN_ROWS[1],
];

export const scopeRowKey = (scope: HuntScope): readonly [string, string] => [SCOPES, scopeKeyOf(scope)];

/** A scope that no run has touched. */
export function newScopeRow(scope: HuntScope): Entity {
  const [partitionKey, rowKey] = scopeRowKey(scope);
  const { hunt, workspace } = scope;
  return { partitionKey, rowKey, hunt, workspace, leaseRun: '', leaseUntil: '', lastSlot: '' };
}

export function orderRow(order: RunOrder, status: RunRecord['status'], orderedAt: Date): Entity {
  const [partitionKey, rowKey] = runKey(order.id);
  return {
    partitionKey,
    rowKey,
    id: order.id,
    hunt: order.scope.hunt,
    workspace: order.scope.workspace,
    trigger: order.trigger,
    asOf: order.asOf.toISOString(),
    slot: order.slot?.toISOString() ?? '',
    orderedAt: orderedAt.toISOString(),
    status,
  };
}

export function readRunRow(row: Entity): RunRecord {
  const joinedTo = textOf(row, 'joinedTo');
  return {
    id: String(row['id']) as RunId,
    scope: { hunt: String(row['hunt']) as HuntId, workspace: String(row['workspace']) },
    trigger: row['trigger'] as RunRecord['trigger'],
    asOf: new Date(String(row['asOf'])),
    status: row['status'] as RunRecord['status'],
    orderedAt: new Date(String(row['orderedAt'] ?? row['asOf'])),
    ...dated('slot', row),
    ...dated('offeredAt', row),
    ...dated('startedAt', row),
    ...dated('endedAt', row),
    ...(row['reportParts'] !== undefined && { report: readJson<ReportSummary>(row, 'report') }),
    ...(hasJson(row, 'failure') && { failure: readJson<RunFailure>(row, 'failure') }),
    ...(joinedTo !== undefined && { joinedTo: joinedTo as RunId }),
  };
}

export function readScopeRow(row: Entity): ScopeState {
  const lease = textOf(row, 'leaseRun');
  const history = readHistory(row);
  return {
    scope: { hunt: String(row['hunt']) as HuntId, workspace: String(row['workspace']) },
    ...(lease !== undefined && { lease: { run: lease as RunId, until: new Date(String(row['leaseUntil'])) } }),
    ...dated('lastSlot', row),
    ...dated('lastComplete', row),
    ...dated('lastSweep', row),
    ...(hasJson(row, 'coverage') && { coverage: readJson<Coverage>(row, 'coverage') }),
    ...dated('unsettledSince', row),
    ...(hasJson(row, 'lastRun') && { lastRun: readJson<NonNullable<ScopeState['lastRun']>>(row, 'lastRun') }),
    ...(hasJson(row, 'trouble') && { trouble: readJson<Trouble>(row, 'trouble') }),
    ...(history && { history }),
    ...(hasJson(row, 'watch') && { watch: readJson<Watch>(row, 'watch') }),
  };
}

/** A merge cannot take a property away, so an empty one stands for none. */
export const optionalJson = (name: string, value: unknown): Record<string, string | number> =>
  value === undefined ? { [`${name}Parts`]: 0 } : writeJson(name, value);
const hasJson = (row: Entity, name: string): boolean => Number(row[`${name}Parts`] ?? 0) > 0;

const textOf = (row: Entity, name: string): string | undefined => {
  const value = row[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

function dated<K extends string>(name: K, row: Entity): { readonly [key in K]?: Date } {
  const text = textOf(row, name);
  return (text === undefined ? {} : { [name]: new Date(text) }) as { readonly [key in K]?: Date };
}
