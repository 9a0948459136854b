import type { Milliseconds } from '../time.ts';
import type { HuntQuestions } from './hunt-questions.ts';

/** A hunt's identity in storage: Sentinel's `id`. It survives a renamed file. */
export type HuntId = string & { readonly __brand: 'HuntId' };

/** The answer's columns that hold a device. */
export interface DeviceColumns {
  readonly id: string;
  readonly name: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly count: string;
  readonly reports: string;
}

export type Severity = 'high' | 'medium' | 'low';

/** A declared question: KQL, and how to read a device from a row of its answer. */
export interface Hunt extends HuntQuestions {
  readonly id: HuntId;
  /** The file's name without its ending: what people type and what stands in URLs. */
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  /** ATT&CK tactics in Sentinel's spelling, for example `CommandAndControl`. */
  readonly tactics: readonly string[];
  /** ATT&CK techniques, for example `T1219` or `T1574.002`. */
  readonly techniques: readonly string[];
  readonly query: string;
  /** How urgent a newly seen device is: a `high` finding that nobody opens is told once more. */
  readonly severity: Severity;
  /** How far back the query looks from the run's clock. */
  readonly lookback: Milliseconds;
  /** NCRONTAB with six fields, UTC; absent: the setting HUNT_SCHEDULE. */
  readonly schedule?: string;
  /** A device unseen for longer is told again, as returning. */
  readonly forgetAfter: Milliseconds;
  /** What the card of the first run shows: `report` lists the devices, `learn` only counts them. */
  readonly firstRun: 'report' | 'learn';
  readonly device: DeviceColumns;
  /** Columns of `device` that the file names itself; their absence from an answer is an error. */
  readonly requiredColumns: readonly (keyof DeviceColumns)[];
  readonly version?: string;
  /** Path below the hunts folder, with forward slashes. */
  readonly file: string;
}

/** One hunt in one workspace: what a baseline, a lease and a run belong to. */
export interface HuntScope {
  readonly hunt: HuntId;
  /** The workspace's alias in the setting WORKSPACES. */
  readonly workspace: string;
}

/** The device columns of a hunt whose file names none: those of the public RMM hunts. */
export const DEFAULT_DEVICE_COLUMNS: DeviceColumns = {
  id: 'DeviceId',
  name: 'DeviceName',
  firstSeen: 'FirstSeen',
  lastSeen: 'LastSeen',
  count: 'Count',
  reports: 'Report',
};
