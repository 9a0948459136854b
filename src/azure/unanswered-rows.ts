/** Findings that wait for somebody, newest first, in the partition of what is due: a list of them costs one request. */
import { isAnswered, type Case } from '../hunt/case.ts';
import type { HuntId } from '../hunt/hunt.ts';
import type { UnansweredCase } from '../services.ts';
import { WATCH } from './case-rows.ts';
import { readJson, writeJson } from './json-property.ts';
import type { Entity } from './table.ts';

/** A list shows as many; the case has the others. */
const SAMPLE = 3;
/** Row keys are listed in ascending order, so time runs backwards in them. */
const LATEST = 9_999_999_999_999;
const backwards = (at: Date): string => String(LATEST - at.getTime()).padStart(13, '0');

export const unansweredKey = ({ id, openedAt }: Pick<Case, 'id' | 'openedAt'>): string =>
  `o-${backwards(openedAt)}-${id}`;
export const unansweredSince = (since: Date): readonly [string, string] => ['o-', `o-${backwards(since)}.`];

export const unansweredBefore = (before: Date): readonly [string, string] => [`o-${backwards(before)}.`, 'o.'];

/** Undefined for a case that asks nothing of anybody: only newly found devices do. */
export function unansweredRow({
  id,
  scope,
  notice,
  openedAt,
}: Pick<Case, 'id' | 'scope' | 'notice' | 'openedAt'>): Entity | undefined {
  if (notice.kind !== 'devices-found') return undefined;
  const devices = notice.findings
    .slice(0, SAMPLE)
    .map((finding) => ({ device: finding.device, id: finding.id.slice(0, 256), name: finding.name.slice(0, 256) }));
  return {
    partitionKey: WATCH,
    rowKey: unansweredKey({ id, openedAt }),
    id,
    hunt: scope.hunt,
    workspace: scope.workspace,
    openedAt: openedAt.toISOString(),
    total: Object.values(notice.counts).reduce((sum, count) => sum + count, 0),
    ...writeJson('d', devices),
  };
}

export const asksNothing = (about: Case): boolean => about.notice.kind !== 'devices-found' || isAnswered(about);

export const readUnanswered = (row: Entity): UnansweredCase => ({
  id: String(row['id']),
  scope: { hunt: String(row['hunt']) as HuntId, workspace: String(row['workspace']) },
  openedAt: new Date(String(row['openedAt'])),
  total: Number(row['total']),
  devices: readJson<UnansweredCase['devices']>(row, 'd'),
});
