/** The row of a device: what people read of it. */
import type { DeviceKey } from '../hunt/device-key.ts';
import { cut } from '../hunt/cut.ts';
import type { Finding } from '../hunt/finding.ts';
import type { LifeEvent } from '../hunt/life.ts';
import { LONGEST_NAME } from '../hunt/name-hash.ts';
import { parseRunId, type Run, type RunId } from '../hunt/run.ts';
import type { Sighting } from '../hunt/sighting.ts';
import type { DeviceRecord } from '../services.ts';
import { deviceRowKey } from './ledger-rows.ts';
import type { Entity } from './table.ts';
import { readTrail, trailText, type Trail } from './trail-text.ts';

/** The row of a device that no run has seen before. */
export function newDeviceRow(
  partitionKey: string,
  sighting: Sighting & Pick<Finding, 'sameNameAs'>,
  how: 'baseline' | 'newly-seen',
  { id: run, asOf }: Run,
): Entity {
  const { device, firstSeen, sameNameAs } = sighting;
  const name = cut(sighting.name, LONGEST_NAME);
  const found: LifeEvent = {
    ...{ run, at: asOf, kind: 'found', how, name },
    ...(firstSeen && { firstSeen }),
    ...(sameNameAs && { sameNameAs }),
  };
  return {
    partitionKey,
    rowKey: deviceRowKey(device),
    id: cut(sighting.id, 1024),
    name,
    firstSeen: (firstSeen ?? asOf).toISOString(),
    run,
    state: how,
    trail: trailText({ events: [found], dropped: 0 }),
  };
}

export function readDeviceRow(row: Entity, lastSeenDay: Date | undefined): DeviceRecord {
  const firstSeen = new Date(String(row['firstSeen']));
  const known = {
    device: row.rowKey.slice(2) as DeviceKey,
    id: String(row['id']),
    name: String(row['name']),
    firstSeen,
    lastSeen: lastSeenDay ?? firstSeen,
    run: String(row['run']) as RunId,
    state: row['state'] as DeviceRecord['state'],
  };
  const { events, dropped } = readTrail(row['trail']) ?? madeUp(known);
  return { ...known, trail: events, trailDropped: dropped };
}

/**
 * A row from before there were trails. Of a device that had come back, the run that found it first is not known; the one day
 * on which it is known to have been there is that of its first seen.
 */
function madeUp({ name, firstSeen, run, state }: Omit<DeviceRecord, 'trail' | 'trailDropped'>): Trail {
  const at = parseRunId(run)?.at ?? firstSeen;
  const found = { kind: 'found', name, firstSeen } as const;
  if (state !== 'returning') return { events: [{ ...found, run, at, how: state }], dropped: 0 };
  return {
    events: [
      { ...found, run, at: firstSeen, how: 'newly-seen' },
      { kind: 'returned', run, at, lastSeenBefore: firstSeen },
    ],
    dropped: 0,
  };
}
