import { DAY, type Milliseconds } from '../time.ts';
import { deviceKeyOf, type DeviceKey } from './device-key.ts';
import { NO_QUESTIONS } from './hunt-questions.ts';
import { DEFAULT_DEVICE_COLUMNS, type Hunt, type HuntId, type HuntScope } from './hunt.ts';
import type { RunId } from './run.ts';

/**
 * The canary: a sighting that is made up and says so, which goes the way of every finding on a schedule, so that a way that
 * is closed is noticed before a finding needs it. See docs/decisions/0074.
 */
const CANARY_ID = 'firstsight-canary' as HuntId;

export const isCanary = ({ hunt }: Pick<HuntScope, 'hunt'>): boolean => hunt === CANARY_ID;
export const canaryScope = (workspace: string): HuntScope => ({ hunt: CANARY_ID, workspace });

/** Needs no table: any workspace that lets us ask can answer it. The clock makes each canary a device of its own. */
const QUERY = `// Not a finding: Firstsight asks for one device that it makes up itself, to see whether findings would arrive.
print DeviceId = strcat('firstsight-canary-', format_datetime(now(), 'yyyy-MM-dd-HH-mm-ss')),
    DeviceName = 'firstsight-canary',
    FirstSeen = now(),
    LastSeen = now(),
    Report = dynamic(['canary']),
    Count = 1`;

/** A hunt of our own: in no folder and on no list, and run like every other. */
export const CANARY_HUNT: Hunt = {
  id: CANARY_ID,
  slug: 'canary',
  name: 'Canary (not a finding)',
  description: 'A device that Firstsight makes up, to see whether a finding would arrive.',
  tactics: [],
  techniques: [],
  query: QUERY,
  severity: 'low',
  lookback: DAY,
  forgetAfter: 30 * DAY,
  firstRun: 'learn',
  device: DEFAULT_DEVICE_COLUMNS,
  requiredColumns: ['id'],
  file: '',
  ...NO_QUESTIONS,
};

/** What the id of each canary begins with, and its query has. */
export const CANARY_MARK = 'firstsight-canary-';

/** The device that the answer to the hunt has at this clock. */
export const canaryDevice = (asOf: Date): DeviceKey =>
  deviceKeyOf(`${CANARY_MARK}${asOf.toISOString().slice(0, 19).replace(/[T:]/g, '-')}`, '');

/**
 * The way of a finding. `read`: the baseline. `compared`: found to be new. `told`: every conversation that could be told has
 * it.
 */
export const STAGES = [
  ...(['scheduled', 'queued', 'begun', 'read', 'answered', 'compared'] as const),
  ...(['remembered', 'offered', 'told'] as const),
] as const;
export type Stage = (typeof STAGES)[number];

export interface Mark {
  readonly stage: Stage;
  readonly at: Date;
}

/** A conversation that Teams has shown the canary in. */
export interface Landing {
  readonly target: string;
  readonly at: Date;
  /** The outbox has stored that it is there. */
  readonly stored: boolean;
}

/** One canary on its way. */
export interface Flight {
  /** The instant at which the schedule wanted it. */
  readonly slot: Date;
  /** Absent until it is queued. */
  readonly run?: RunId;
  /** The stages it has passed, in the order in which it did. */
  readonly marks: readonly Mark[];
  readonly landings: readonly Landing[];
  /** What was wrong with the workspace's answer, though it came. */
  readonly flaw?: string;
  /** For how long the timer has watched it, and until when: time in which nobody looked counts for nothing. */
  readonly looked: { readonly at: Date; readonly length: Milliseconds };
  /** Found to have arrived everywhere: nothing is left to watch. */
  readonly done?: true;
}

/** A canary that did not arrive in time, until one does. */
export interface Missing {
  readonly since: Date;
  readonly stage: Stage;
  readonly message: string;
  /** Conversations that it did not reach. */
  readonly targets: readonly string[];
  /** How often it was told in Teams: once for each place where canaries were lost. */
  readonly tellings: number;
  /** What was told last; empty while nobody could be told. */
  readonly toldAs: string;
}

/** What is known of the canaries of one workspace. */
export interface CanaryState {
  /** The schedule that the timer keeps, or `off`, and since when. */
  readonly schedule: string;
  readonly since: Date;
  /** The latest one. */
  readonly flight?: Flight;
  /** The latest that arrived everywhere. */
  readonly arrived?: Flight;
  readonly missing?: Missing;
}

export const OFF = 'off';
export const markOf = (flight: Flight | undefined, stage: Stage): Date | undefined =>
  flight?.marks.find((mark) => mark.stage === stage)?.at;

/** From the queue to the last conversation, in ms; undefined while it is on its way. */
export function flightTime(flight: Flight): Milliseconds | undefined {
  const from = markOf(flight, 'queued') ?? markOf(flight, 'scheduled');
  const until = markOf(flight, 'told');
  return from && until && Math.max(0, until.getTime() - from.getTime());
}
