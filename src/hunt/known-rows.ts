/** The rows of devices that are known: next to nothing is kept of them, and what changed about them is seen. */
import { DAY, dayOf } from '../time.ts';
import type { Baseline, Recalled, Remembered } from './baseline.ts';
import type { DeviceKey } from './device-key.ts';
import { knownList, type KnownListBuilder, type KnownSighting } from './known-list.ts';
import { nameHashOf, NO_NAME, UNKNOWN_NAME, type NameHash } from './name-hash.ts';
import { nameHashIn, secondsOf, UNREAD } from './plain-cells.ts';
import type { PlainRow } from './plain-row.ts';
import { saysWhoIsThere, type Run } from './run.ts';
import { secondsAt, type Seconds } from './seconds.ts';
import type { Named, Positions, Sighting } from './sighting.ts';

/** What a run noticed of a device that the ledger knows. Its row says what it was before, and has the last word. */
export interface DeviceChange extends Named {
  /** Its name has another hash than the one that the ledger keeps. */
  readonly renamed: boolean;
  /** Earlier than the ledger has it. */
  readonly firstSeen?: Date;
  /** Complete answers missed it for a day at least: the first day without it, and the day it is back. */
  readonly away?: { readonly from: Date; readonly until: Date };
}

export interface ChangeContext {
  readonly run: Run;
  /** The clock of the latest complete run before this one. */
  readonly lastComplete?: Date;
  /** A part of the answer may lack the row with the newer name. */
  readonly partial: boolean;
  /** It is told as returning, so that nobody need say that it was away. */
  readonly isBack?: boolean;
}

/**
 * What is noticed of a device with these rows. Only a run that looks at the present names devices or says that they were
 * away: the past has their old names.
 */
export function changeOf(
  { device, id, name, first = 0 }: KnownSighting,
  before: Remembered | undefined,
  { run, lastComplete, partial, isBack = false }: ChangeContext,
): DeviceChange | undefined {
  if (!before) return undefined;
  const present = isPresent(run, lastComplete);
  const renamed = present && !partial && id.trim() !== '' && isRenamed(name, before);
  const movedBack = isEarlier(first, before);
  const away = present && !isBack && awayIn(run, lastComplete)(before);
  if (!renamed && !movedBack && !away) return undefined;
  return {
    ...{ device, id, name, renamed },
    ...(movedBack && { firstSeen: new Date(first * 1000) }),
    ...(away && { away: { from: new Date((before.day + 1) * DAY), until: new Date(dayOf(run.asOf) * DAY) } }),
  };
}

export const isPresent = (run: Run, lastComplete: Date | undefined): boolean =>
  saysWhoIsThere(run) && (!lastComplete || run.asOf >= lastComplete);

export const isRenamed = (name: string, before: Remembered): boolean => hasOther(nameHashOf(name), before);

const hasOther = (hash: NameHash, { nameHash }: Remembered): boolean =>
  nameHash !== UNKNOWN_NAME && hash !== nameHash && hash !== NO_NAME;

const isEarlier = (first: Seconds, before: Remembered): boolean => first > 0 && first < before.firstSeen;

/** A whole day without it, and a complete answer after the day it was last seen. */
export function awayIn({ asOf }: Run, lastComplete: Date | undefined): (before: Remembered) => boolean {
  if (!lastComplete) return () => false;
  const [looked, today] = [dayOf(lastComplete), dayOf(asOf)];
  return ({ day }) => looked > day && today > day + 1;
}

export interface KnownRows {
  row(named: Named, before: Recalled, first: Seconds, last: Seconds): void;
  /** Takes the only row so far of a device of which nothing is noticed; false, and nothing taken, for any other. */
  plainRow(row: PlainRow, at: Positions, before: Recalled): boolean;
  end(partial: boolean): { readonly known: KnownListBuilder; readonly changes: DeviceChange[] };
}

export function knownRows(baseline: Baseline, run: Run, lastComplete: Date | undefined): KnownRows {
  const known = knownList(baseline.known);
  const wasAway = awayIn(run, lastComplete);
  /** Those to look at again when all rows are there. */
  const suspects = new Set<DeviceKey>();
  return {
    row({ device, id, name }, before, first, last) {
      const isAgain = known.add(before.place, { id, name, first, last });
      if (isAgain || isRenamed(name, before) || isEarlier(first, before) || wasAway(before)) suspects.add(device);
    },
    plainRow(row, at, before) {
      const first = secondsOf(row, at.firstSeen);
      const last = secondsOf(row, at.lastSeen);
      if (first === UNREAD || last === UNREAD || isEarlier(first, before) || wasAway(before)) return false;
      const hash = nameHashIn(row, at.name);
      if (hash === undefined || hasOther(hash, before)) return false;
      return known.addPlain(before.place, { row, id: at.id, name: at.name, first, last });
    },
    end(partial) {
      const context = { run, partial, ...(lastComplete && { lastComplete }) };
      const changes = [...suspects].flatMap((device) => {
        const sighting = known.find(device);
        return sighting ? (changeOf(sighting, baseline.known.recall(device), context) ?? []) : [];
      });
      return { known, changes };
    },
  };
}

/** A sighting that was read as a whole, as a known one. */
export const asKnown = ({ device, id, name, firstSeen, lastSeen }: Sighting): KnownSighting => ({
  ...{ device, id, name },
  first: firstSeen ? secondsAt(firstSeen) : 0,
  last: lastSeen ? secondsAt(lastSeen) : 0,
});
