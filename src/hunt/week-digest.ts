import type { HuntId, HuntScope } from './hunt.ts';

/** A week of all hunts in a few lines. Lists hold the first {@link LISTED} of what they count. */
export interface WeekDigest {
  readonly from: Date;
  readonly until: Date;
  /** Hunts that found new devices, those with the most first. */
  readonly found: readonly DigestLine[];
  readonly newDevices: number;
  /** Findings that nobody has answered. */
  readonly open: number;
  readonly since?: Date;
  /** Hunts that failed, or could not see everything, and how often. */
  readonly failed: readonly DigestLine[];
  readonly failedHunts: number;
  /** Hunts that found something so often that they had better be tuned. */
  readonly noisy: readonly DigestLine[];
  /** What scenarios have explained so far; absent where they explained nothing. */
  readonly explained?: readonly DigestLine[];
  readonly coverage: {
    readonly hunts: number;
    readonly workspaces: number;
    /** Hunts in workspaces: all, and those that see what they should. */
    readonly scopes: number;
    readonly seeing: number;
    readonly notLoaded: number;
    readonly muted: number;
  };
}

export interface DigestLine {
  readonly slug: string;
  readonly count: number;
  /** What is the matter, where the number does not say it. */
  readonly words?: string;
}

export const LISTED = 8;

/** The digest is about no hunt; its bookkeeping is kept as if it were one. */
export const DIGEST_SCOPE: HuntScope = { hunt: 'firstsight-weekly-digest' as HuntId, workspace: 'all' };
