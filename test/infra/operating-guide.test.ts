import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileQuery } from '../../local/kql/query.ts';
import { tick } from '../../src/functions/on-schedule.ts';
import { LOG_EVENTS } from '../../src/log.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { APP_INSIGHTS, appInsightsOf } from '../support/app-insights.ts';
import { aHunt, anAnswer, aRunOrder } from '../support/builders.ts';
import { aWorld, CHANNEL, failure } from '../support/services.ts';

const guide = readFileSync('docs/operating.md', 'utf8');
const queries = [...guide.matchAll(/^(.+):\n\n```kusto\n([^]*?)```/gm)].map(
  ([, title = '', query = '']) => [title, query] as const,
);

/** A day of a hunt: a baseline, a new device, a failure, a tick. */
async function aLoggedDay() {
  const world = aWorld();
  const insights = appInsightsOf(world);
  await world.services.conversations.put(CHANNEL);
  const order = aRunOrder({ asOf: world.services.now() });
  world.answer = anAnswer(['old']);
  await runHunt(aHunt(), order, false, world.services);
  world.answer = failure('denied');
  const second = aRunOrder({ asOf: new Date(order.asOf.getTime() + 1) });
  await runHunt(aHunt(), second, false, world.services).catch(() => undefined);
  await tick(world.services);
  return { insights, order };
}

describe('the queries of the operating guide', () => {
  it('are there', () => {
    expect(queries.length).toBeGreaterThanOrEqual(8);
  });

  it.each(queries)('%s: Application Insights understands it', (_title, query) => {
    expect(compileQuery(query, APP_INSIGHTS).columns.length).toBeGreaterThan(0);
  });

  it.each(queries)('%s: asks for events that there are', (_title, query) => {
    for (const [, event] of query.matchAll(/'(?:\{"event":")?([a-z-]+\.[a-z-]+)"?'/g))
      expect(LOG_EVENTS).toContain(event);
  });

  it.each<[string, (string | number)[]]>([
    ['What happened, most frequent first', ['run.completed']],
    ['What needs somebody, newest first', ['run.failed', 'workspace-denied']],
    ['How each hunt has done', ['baseline-founded', 'corp']],
    ['What was told where, and what was refused', ['notice.told', 'channel']],
    ['Ticks an hour; twelve are right with the default `HUNT_TICK`', [1]],
  ])('%s: finds it in what the program logged', async (title, found) => {
    const { insights } = await aLoggedDay();
    const query = queries.find(([one]) => one === title)?.[1] ?? '';
    const cells = insights
      .ask(query)
      .flatMap((row) => row.map((cell) => (typeof cell === 'bigint' ? Number(cell) : cell)));

    expect(cells).toEqual(expect.arrayContaining(found));
  });

  it('tell the story of a run by its id', async () => {
    const { insights, order } = await aLoggedDay();
    const query = queries.find(([title]) => title.startsWith('The story of one run'))?.[1] ?? '';
    const rows = insights.ask(query.replace('paste the run here', order.id));

    expect(rows.map((row) => row[1])).toEqual(['run.started', 'notice.told', 'baseline.founded', 'run.completed']);
  });
});

it('every link of the guides inside this repository leads to a heading or a file', () => {
  for (const file of ['docs/operating.md', 'infra/README.md']) {
    const text = readFileSync(file, 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [name = '', anchor] = target.split('#');
      const linked =
        name === ''
          ? text
          : readFileSync(new URL(name, `file:///${process.cwd().replaceAll('\\', '/')}/${file}`), 'utf8');
      const anchors = [...linked.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replace(/[^\w\s-]/g, '')
          .replaceAll(' ', '-'),
      );
      if (anchor !== undefined) expect(anchors, `${file}: ${target}`).toContain(anchor);
    }
  }
});
