/** The LiteManager hunts as they are shipped, in a world whose workspace is the engine over rows of a test's own. */
import type { Event } from '../../local/telemetry/events.ts';
import { loadHunts } from '../../src/hunt-files/hunt-folder.ts';
import type { Finding } from '../../src/hunt/finding.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { DAY, type Milliseconds } from '../../src/time.ts';
import { aRunOrder } from './builders.ts';
import { engineOver } from './engine-workspace.ts';
import { aWorld, CHANNEL, type World } from './services.ts';

const library = loadHunts('hunts');
const named = (name: string): Hunt => {
  const hunt = library.find(name);
  if (!hunt) throw new Error(`There is no hunt ${name}.`);
  return hunt;
};
/** What its table receives is another matter: see `blind.test.ts`. */
export const SIGNATURE: Hunt = { ...named('litemanager-file-signature'), tables: [] };
export const SIBLINGS: readonly Hunt[] = [named('litemanager-process'), named('litemanager-network')];

/** The same with its five stories set to leave devices out of the cards. */
export const EXCLUDING: Hunt = {
  ...SIGNATURE,
  scenarios: SIGNATURE.scenarios.map((one) => (one.mode === 'annotate' ? { ...one, mode: 'exclude' } : one)),
};

/** A world that has founded its baseline with nothing in it; `events` may grow afterwards. */
export async function aWorldWith(
  events: readonly Event[],
  hunt: Hunt = SIGNATURE,
  others: readonly Hunt[] = SIBLINGS,
): Promise<World> {
  const world = aWorld({ hunts: [hunt, ...others] });
  await world.services.conversations.put(CHANNEL);
  world.respond = (kql) => engineOver([], world.services.now)(kql);
  await runAfter(world, hunt, 0);
  world.told.length = 0;
  world.respond = (kql) => engineOver(events, world.services.now)(kql);
  return world;
}

/** Runs the hunt so much later; gives what was told meanwhile. */
export async function runAfter(world: World, hunt: Hunt, later: Milliseconds = DAY): Promise<readonly Finding[]> {
  world.pass(later);
  const before = world.told.length;
  await runHunt(hunt, aRunOrder({ asOf: world.services.now() }), false, world.services);
  return world.told.slice(before).flatMap(({ notice }) => (notice.kind === 'devices-found' ? notice.findings : []));
}
