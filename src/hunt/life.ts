/** The life of a device in a hunt, as its runs noticed it; the rules are in docs/decisions/0070. */
import { DAY, dayOf } from '../time.ts';
import type { DeviceKey } from './device-key.ts';
import type { RunId } from './run.ts';

export const LIFE_STATES = ['new', 'still-there', 'returned', 'gone'] as const;
export type LifeState = (typeof LIFE_STATES)[number];

/** What happened to a device, as a run noticed it. `at` is that run's clock. */
export type LifeEvent = { readonly run: RunId; readonly at: Date } & (
  | {
      readonly kind: 'found';
      readonly how: 'baseline' | 'newly-seen';
      readonly name: string;
      readonly firstSeen?: Date;
      readonly sameNameAs?: Namesake;
    }
  /** Told again after `forgetAfter`; the last day before on which an answer had it. */
  | { readonly kind: 'returned'; readonly lastSeenBefore: Date }
  /** Complete answers missed it, and it came back before `forgetAfter`: the first day without it, and the day it was back. */
  | { readonly kind: 'away'; readonly from: Date; readonly until: Date }
  | { readonly kind: 'renamed'; readonly from: string; readonly to: string }
  /** Its first seen, from later to earlier; never the other way. */
  | { readonly kind: 'moved-back'; readonly from: Date; readonly to: Date }
);

/** A known device that has the name of a new one: the same machine set up anew, or a twin. */
export interface Namesake {
  readonly device: DeviceKey;
  readonly id: string;
  /** The last day an answer had it. */
  readonly lastSeen: Date;
}

/** What of a device its state follows from. */
export interface LifeStory {
  readonly firstSeen: Date;
  /** The last day an answer had it, at midnight UTC. */
  readonly lastSeen: Date;
  /** Oldest first. */
  readonly trail: readonly LifeEvent[];
}

export interface Life {
  readonly state: LifeState;
  /** New and returned: the clock of the run that said so; there: since it was found or came back; gone: the first day without it. */
  readonly since: Date;
  /** For gone: how many days it was there, the first and the last included. */
  readonly daysThere?: number;
}

/**
 * `lastComplete`: the clock of the latest complete answer, as the scope's state has it. Days are UTC. Gone is what was last
 * seen on a day before that answer's; else new or returned until a complete answer of a later day has it.
 */
export function lifeOf({ firstSeen, lastSeen, trail }: LifeStory, lastComplete: Date | undefined): Life {
  const arrival = trail.findLast(({ kind }) => kind === 'found' || kind === 'returned');
  const arrived = arrival?.at ?? firstSeen;
  if (lastComplete && dayOf(lastSeen) < dayOf(lastComplete)) {
    const first = arrival?.kind === 'returned' ? arrived : firstSeen;
    const daysThere = Math.max(1, dayOf(lastSeen) - dayOf(first) + 1);
    return { state: 'gone', since: new Date((dayOf(lastSeen) + 1) * DAY), daysThere };
  }
  const isRecent = !lastComplete || dayOf(lastComplete) <= dayOf(arrived);
  if (isRecent && arrival?.kind === 'returned') return { state: 'returned', since: arrived };
  if (isRecent && arrival?.kind === 'found' && arrival.how === 'newly-seen') return { state: 'new', since: arrived };
  return { state: 'still-there', since: arrived };
}

/** What a device was called before, oldest first, each once. */
export const formerNames = ({
  name,
  trail,
}: Pick<LifeStory, 'trail'> & { readonly name: string }): readonly string[] => [
  ...new Set(trail.flatMap((event) => (event.kind === 'renamed' && event.from !== name ? [event.from] : []))),
];
