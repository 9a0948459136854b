/** Rows of the cases' table: a case, and in one partition for all the lists of what is due. */
import { NEW_CASE, type Case, type CaseState, type Post } from '../hunt/case.ts';
import type { HuntId } from '../hunt/hunt.ts';
import { parseRunId, type RunId } from '../hunt/run.ts';
import type { Opening } from '../services.ts';
import { compactTime } from '../time.ts';
import { readJson, writeJson } from './json-property.ts';
import type { Entity } from './table.ts';

/** What the timer looks at, in one partition, so that a quiet tick costs one request a list. */
export const WATCH = 'watch';
export const STALE_ROWS = ['s-', 's.'] as const;
const OVERDUE = 'u-';

export const overdueKey = (dueAt: Date, id: string): string => `${OVERDUE}${compactTime(dueAt)}-${id}`;
export const overdueUntil = (at: Date): readonly [string, string] => [OVERDUE, `${OVERDUE}${compactTime(at)}.`];
export const staleKey = (id: string, revision: string): string => `s-${id}~${revision}`;

const ID =
  /^(.+)-(?:devices-found|baseline-founded|trouble|recovered|expectation-ended|explanation-ended|unseen|slots-missed|digest)(?:-\d{6})?$/;

/** Where a case is; undefined when the text, which may come from a click or a link, cannot be the id of one. */
export function caseKey(id: string): readonly [string, string] | undefined {
  const run = ID.exec(id.slice(0, 120))?.[1];
  const parsed = run === undefined ? undefined : parseRunId(run);
  return parsed && [parsed.scopeKey, `c-${id}`];
}

/** A case's id begins with the time of its run. */
export const casesBefore = (time: Date): readonly [string, string] => ['c-', `c-${compactTime(time)}`];

export const casesOfRun = (run: RunId): readonly [string, string, string] | undefined => {
  const parsed = parseRunId(run);
  return parsed && [parsed.scopeKey, `c-${run}-`, `c-${run}.`];
};

export function caseRow(opening: Opening): Entity {
  const [partitionKey, rowKey] = caseKey(opening.id) ?? [];
  if (partitionKey === undefined || rowKey === undefined) throw new Error(`"${opening.id}" is no id of a case.`);
  const { id, scope, notice, history, openedAt, dueAt } = opening;
  return {
    partitionKey,
    rowKey,
    id,
    hunt: scope.hunt,
    workspace: scope.workspace,
    openedAt: openedAt.toISOString(),
    dueAt: dueAt?.toISOString() ?? '',
    ...writeJson('notice', notice),
    ...writeJson('history', history),
    ...writeJson('posts', []),
    ...writeJson('state', NEW_CASE),
  };
}

export function readCase(row: Entity): Case {
  const dueAt = String(row['dueAt'] ?? '');
  return {
    id: String(row['id']),
    scope: { hunt: String(row['hunt']) as HuntId, workspace: String(row['workspace']) },
    notice: readJson<Case['notice']>(row, 'notice'),
    history: readJson<Case['history']>(row, 'history'),
    openedAt: new Date(String(row['openedAt'])),
    ...(dueAt !== '' && { dueAt: new Date(dueAt) }),
    posts: readJson<Post[]>(row, 'posts'),
    state: readJson<CaseState>(row, 'state'),
  };
}
