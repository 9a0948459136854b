import { describe, expect, it } from 'vitest';
import { storyText } from '../../local/story-text.ts';
import { readEntries, type DeviceEntry } from '../../src/board/device-view.ts';
import { lifeOf, type LifeEvent } from '../../src/hunt/life.ts';
import { requestedRunId, scheduledRunId, type RunOrder } from '../../src/hunt/run.ts';
import { runHunt } from '../../src/run-hunt.ts';
import type { DeviceRecord } from '../../src/services.ts';
import { instant } from '../../src/teams/card-parts.ts';
import { aHunt, aScope } from '../support/builders.ts';
import { aWorld, CHANNEL, failure, type World } from '../support/services.ts';
import { storedRuns } from '../support/stored-runs.ts';
import { storyChecker } from '../support/story-check.ts';
import { yearModel, type ModelDevice, type YearModel } from '../support/year-model.ts';
import { answerOf, DAYS, LOOKBACK, yearWorld, type PlannedRun } from '../support/year-world.ts';

const scope = aScope();
const DAY = 86_400_000;
const iso = (at: Date): string => at.toISOString();
const date = (at: Date): string => iso(at).slice(0, 10);

function orderOf({ trigger, asOf, now }: PlannedRun): RunOrder {
  const at = new Date(asOf);
  if (trigger === 'schedule') return { id: scheduledRunId(scope, at), scope, trigger, asOf: at, slot: at };
  return { id: requestedRunId(scope, new Date(now), 'y'), scope, trigger, asOf: at };
}

/** One run of the real story, under the weather of its day. */
async function play(world: World, planned: PlannedRun, query: string, events: Parameters<typeof answerOf>[0]) {
  const { services } = world;
  world.pass(planned.now - services.now().getTime());
  world.answer =
    planned.weather === 'failing' ? failure('unavailable') : answerOf(events, planned.weather === 'partial');
  services.freshness = {
    of: (_workspace, [table = ''], asOf) => {
      const latest = new Date(asOf.getTime() - (planned.weather === 'blind' ? DAY : 60_000));
      return Promise.resolve([{ table, latest, longestPause: 600_000, looked: 7 * DAY }]);
    },
  };
  const hunt = aHunt({ query, lookback: LOOKBACK, tables: ['Events'] });
  const run = runHunt(hunt, orderOf(planned), false, services);
  await (planned.weather === 'failing' ? expect(run).rejects.toThrow('unavailable') : run);
}

function wordsOf(event: LifeEvent): string {
  switch (event.kind) {
    case 'found': {
      const { how, name, firstSeen, sameNameAs } = event;
      const like = sameNameAs ? ` like ${sameNameAs.id} of ${date(sameNameAs.lastSeen)}` : '';
      return `found ${how === 'baseline' ? how : 'new'} ${name} ${iso(firstSeen ?? event.at)}${like}`;
    }
    case 'returned':
      return `returned after ${date(event.lastSeenBefore)}`;
    case 'away':
      return `away ${date(event.from)} to ${date(event.until)}`;
    case 'renamed':
      return `renamed ${event.from} to ${event.to}`;
    case 'moved-back':
      return `moved back ${iso(event.from)} to ${iso(event.to)}`;
  }
}

/** Of several devices of one name that were seen on the same day, any may be the one that is named. */
function isSameStory(said: string, expected: string): boolean {
  const [head, twins] = expected.split(' like ');
  if (twins === undefined) return said === expected;
  const [ids = '', day] = twins.split(' of ');
  return ids.split('/').some((id) => said === `${head ?? ''} like ${id} of ${day ?? ''}`);
}

/** As many of these events as a trail holds: the latest ones, and the latest return, which its state follows from. */
function keptOf(events: readonly string[], count: number): readonly string[] {
  const back = events.findLastIndex((event) => event.includes(' returned after '));
  const from = events.length - count;
  const isOlder = back >= 0 && back < from;
  return isOlder ? [events[back] ?? '', ...events.slice(from + 1)] : events.slice(from);
}

/** What is wrong with a device on a day; nothing, as a rule. */
function differences(device: DeviceRecord, lastComplete: Date | undefined, model: YearModel): readonly string[] {
  const expected: ModelDevice | undefined = model.devices.get(device.id);
  if (!expected) return [`${device.id} should not be known`];
  const { state, since, daysThere } = lifeOf(device, lastComplete);
  const life = `${state} since ${iso(since)}${daysThere === undefined ? '' : ` after ${String(daysThere)} days`}`;
  const [found, ...rest] = device.trail.map((event) => `${iso(event.at)} ${wordsOf(event)}`);
  const [expectedFound = '', ...expectedRest] = expected.story;
  const kept = keptOf(expectedRest, rest.length);
  return [
    ...(life === model.life(expected) ? [] : [`${life}, not ${model.life(expected)}`]),
    ...(device.name === expected.name ? [] : [`is called ${device.name}, not ${expected.name}`]),
    ...(device.firstSeen.getTime() === expected.firstSeen ? [] : [`first seen ${iso(device.firstSeen)}`]),
    ...(isSameStory(found ?? '', expectedFound) ? [] : [`${found ?? ''}, not ${expectedFound}`]),
    ...(rest.join('; ') === kept.join('; ') ? [] : [`${rest.join('; ')}\n  not ${kept.join('; ')}`]),
  ].map((difference) => `${device.id}: ${difference}`);
}

