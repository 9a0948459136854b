import { DAY, dayOf, type Milliseconds } from '../time.ts';
import type { DeviceKey } from './device-key.ts';

/** The devices earlier runs have seen. */
export interface KnownDevices {
  readonly size: number;
  /** The last day, in whole days since 1970 UTC, on which a complete or partial answer had the device. */
  lastSeenDay(device: DeviceKey): number | undefined;
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
  /** Of a baseline that is established: without one, nothing can be called new. */
  readonly known: KnownDevices;
  readonly forgetAfter: Milliseconds;
  readonly asOf: Date;
  /** The clock of the latest complete run before this one. */
  readonly lastComplete?: Date;
}

/**
 * A device is returning when it was missing from a complete answer and unseen for longer than `forgetAfter`.
 * Time in which nobody looked (an outage) is not absence: else everything would return after one.
 */
export function noveltyOf(device: DeviceKey, { known, forgetAfter, asOf, lastComplete }: NoveltyContext): Novelty {
  const seen = known.lastSeenDay(device);
  if (seen === undefined) return 'newly-seen';
  const forgotten = (dayOf(asOf) - seen) * DAY > forgetAfter;
  const missed = lastComplete !== undefined && dayOf(lastComplete) > seen;
  return forgotten && missed ? 'returning' : 'known';
}
