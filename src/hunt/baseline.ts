import { DAY, dayOf, type Milliseconds } from '../time.ts';
import type { DeviceKey } from './device-key.ts';
import type { NameHash } from './name-hash.ts';
import type { Seconds } from './seconds.ts';

/** The devices earlier runs have seen. */
export interface KnownDevices {
  readonly size: number;
  /** The last day, in whole days since 1970 UTC, on which a complete or partial answer had the device. */
  lastSeenDay(device: DeviceKey): number | undefined;
  /** All that the ledger knows of a device without reading its row. */
  recall(device: DeviceKey): Recalled | undefined;
}

export interface Remembered {
  /** As {@link KnownDevices.lastSeenDay}. */
  readonly day: number;
  /** Of the name it was called last; may be unknown. */
  readonly nameHash: NameHash;
  /** 0: not known. */
  readonly firstSeen: Seconds;
}

export interface Recalled extends Remembered {
  /** A small number that is this device's for as long as its key is known, and no other's of the same scope. */
  readonly place: number;
}

/**
 * What earlier runs saw. `absent` is not an empty baseline: no run has finished yet, so nothing can be called new.
 * Its `known` holds what a founding run that died half-way had already stored.
 */
export type Baseline =
  | { readonly state: 'absent'; readonly known: KnownDevices }
  | { readonly state: 'established'; readonly since: Date; readonly known: KnownDevices };

export type Novelty = 'newly-seen' | 'returning' | 'known';

export interface NoveltyContext {
  /** The clock of the run that founded the baseline: without one, nothing can be called new. */
  readonly since: Date;
  readonly forgetAfter: Milliseconds;
  readonly asOf: Date;
  /** The clock of the latest complete run before this one. */
  readonly lastComplete?: Date;
}

/**
 * A device is returning when it was missing from a complete answer and unseen for longer than `forgetAfter`.
 * Time in which nobody looked (an outage) is not absence: else everything would return after one.
 */
export function noveltyIn({
  since,
  forgetAfter,
  asOf,
  lastComplete,
}: NoveltyContext): (before: Pick<Remembered, 'day'> | undefined) => Novelty {
  const today = dayOf(asOf);
  // The answer that founded the baseline was complete, too.
  const looked = dayOf(lastComplete && lastComplete > since ? lastComplete : since);
  return (before) => {
    if (!before) return 'newly-seen';
    return (today - before.day) * DAY > forgetAfter && looked > before.day ? 'returning' : 'known';
  };
}