/** How many messages of each kind there were, and devices on them. */
function cardsOf({ told }: World): Record<string, number> {
  const cards: Record<string, number> = {};
  const count = (kind: string, by = 1): void => {
    if (by > 0) cards[kind] = (cards[kind] ?? 0) + by;
  };
  for (const { notice } of told) {
    count(notice.kind === 'trouble' && notice.reminder ? 'reminder' : notice.kind);
    if (notice.kind !== 'devices-found') continue;
    count('newly seen devices', notice.counts['newly-seen']);
    count('returning devices', notice.counts.returning);
  }
  return cards;
}

/** What `explain` knows of every device. */
async function entriesIn({ services }: World): Promise<readonly DeviceEntry[]> {
  const entries: DeviceEntry[] = [];
  for await (const { device } of services.ledger.devices(scope))
    entries.push(...(await readEntries(device, [scope], services)));
  return entries;
}

async function checkerOf({ services, told }: World): Promise<ReturnType<typeof storyChecker>> {
  const posted = new Map<string, number>();
  for (const { case: about } of told) posted.set(about.id, (posted.get(about.id) ?? 0) + 1);
  return storyChecker(await storedRuns(scope, services), posted);
}

/** Lies about a device: each number of its story changed by one. */
const liesAbout = (entry: DeviceEntry): readonly DeviceEntry[] =>
  entry.sentences.flatMap((sentence, i) =>
    [...sentence.text.matchAll(/\d+/g)].map(({ 0: digits, index }) => {
      const other = String(Number(digits) + 1).padStart(digits.length, '0');
      const text = sentence.text.slice(0, index) + other + sentence.text.slice(index + digits.length);
      return { ...entry, sentences: entry.sentences.with(i, { ...sentence, text }) };
    }),
  );

/** Every device of the year: one screen each, and no sentence that is not so. `arrivals`: when the rows really came. */
async function expectStories(world: World, arrivals: ReadonlyMap<string, number>): Promise<void> {
  const entries = await entriesIn(world);
  const unfounded = await checkerOf(world);
  expect(entries.length).toBeGreaterThan(1_500);
  expect(entries.flatMap(unfounded).slice(0, 5)).toEqual([]);
  const screens = entries.map((entry) => storyText(entry).split('\n'));
  expect(screens.filter((lines) => lines.length > 23 || lines.some(({ length }) => length > 80))).toEqual([]);

  // A checker that believes everything would prove nothing.
  const lies = entries.filter((_one, i) => i % 97 === 0).flatMap(liesAbout);
  expect(lies.length).toBeGreaterThan(1_000);
  expect(lies.filter((lie) => unfounded(lie).length === 0).map(({ sentences }) => sentences)).toEqual([]);

  const deduced = entries.flatMap(({ device: { id }, sentences }) =>
    sentences.flatMap(({ text }) => {
      const [, event = '', look = ''] = /^Event (.+?) UTC; arrived after (.+?) UTC, when/.exec(text) ?? [];
      return event === '' ? [] : { text, isSo: (arrivals.get(`${id} ${event}`) ?? 0) > Date.parse(`${look} UTC`) };
    }),
  );
  expect(deduced.length).toBeGreaterThan(0);
  expect(deduced.filter(({ isSo }) => !isSo)).toEqual([]);
}

describe('a year of daily runs over 2,000 devices', () => {
  it.each([
    { seed: 1, explained: DAYS - 1 },
    // The day after the query has changed.
    { seed: 20260105, explained: 201 },
  ])(
    'is told and remembered as the rules say, on every day of it, and can be explained (seed $seed)',
    async ({ seed, explained }) => {
      const year = yearWorld(seed);
      const model = yearModel();
      const world = aWorld();
      await world.services.conversations.put(CHANNEL);
      expect(year.size).toBeGreaterThan(1_950);
      const states: Record<string, number> = {};
      const kinds: Record<string, number> = {};
      const arrivals = new Map<string, number>();

      for (let day = 0; day < DAYS; day += 1) {
        for (const planned of year.plan(day)) {
          const events = year.visible(planned, day);
          await play(world, planned, year.query(day), events);
          model.run(planned, events);
          for (const { id, at, arrived } of events) arrivals.set(`${id} ${instant(new Date(at))}`, arrived);
        }
        const [state] = await world.services.runs.scopes();
        const wrong: string[] = [];
        let known = 0;
        for await (const device of world.services.ledger.devices(scope)) {
          known += 1;
          wrong.push(...differences(device, state?.lastComplete, model));
          const life = lifeOf(device, state?.lastComplete).state;
          states[life] = (states[life] ?? 0) + 1;
          if (day === DAYS - 1) for (const { kind } of device.trail) kinds[kind] = (kinds[kind] ?? 0) + 1;
        }
        expect(wrong.slice(0, 5), `day ${String(day)}`).toEqual([]);
        expect(known, `day ${String(day)}`).toBe(model.devices.size);
        expect(cardsOf(world), `day ${String(day)}`).toEqual(model.cards);
        if (day === explained) await expectStories(world, arrivals);
      }

      // A year in which something never happened would prove nothing of it.
      expect(Object.keys(states).sort()).toEqual(['gone', 'new', 'returned', 'still-there']);
      for (const kind of ['found', 'returned', 'away', 'renamed', 'moved-back'])
        expect(kinds[kind], kind).toBeGreaterThan(20);
      expect(model.cards).toMatchObject({ 'baseline-founded': 1 });
      for (const kind of ['devices-found', 'trouble', 'reminder', 'recovered'])
        expect(model.cards[kind], kind).toBeGreaterThan(1);
      expect([...model.devices.values()].filter(({ story }) => story[0]?.includes(' like ')).length).toBeGreaterThan(
        20,
      );
    },
    // It takes a minute on two idle cores; a machine that is busy is no fault of the program.
    900_000,
  );
});
