import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFiles, readSources } from '../../scripts/bicep/check.ts';
import { walk } from '../../scripts/bicep/walk.ts';
import { runOrder, runPoisoned } from '../../src/functions/on-queue.ts';
import { tick } from '../../src/functions/on-schedule.ts';
import type { HuntId } from '../../src/hunt/hunt.ts';
import { LOG_EVENTS } from '../../src/log.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { DAY, HOUR, MINUTE } from '../../src/time.ts';
import { appInsightsOf, type AppInsights } from '../support/app-insights.ts';
import { aHunt, anAnswer, aRunOrder } from '../support/builders.ts';
import { aCanaryWorld } from '../support/canary-world.ts';
import { aWorld, CHANNEL, failure, type World } from '../support/services.ts';

const FOLDER = 'infra/alerts';
const names = readdirSync(FOLDER).map((file) => file.replace('.kql', ''));
const queryOf = (name: string): string => readFileSync(`${FOLDER}/${name}.kql`, 'utf8');

const hunt = aHunt();
const run = (world: World, mayRetry = false) =>
  runHunt(hunt, aRunOrder({ asOf: world.services.now() }), mayRetry, world.services);

/** A world with a founded baseline, a day ago, and one new device since; what it logs goes to its Application Insights. */
async function aWatchedWorld(): Promise<{ readonly world: World; readonly insights: AppInsights }> {
  const world = aWorld();
  await world.services.conversations.put(CHANNEL);
  world.answer = anAnswer(['old']);
  await run(world);
  world.pass(DAY);
  world.answer = anAnswer(['old', 'new']);
  return { world, insights: appInsightsOf(world) };
}

async function tickFor(world: World, time: number): Promise<void> {
  for (let passed = 0; passed < time; passed += 5 * MINUTE) {
    world.pass(5 * MINUTE);
    await tick(world.services);
  }
}

const fires = (insights: AppInsights, name: string): boolean => insights.ask(queryOf(name)).length > 0;

it('no alert fires while everything is well', async () => {
  const { world, insights } = await aWatchedWorld();
  await run(world);
  await tickFor(world, 2 * HOUR);

  expect(names.filter((name) => fires(insights, name))).toEqual([]);
});

describe('no-tick', () => {
  it('fires when the dispatcher has not finished a tick for 20 minutes, and not before', async () => {
    const { world, insights } = await aWatchedWorld();
    await tickFor(world, 5 * MINUTE);

    world.pass(19 * MINUTE);
    expect(fires(insights, 'no-tick')).toBe(false);
    world.pass(2 * MINUTE);
    expect(fires(insights, 'no-tick')).toBe(true);
  });

  it('fires when nothing at all is logged', async () => {
    const { insights } = await aWatchedWorld();

    expect(fires(insights, 'no-tick')).toBe(true);
  });

  it('fires when ticks begin and none of them ends well', async () => {
    const { world, insights } = await aWatchedWorld();
    world.services.queue = { send: () => Promise.reject(failure('unavailable', 'queue-storage')) };
    for (let i = 0; i < 6; i += 1) {
      world.pass(5 * MINUTE + DAY / 2);
      await expect(tick(world.services)).rejects.toThrow('could not be queued');
    }

    expect(fires(insights, 'no-tick')).toBe(true);
  });
});

describe('hunt-failing', () => {
  it('fires with the hunt, the workspace and the code when a run failed for good', async () => {
    const { world, insights } = await aWatchedWorld();
    world.answer = failure('denied');
    await expect(run(world)).rejects.toThrow('denied');

    const [row] = insights.ask(queryOf('hunt-failing'));
    expect(row?.slice(0, 3)).toEqual([hunt.slug, 'corp', 'workspace-denied']);
  });

  it('is silent while the queue will try again', async () => {
    const { world, insights } = await aWatchedWorld();
    world.answer = failure('throttled');
    await expect(run(world, true)).rejects.toThrow('throttled');

    expect(fires(insights, 'hunt-failing')).toBe(false);
  });
});

