/** `npm run bench:stories -- --rows 1000000`: plays the stories of LiteManager among so many ordinary rows, and judges them. */
import { parseArgs } from 'node:util';
import { STORY_NAMES } from '../local/telemetry/stories.ts';
import { storyTelemetry } from '../local/telemetry/story-telemetry.ts';
import { agreementWords } from '../src/hunt/corroboration.ts';
import { verdictWords } from '../src/hunt/verdict-words.ts';
import { aWorldWith, runAfter, SIGNATURE } from '../test/support/litemanager.ts';
import { NOON } from '../test/support/builders.ts';
import { DAY } from '../src/time.ts';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '100000' }, seed: { type: 'string', default: '6' } },
});
const [rows, seed] = [Number(values.rows), Number(values.seed)];
if (!Number.isInteger(rows) || rows < 0 || rows > 1_000_000 || !Number.isInteger(seed))
  throw new Error('--rows takes a whole number up to 1000000, --seed a whole number.');

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const making = performance.now();
const { events, devices } = storyTelemetry({ epoch: new Date(NOON.getTime() + DAY), seed, noise: rows });
console.log(
  `${events.length.toLocaleString('en')} rows of five tables made in ${seconds(making)} (seed ${String(seed)})`,
);

const world = await aWorldWith(events);
const before = world.asked.length;
const running = performance.now();
const told = new Map((await runAfter(world, SIGNATURE)).map((finding) => [finding.id, finding]));
console.log(
  `${String(world.asked.length - before)} questions answered and ${String(told.size)} devices told in ${seconds(running)}\n`,
);
for (const story of STORY_NAMES) {
  const finding = told.get(devices.get(story)?.id ?? '');
  const { verdict, agreement } = finding ?? {};
  const words = verdict ? verdictWords(verdict) : 'NOT TOLD';
  console.log(`${story.padEnd(52)} ${words}${agreement ? ` (${agreementWords(agreement)})` : ''}`);
}
