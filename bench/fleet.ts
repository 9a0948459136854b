/**
 * `npm run bench:fleet`: many hunts in several workspaces that are due in the same minute, run by real processes of the
 * program over one Azurite, as the queue hands them out: first by one instance, then by several.
 * `-- --hunts 120 --workspaces 5 --instances 1,3 --concurrency 5 --query 50,200` are what it does unless told otherwise.
 */
import { parseArgs } from 'node:util';
import { aFleet, between } from '../test/support/fleet.ts';
import { until } from '../test/support/until.ts';
import { MINUTE } from '../src/time.ts';

const { values } = parseArgs({
  options: {
    hunts: { type: 'string', default: '120' },
    workspaces: { type: 'string', default: '5' },
    instances: { type: 'string', default: '1,3' },
    concurrency: { type: 'string', default: '5' },
    query: { type: 'string', default: '50,200' },
  },
});
const [hunts, workspaces, concurrency] = [values.hunts, values.workspaces, values.concurrency].map(Number);
const [least = 0, most = least] = values.query.split(',').map(Number);
const BUDGET = 5 * MINUTE;

const fleet = await aFleet({ hunts: hunts ?? 0, workspaces: workspaces ?? 0 });
fleet.workspace.takes = between(least, most);
for (const instances of values.instances.split(',').map(Number)) await bench(instances);
await fleet.stop();

async function bench(count: number): Promise<void> {
  const all = (hunts ?? 0) * (workspaces ?? 0);
  const instances = await fleet.start(count, concurrency ?? 0);
  const done = (): number => instances.reduce((sum, instance) => sum + instance.completed().length, 0);
  const began = performance.now();
  await instances[0]?.tick();
  const dispatched = (performance.now() - began) / 1000;
  await until('all runs to end', () => done() === all, 4 * BUDGET);
  const seconds = (performance.now() - began) / 1000;
  const shares = instances.map((instance) => instance.completed().length);
  const failures = instances.flatMap(({ logged }) =>
    logged.flatMap(({ event, fields }) => (/failed|retried/.test(event) ? [`${event} ${String(fields['code'])}`] : [])),
  );
  const costs = await Promise.all(instances.map((instance) => instance.stop()));
  const sum = (of: 'reads' | 'writes'): number => costs.reduce((total, cost) => total + cost[of], 0);
  const busiest = [...fleet.workspace.most.values()];
  console.log(
    [
      `${String(count)} instance(s), ${String(all)} runs, QUERY_CONCURRENCY ${String(concurrency)}, queries of ${String(least)} to ${String(most)} ms`,
      `  all ended after ${seconds.toFixed(1)} s (dispatched after ${dispatched.toFixed(1)} s): ${seconds * 1000 <= BUDGET ? 'within' : 'OVER'} the five minutes of a tick`,
      `  ${(all / seconds).toFixed(1)} runs a second; by instance: ${shares.join(', ')}`,
      `  ${String(fleet.workspace.answered())} queries; most at once in each workspace: ${busiest.join(', ')}`,
      `  table storage: ${(sum('reads') / all).toFixed(1)} reads and ${(sum('writes') / all).toFixed(1)} writes a run, the tick included`,
      `  failed or asked again: ${failures.join(', ') || 'nothing'}`,
    ].join('\n'),
  );
}