describe('findings-undelivered', () => {
  it('fires when Teams has refused a notice for an hour, and ends when Teams takes it', async () => {
    const { world, insights } = await aWatchedWorld();
    world.teams = () => {
      throw failure('unavailable', 'teams');
    };
    await run(world);
    await tickFor(world, 50 * MINUTE);
    expect(fires(insights, 'findings-undelivered')).toBe(false);

    await tickFor(world, 20 * MINUTE);
    expect(fires(insights, 'findings-undelivered')).toBe(true);

    world.teams = () => undefined;
    await tickFor(world, 5 * MINUTE);
    expect(fires(insights, 'findings-undelivered')).toBe(false);
  });

  it('fires when for an hour there has been nobody to tell', async () => {
    const { world, insights } = await aWatchedWorld();
    await world.services.conversations.remove(CHANNEL.id);
    await run(world);
    await tickFor(world, 70 * MINUTE);

    expect(fires(insights, 'findings-undelivered')).toBe(true);
  });

  it('is silent for what somebody has muted', async () => {
    const { world, insights } = await aWatchedWorld();
    await world.services.promises.mute({
      hunt: hunt.id,
      until: new Date(world.services.now().getTime() + DAY),
      by: { id: 'ana', name: 'Ana' },
      at: world.services.now(),
    });
    await run(world);
    await tickFor(world, 70 * MINUTE);

    expect(fires(insights, 'findings-undelivered')).toBe(false);
  });

  it('leaves a conversation that is gone to the alert that somebody must act', async () => {
    const { world, insights } = await aWatchedWorld();
    world.teams = () => {
      throw failure('denied', 'teams');
    };
    await run(world);

    expect(fires(insights, 'needs-somebody')).toBe(true);
  });
});

describe('poison-messages', () => {
  it('fires when a run died every time it was tried', async () => {
    const { world, insights } = await aWatchedWorld();
    await runPoisoned(aRunOrder({ asOf: world.services.now() }), world.services);

    expect(fires(insights, 'poison-messages')).toBe(true);
  });

  it('fires, too, when the message could not even be read', async () => {
    const { insights } = await aWatchedWorld();
    insights.invoked('run');
    expect(fires(insights, 'poison-messages')).toBe(false);

    insights.invoked('runFailed');
    expect(fires(insights, 'poison-messages')).toBe(true);
  });
});

describe('canary-overdue', () => {
  it('fires with the workspace, the stage and the reason while no canary arrives, and ends when one does', async () => {
    const world = await aCanaryWorld();
    const insights = appInsightsOf(world);
    await world.live(2 * HOUR);
    expect(fires(insights, 'canary-overdue')).toBe(false);

    world.platform.queue = false;
    await world.live(85 * MINUTE);
    expect(insights.ask(queryOf('canary-overdue'))[0]?.slice(0, 3)).toEqual([
      'corp',
      'begun',
      'The queue has not delivered it.',
    ]);

    world.platform.queue = true;
    await world.live(35 * MINUTE);
    expect(fires(insights, 'canary-overdue')).toBe(false);
  });
});

describe('needs-somebody', () => {
  it('fires when a run was ordered of a hunt that is not loaded any more', async () => {
    const { world, insights } = await aWatchedWorld();
    const order = aRunOrder({ asOf: world.services.now(), scope: { hunt: 'gone' as HuntId, workspace: 'corp' } });
    await runOrder(order, 1, world.services);

    expect(fires(insights, 'needs-somebody')).toBe(true);
  });
});

it('everything that is logged for somebody to act today wakes somebody', () => {
  const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(`src/${file}`, 'utf8'))
    .join('\n');
  const events = new Set([...source.matchAll(/log\.error\(\s*'([\w.-]+)'/g)].map(([, event = '']) => event));
  const queries = names.map(queryOf).join('\n');

  expect(events.size).toBeGreaterThan(7);
  expect([...events].filter((event) => !queries.includes(event))).toEqual([]);
});

describe('the rules', () => {
  it('use every query, look back as far as it does, and name it as the operating guide does', async () => {
    const file = (await readFiles(readSources('infra'))).get('infra/modules/alerts.bicep');
    const rules = file?.vars.get('rules')?.value;
    const texts = rules
      ? [...walk(rules)].flatMap((part) => (part.kind === 'text' && part.value !== undefined ? [part.value] : []))
      : [];
    const explained = readFileSync('docs/operating.md', 'utf8').match(/(?<=^### ).+$/gm);
    const length = (text = ''): number => {
      const [, count = '', unit = ''] = /(\d+)(?=([MHmh]))/.exec(text) ?? [];
      return Number(count) * (unit.toLowerCase() === 'h' ? 60 : 1);
    };

    for (const name of names) {
      const at = texts.indexOf(`../alerts/${name}.kql`);
      expect(texts[at - 2]).toBe(name);
      const back = Math.max(...[...queryOf(name).matchAll(/ago\((\w+)\)/g)].map(([, ago]) => length(ago)));
      expect(length(texts[at + 2]), name).toBeGreaterThanOrEqual(back);
      expect(explained).toContain(name);
    }
    expect(texts.filter((text) => text.endsWith('.kql'))).toHaveLength(names.length);
  });

  it('know only events that the program logs, as it logs them', () => {
    const written = names.flatMap((name) => [
      ...queryOf(name)
        .split('\n')
        .filter((line) => !line.startsWith('//'))
        .join('\n')
        .matchAll(/'(?:\{"event":")?([a-z-]+\.[a-z-]+)"?'/g),
    ]);

    expect(written.length).toBeGreaterThan(8);
    for (const [, event] of written) expect(LOG_EVENTS).toContain(event);
  });
});
