import { silentLog } from '../support/silent-log.ts';
import { calm, strikes, type Plan } from './fault.ts';
import type { Lane } from './lane.ts';
import type { Mode } from './mode.ts';
import { MUTANTS, type Mutant } from './mutants.ts';
import { play } from './scenario.ts';

/** Planted bugs that no fault brought to light. */
export async function undetected(lanes: readonly Lane[]): Promise<readonly string[]> {
  const missed = await Promise.all(
    MUTANTS.map(async (mutant, n) => {
      const lane = lanes[n];
      if (!lane) throw new Error(`--lanes must be ${String(MUTANTS.length)} or more.`);
      return (await findBug(lane, mutant)) ? [] : [mutant.name];
    }),
  );
  return missed.flat();
}

async function findBug(lane: Lane, { mode, under, mutate }: Mutant): Promise<boolean> {
  let calmly = await tryOut(lane, mode, calm(), mutate);
  // Two processes do not always meet: on a busy machine one may be done before the other begins.
  for (let again = 0; again < 5 && !calmly.wrong && !under; again += 1)
    calmly = await tryOut(lane, mode, calm(), mutate);
  if (calmly.wrong || !under) return calmly.wrong;
  const [place, kind] = under;
  for (let at = 1; at <= calmly.counts[place]; at += 1)
    if ((await tryOut(lane, mode, strikes({ place, at, kind }), mutate)).wrong) return true;
  return false;
}

async function tryOut(lane: Lane, mode: Mode, plan: Plan, mutate: Mutant['mutate']) {
  const { violations } = await play(lane, { mode, plan, log: silentLog, mutate });
  return { wrong: violations.length > 0, counts: plan.counts };
}
