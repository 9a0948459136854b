/** What of a run would have been told otherwise, device by device. */
import { noveltyIn } from '../../src/hunt/baseline.ts';
import type { DeviceKey } from '../../src/hunt/device-key.ts';
import type { KeptHead, KeptHunt } from '../../src/hunt/kept-run.ts';
import type { Learned } from '../../src/hunt/learned.ts';
import { parseRunId } from '../../src/hunt/run.ts';
import { dayOf } from '../../src/time.ts';
import { wordsOf, type Decision, type Decisions } from './decisions.ts';
import type { KnownThen } from './known-then.ts';
import type { Trial } from './trial.ts';
import { whyNot, whyTold, type Circumstances } from './why.ts';

export interface DeviceDifference {
  readonly device: DeviceKey;
  readonly id: string;
  readonly name: string;
  readonly change: 'not-told' | 'told' | 'told-otherwise';
  /** What was said of it then, and what would be now; absent: nothing. */
  readonly then?: string;
  readonly now?: string;
  readonly why: string;
}

/** When a run began, as its id says: a catch-up's clock lies long before that. */
export const startOf = ({ id, asOf }: Pick<KeptHead, 'id' | 'asOf'>): Date => parseRunId(id)?.at ?? asOf;

/** Runs that have ended and of which nothing is kept. */
export type Unkept = () => Promise<readonly Pick<KeptHead, 'id' | 'asOf' | 'endedAt'>[]>;

export interface Setting {
  readonly head: KeptHead;
  readonly trial: Trial;
  readonly kept: KeptHunt;
  readonly since?: Date;
  readonly lastComplete?: Date;
  readonly learned: ReadonlyMap<DeviceKey, Learned>;
  /** As the trial would have known devices before this run. */
  readonly known: KnownThen;
  /** As the program knew them. */
  readonly then: KnownThen;
  readonly passes: ReadonlySet<DeviceKey>;
  readonly unkept: Unkept;
}

export async function compareDecisions(then: Decisions, now: Decisions, setting: Setting): Promise<DeviceDifference[]> {
  const differences: DeviceDifference[] = [];
  for (const device of [...new Set([...then.keys(), ...now.keys()])].sort()) {
    const difference = differenceOf(device, then.get(device), now.get(device), setting);
    if (!difference) continue;
    const isOurs = difference.change !== 'told' || then.has(device) || !(await wasSeenUnkept(device, setting));
    if (isOurs) differences.push(difference);
  }
  return differences;
}

function differenceOf(
  device: DeviceKey,
  then: Decision | undefined,
  now: Decision | undefined,
  { head: { asOf }, trial, learned, known, passes }: Setting,
): DeviceDifference | undefined {
  const told = [then?.as === 'told', now?.as === 'told'] as const;
  const finding = (now ?? then)?.finding;
  if (!finding || (!told[0] && !told[1])) return undefined;
  const about: Circumstances = {
    ...{ trial, asOf, device, learned: learned.get(device), lastDay: known.lastDay(device) },
    passes: passes.has(device),
  };
  const said = {
    ...{ device, id: finding.id, name: finding.name },
    ...(then && { then: wordsOf(then) }),
    ...(now && { now: wordsOf(now) }),
  };
  if (!told[1]) return { ...said, change: 'not-told', why: whyNot(now, about) };
  if (!now) return undefined;
  if (!told[0]) return { ...said, change: 'told', why: whyTold(then, now, about) };
  if (said.then === said.now || then?.earlierAttempt) return undefined;
  return { ...said, change: 'told-otherwise', why: whyTold(then, now, about) };
}

/**
 * Whether a run of which nothing is kept may have seen the device meanwhile: one that failed after it had remembered, or an
 * earlier attempt at this one. Asked only where the hunt of then would have told it as well, and did not.
 */
async function wasSeenUnkept(device: DeviceKey, setting: Setting): Promise<boolean> {
  const { head, kept, then, since, lastComplete, unkept } = setting;
  const day = then.lastDay(device);
  if (!since || day === undefined) return false;
  const context = { since, forgetAfter: kept.forgetAfter, asOf: head.asOf, ...(lastComplete && { lastComplete }) };
  if (noveltyIn(context)({ day }) !== 'returning') return false;
  return head.again || (await unkept()).some((run) => dayOf(startOf(run)) > day && run.endedAt <= head.endedAt);
}
