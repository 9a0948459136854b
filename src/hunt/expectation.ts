import type { DeviceKey } from './device-key.ts';
import type { Person } from './person.ts';

/** Somebody's dated promise that a device is fine for one hunt in one workspace: no card about it until then. */
export interface Expectation {
  readonly device: DeviceKey;
  /** The device's id and name when the promise was made, for lists; the key decides. */
  readonly id: string;
  readonly name: string;
  readonly until: Date;
  readonly reason: string;
  readonly by: Person;
  readonly at: Date;
}

export type Expectations = ReadonlyMap<DeviceKey, Expectation>;

export const isActive = ({ until }: Expectation, asOf: Date): boolean => until > asOf;
