import { parseArgs } from 'node:util';
import { nearest } from '../../src/nearest.ts';
import { FAULTS, PLACES, type FaultKind } from './fault.ts';
import { MODES, type Mode } from './mode.ts';

export const HELP = `npm run test:faults -- [options]

Every fault at every request of a run with 300 devices, 7 of them new: the timer's run alone (slot) and with another at the
same time (overlap) in full, with a lease that runs out (lease, begin) every third pair of request and fault. That is in
memory, each call of a table being a request. Through the SDK, a proxy and Azurite goes every 47th pair. Then pairs and
storms by seeds, on both; real SIGKILLs; planted bugs that have to be found.

  --table FILE     the faults of a file instead, one scenario a line: slot storage dropAfter @12
                   what a line leaves out means all of it; several faults of one scenario stand with a + between them
  --list           the requests of a run without any fault, in the form of such a file
  --seeds 20       so many seeds: an odd one is a pair of faults, an even one a storm;  --from 1  the first of them
  --seed 17        replays one
  --kills 2        rounds in which a real process is killed
  --all            lease and begin in full, too
  --every 47       through Azurite, every so manyth pair of request and fault; 1: all 5,860, a processor second each
  --storage both   or: memory, azurite; some scenarios (--table, --list, --seed, --only) go through Azurite unless it says memory
  --modes ${MODES.join(',')}
  --kinds ${FAULTS.join(',')}
  --only "storage stall @155"   replays one single fault
  --lanes 4        so many scenarios at once
  --verbose        what the program logs; told anyway when something is violated

Places: ${PLACES.join(', ')}. Exits with 1 when anything is violated, a planted bug is not found or a fault of --table never came.`;

export const STORAGES = ['both', 'memory', 'azurite'] as const;

export interface Options {
  readonly help: boolean;
  readonly list: boolean;
  readonly all: boolean;
  readonly verbose: boolean;
  readonly storage: (typeof STORAGES)[number];
  readonly table?: string;
  readonly only?: string;
  readonly seed?: number;
  readonly seeds: number;
  readonly from: number;
  readonly kills: number;
  readonly every: number;
  readonly lanes: number;
  readonly modes: readonly Mode[];
  readonly kinds: readonly FaultKind[];
}

export class OptionError extends Error {
  override readonly name = 'OptionError';
}

/** Planted bugs are looked for in a lane each. */
const LEAST_LANES = 4;

export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args);
  const { table, only, seed } = values;
  return {
    help: values.help,
    list: values.list,
    all: values.all,
    verbose: values.verbose,
    storage: oneOf('storage', values.storage, STORAGES),
    ...(table !== undefined && { table }),
    ...(only !== undefined && { only }),
    ...(seed !== undefined && { seed: whole('seed', seed, 0) }),
    seeds: whole('seeds', values.seeds, 0),
    from: whole('from', values.from, 0),
    kills: whole('kills', values.kills, 0),
    every: whole('every', values.every, 1),
    lanes: whole('lanes', values.lanes, LEAST_LANES),
    modes: values.modes.split(',').map((mode) => oneOf('modes', mode, MODES)),
    kinds: values.kinds.split(',').map((kind) => oneOf('kinds', kind, FAULTS)),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        all: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        table: { type: 'string' },
        storage: { type: 'string', default: 'both' },
        only: { type: 'string' },
        seed: { type: 'string' },
        seeds: { type: 'string', default: '20' },
        from: { type: 'string', default: '1' },
        kills: { type: 'string', default: '2' },
        every: { type: 'string', default: '47' },
        lanes: { type: 'string', default: String(LEAST_LANES) },
        modes: { type: 'string', default: MODES.join(',') },
        kinds: { type: 'string', default: FAULTS.join(',') },
      },
    });
  } catch (error) {
    throw new OptionError(`${(error as Error).message}\n--help lists what there is.`);
  }
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least)
    throw new OptionError(`--${name} ${text}: a whole number of ${String(least)} or more is wanted.`);
  return value;
}

function oneOf<T extends string>(name: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one === text);
  if (found) return found;
  const best = nearest(text, known);
  throw new OptionError(`--${name} ${text}: there is ${known.join(', ')}${best ? `; did you mean ${best}?` : '.'}`);
}
