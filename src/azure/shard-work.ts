/** What a report has for each shard, and what of it a head does not have yet. */
import { setImmediate } from 'node:timers/promises';
import type { Finding } from '../hunt/finding.ts';
import type { FoundingDevices } from '../hunt/founding.ts';
import type { Noticed } from '../hunt/chronicle.ts';
import type { DeviceKey } from '../hunt/device-key.ts';
import { isPresent, isRenamed, type DeviceChange } from '../hunt/known-rows.ts';
import type { HuntReport } from '../hunt/report.ts';
import { secondsAt } from '../hunt/seconds.ts';
import type { Named, Sighting } from '../hunt/sighting.ts';
import { dayOf } from '../time.ts';
import type { Head } from './ledger-head.ts';
import { DEVICES_PER_TRANSACTION, SHARDS, shardOf } from './ledger-rows.ts';

export interface ShardWork {
  readonly shard: number;
  readonly findings: Finding[];
  readonly expected: Finding[];
  readonly excluded: Finding[];
  readonly founding: Sighting[];
  /** Which of the report's list. */
  readonly known: number[];
  readonly changes: DeviceChange[];
}

/** A device whose row is to be written: as one that nobody knew, or with what was noticed of it. */
export type Item = { readonly device: DeviceKey } & (
  | { readonly kind: 'new'; readonly sighting: Sighting | Finding; readonly how: 'baseline' | 'newly-seen' }
  | { readonly kind: 'back'; readonly sighting: Finding; readonly noticed: Noticed }
  | { readonly kind: 'known'; readonly sighting: Named; readonly noticed: Noticed }
);

/** What a report has for a shard; of a founding, the places in the report's list. */
interface ShardPlan extends Omit<ShardWork, 'founding'> {
  readonly places: number[];
}

/** Devices sorted into shards at a time, before others get their turn. */
const SORTED_AT_ONCE = 20_000;

export async function plansOf(report: HuntReport): Promise<ShardPlan[]> {
  const plans = Array.from({ length: SHARDS }, (_, shard): ShardPlan => ({
    shard,
    ...{ findings: [], expected: [], excluded: [], known: [], changes: [], places: [] },
  }));
  let sorted = 0;
  for (const list of ['findings', 'expected', 'excluded', 'changes'] as const) {
    for (const sighting of report[list]) {
      (plans[shardOf(sighting.device)]?.[list] as Named[]).push(sighting);
      if ((sorted += 1) % SORTED_AT_ONCE === 0) await setImmediate();
    }
  }
  const { places } = report.known;
  for (let n = 0; n < places.length; n += 1) {
    plans[(places[n] ?? 0) % SHARDS]?.known.push(n);
    if (n % SORTED_AT_ONCE === 0) await setImmediate();
  }
  for (let place = 0; place < report.founding.length; place += 1) {
    const device = report.founding.deviceAt(place);
    if (device !== undefined) plans[shardOf(device)]?.places.push(place);
    if (place % SORTED_AT_ONCE === 0) await setImmediate();
  }
  const sizeOf = ({ known, findings, expected, excluded, places }: ShardPlan): number =>
    known.length + findings.length + expected.length + excluded.length + places.length;
  return plans.filter((plan) => sizeOf(plan) > 0);
}

/** Of a founding as many at a time as fill three transactions: 500,000 sightings at once are more than an instance has room for. */
export async function* worksOf(
  { places, ...plan }: ShardPlan,
  founding: FoundingDevices,
  turn: () => Promise<void>,
): AsyncGenerator<ShardWork> {
  const size = 3 * DEVICES_PER_TRANSACTION;
  const nothing = { findings: [], expected: [], excluded: [], known: [], changes: [] };
  for (let from = 0; from === 0 || from < places.length; from += size) {
    await turn();
    const part = places.slice(from, from + size).flatMap((place) => founding.at(place) ?? []);
    yield { ...plan, ...(from > 0 && nothing), founding: part };
  }
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
