/** What a report has for each shard, and what of it a head does not have yet. */
import type { Finding } from '../hunt/finding.ts';
import type { Noticed } from '../hunt/chronicle.ts';
import type { DeviceKey } from '../hunt/device-key.ts';
import { isPresent, isRenamed, type DeviceChange, type KnownSighting } from '../hunt/known-rows.ts';
import type { HuntReport } from '../hunt/report.ts';
import { secondsAt } from '../hunt/seconds.ts';
import type { Named, Sighting } from '../hunt/sighting.ts';
import { dayOf } from '../time.ts';
import type { Head } from './ledger-head.ts';
import { SHARDS, shardOf } from './ledger-rows.ts';

export interface ShardWork {
  readonly shard: number;
  readonly findings: Finding[];
  readonly expected: Finding[];
  readonly excluded: Finding[];
  readonly founding: Sighting[];
  readonly known: KnownSighting[];
  readonly changes: DeviceChange[];
}

/** A device whose row is to be written: as one that nobody knew, or with what was noticed of it. */
export type Item = { readonly device: DeviceKey } & (
  | { readonly kind: 'new'; readonly sighting: Sighting | Finding; readonly how: 'baseline' | 'newly-seen' }
  | { readonly kind: 'back'; readonly sighting: Finding; readonly noticed: Noticed }
  | { readonly kind: 'known'; readonly sighting: Named; readonly noticed: Noticed }
);

export function workOf(report: HuntReport): ShardWork[] {
  const work = Array.from({ length: SHARDS }, (_, shard): ShardWork => ({
    shard,
    ...{ findings: [], expected: [], excluded: [], founding: [], known: [], changes: [] },
  }));
  for (const list of ['findings', 'expected', 'excluded', 'founding', 'known', 'changes'] as const) {
    for (const sighting of report[list]) (work[shardOf(sighting.device)]?.[list] as Named[]).push(sighting);
  }
  return work.filter((shard) => shard.known.length + newsOf(shard).length > 0);
}

/** What the shard is to remember as seen for the first time, or again after long. */
export const newsOf = ({ findings, expected, excluded, founding }: ShardWork): readonly (Sighting | Finding)[] => [
  ...findings,
  ...expected,
  ...excluded,
  ...founding,
];

/** The news and the changes that this head does not have: what rivals or an earlier attempt have stored is left out. */
export function itemsFor(work: ShardWork, head: Head, report: HuntReport): readonly Item[] {
  const news = newsOf(work)
    .filter((sighting) => isNews(sighting, head))
    .map((sighting) => newsItem(sighting, report));
  if (work.changes.length === 0) return news;
  const told = new Set(news.map(({ device }) => device));
  const changes = work.changes.filter(({ device }) => !told.has(device));
  return [...news, ...changes.flatMap((change) => changeItem(change, head) ?? [])];
}

/** Still news for this head: unknown, or back and not seen by anybody since it was compared. */
function isNews(sighting: Sighting | Finding, head: Head): boolean {
  const known = head.set.recall(sighting.device);
  if (!known) return true;
  const before = 'novelty' in sighting && sighting.novelty === 'returning' ? sighting.lastSeenBefore : undefined;
  return before !== undefined && known.day === dayOf(before);
}

function newsItem(sighting: Sighting | Finding, { run, partial }: HuntReport): Item {
  const { device, name, firstSeen } = sighting;
  if (!('novelty' in sighting)) return { device, kind: 'new', sighting, how: 'baseline' };
  const { novelty, lastSeenBefore } = sighting;
  if (novelty !== 'returning' || !lastSeenBefore) return { device, kind: 'new', sighting, how: 'newly-seen' };
  const isNamed = !partial && sighting.id.trim() !== '' && isPresent(run, undefined);
  const noticed = { lastSeenBefore, ...(isNamed && { name }), ...(firstSeen && { firstSeen }) };
  return { device, kind: 'back', sighting, noticed };
}

function changeItem(change: DeviceChange, head: Head): Item | undefined {
  const { device, name, renamed, firstSeen, away } = change;
  const now = head.set.recall(device);
  if (!now) return undefined;
  const noticed = {
    ...(renamed && isRenamed(name, now) && { name }),
    ...(firstSeen && secondsAt(firstSeen) < now.firstSeen && { firstSeen }),
    ...(away && now.day + 1 === dayOf(away.from) && { away }),
  };
  return Object.keys(noticed).length === 0 ? undefined : { device, kind: 'known', sighting: change, noticed };
}
