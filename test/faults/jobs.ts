import { FAULTS, pair, PLACES, storm, strikes, type Place, type Plan, type Strike } from './fault.ts';
import { MODES, type Mode } from './mode.ts';
import type { Options } from './options.ts';
import type { Clean, Row } from './table-file.ts';
import { wordsOf } from './tally.ts';

/** A scenario to be played. */
export interface Job {
  readonly name: string;
  /** Those that are counted together. */
  readonly group: string;
  readonly mode: Mode;
  readonly plan: Plan;
  readonly strikes?: readonly Strike[];
}

/** Of each mode every so manyth pair of request and fault, spread evenly over both; places with few requests in full. */
export function* singleFaults(clean: Clean, { kinds }: Options, every: (mode: Mode) => number): Generator<Job> {
  for (const [mode, requests] of clean)
    for (const place of PLACES)
      for (let at = 1; at <= requests[place]; at += 1)
        for (const kind of kinds) {
          const nth = at * FAULTS.length + FAULTS.indexOf(kind);
          if (nth % every(mode) === 0 || requests[place] < 5) yield jobOf(mode, [{ place, kind, at }]);
        }
}

export function* seeded(clean: Clean, { seeds, from }: Options): Generator<Job> {
  for (let seed = from; seed < from + seeds; seed += 1) yield replay(seed, clean);
}

/** The same seed is the same scenario: an odd one a pair of faults, an even one a storm. */
export function replay(seed: number, clean: Clean): Job {
  const modes = MODES.filter((mode) => clean.has(mode));
  const mode = modes[seed % modes.length] ?? 'slot';
  const requests: Readonly<Record<Place, number>> = clean.get(mode) ?? { storage: 1, workspace: 1, teams: 1 };
  const plan = seed % 2 === 0 ? storm(seed) : pair(seed, requests);
  return { name: `seed ${String(seed)}`, group: `${mode}, seeds`, mode, plan };
}

export const ofTable = (rows: readonly Row[]): readonly Job[] =>
  rows.map(({ line, mode, strikes: chosen }) => {
    const job = jobOf(mode, chosen);
    return { ...job, name: `line ${String(line)}: ${job.name}`, group: `${mode}, table` };
  });

function jobOf(mode: Mode, chosen: readonly Strike[]): Job {
  const [first] = chosen;
  return {
    name: chosen.map(wordsOf).join(' + '),
    group: `${mode}, ${first?.kind ?? 'calm'}`,
    mode,
    plan: strikes(...chosen),
    strikes: chosen,
  };
}
