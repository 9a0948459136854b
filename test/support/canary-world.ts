import { withWitness } from '../../src/canary-witness.ts';
import { readHealth } from '../../src/functions/health-input.ts';
import { healthReasons } from '../../src/functions/health-report.ts';
import { MAX_DELIVERIES, runOrder } from '../../src/functions/on-queue.ts';
import { tick } from '../../src/functions/on-schedule.ts';
import { canaryScope, type CanaryState } from '../../src/hunt/canary.ts';
import type { Services } from '../../src/services.ts';
import { MINUTE, type Milliseconds } from '../../src/time.ts';
import { engineOver } from './engine-workspace.ts';
import { aWorld, CHANNEL, type World } from './services.ts';

/** A world with a canary every hour at half past, whose workspace answers by the local engine over no rows at all. */
export interface CanaryWorld extends World {
  /** What of the platform runs. */
  readonly platform: { timer: boolean; queue: boolean };
  /** The services as they are composed now, with the witness. */
  composed(): Services;
  schedule(canary: string | undefined): void;
  live(time: Milliseconds): Promise<void>;
  health(): Promise<readonly string[]>;
  state(workspace?: string): Promise<CanaryState | undefined>;
  /** What was told about canaries, in order: `target kind`, and of one that is missing why. */
  cards(): readonly string[];
}

export const HOURLY = '0 30 * * * *';

export async function aCanaryWorld(options: Parameters<typeof aWorld>[0] = { hunts: [] }): Promise<CanaryWorld> {
  const world = aWorld(options);
  const platform = { timer: true, queue: true };
  world.respond = engineOver([], world.services.now);
  await world.services.conversations.put(CHANNEL);
  const composed = (): Services => withWitness(world.services);
  const made: CanaryWorld = Object.assign(world, {
    platform,
    composed,
    schedule(canary: string | undefined) {
      const { canary: _before, ...policy } = world.services.policy;
      world.services.policy = canary === undefined ? policy : { ...policy, canary };
    },
    async live(time: Milliseconds) {
      for (let passed = 0; passed < time; passed += 5 * MINUTE) {
        world.pass(5 * MINUTE);
        if (platform.timer) await tick(composed()).catch(() => undefined);
        if (platform.queue) await drain(world, composed());
      }
    },
    async health() {
      const reasons = healthReasons(await readHealth(world.services));
      return reasons.filter(({ code }) => code.includes('canary')).map(({ code, message }) => `${code}: ${message}`);
    },
    state: (workspace = 'corp') => world.services.canaries.find(canaryScope(workspace)),
    cards: () =>
      world.told.flatMap(({ target, notice, case: { scope } }) => {
        if (scope.hunt !== canaryScope('').hunt) return [];
        return notice.kind === 'trouble'
          ? [`${target} missing: ${notice.trouble.message}`]
          : [`${target} ${notice.kind}`];
      }),
  });
  made.schedule(HOURLY);
  return made;
}

/** The queue function: five deliveries, then the message is given up. */
async function drain(world: World, services: Services): Promise<void> {
  for (const order of world.queued.splice(0)) {
    for (let delivery = 1; delivery <= MAX_DELIVERIES; delivery += 1) {
      const done = await runOrder(order, delivery, services).then(
        () => true,
        () => false,
      );
      if (done) break;
    }
  }
}
