import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { STORY_NAMES, type Story } from '../../local/telemetry/stories.ts';
import { storyTelemetry } from '../../local/telemetry/story-telemetry.ts';
import { loadHunts } from '../../src/hunt-files/hunt-folder.ts';
import { ServiceError } from '../../src/errors.ts';
import type { QueryAnswer } from '../../src/hunt/answer.ts';
import type { Finding } from '../../src/hunt/finding.ts';
import type { Hunt } from '../../src/hunt/hunt.ts';
import { verdictWords } from '../../src/hunt/verdict-words.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { MINUTE } from '../../src/time.ts';
import { aRunOrder, NOON } from '../support/builders.ts';
import { engineOver } from '../support/engine-workspace.ts';
import { aWorld, CHANNEL, type World } from '../support/services.ts';

const library = loadHunts('hunts');
const hunts = ['litemanager-file-signature', 'litemanager-process', 'litemanager-network'].flatMap(
  (name) => library.find(name) ?? [],
);
const [shipped] = hunts as [Hunt, ...Hunt[]];
/** What its table receives is another matter. */
const asShipped: Hunt = { ...shipped, tables: [] };
const excluding: Hunt = {
  ...asShipped,
  scenarios: asShipped.scenarios.map((one) => (one.mode === 'annotate' ? { ...one, mode: 'exclude' } : one)),
};
const { events, devices } = storyTelemetry({ epoch: NOON });
const stories = new Map([...devices].map(([story, { id }]) => [id, story]));

type Respond = NonNullable<World['respond']>;
type Meddle = (kql: string, answer: () => QueryAnswer) => ReturnType<Respond>;

/** A world that knew none of the devices until now, and whose workspace is the engine over the stories. */
async function newsOf(
  hunt: Hunt,
  meddle: Meddle = (_kql, answer) => answer(),
  evidenceTimeout = MINUTE,
): Promise<World> {
  const world = aWorld({ hunts: [hunt, ...hunts.slice(1)] });
  world.services.policy = { ...world.services.policy, evidenceTimeout };
  await world.services.conversations.put(CHANNEL);
  await runAgain(world, hunt);
  world.told.length = 0;
  const engine = engineOver(events, world.services.now);
  world.respond = (kql) => meddle(kql, () => engine(kql));
  await runAgain(world, hunt);
  return world;
}
async function runAgain(world: World, hunt: Hunt): Promise<void> {
  world.pass(MINUTE);
  await runHunt(hunt, aRunOrder({ asOf: world.services.now() }), false, world.services);
}
const toldIn = (world: World): readonly Finding[] =>
  world.told.flatMap(({ notice }) => (notice.kind === 'devices-found' ? notice.findings : []));
const storyOf = ({ id }: Pick<Finding, 'id'>): Story => stories.get(id) ?? 'nobody has ever started it';
const wordsOf = (world: World): Record<string, string> =>
  Object.fromEntries(
    toldIn(world).map((finding) => [storyOf(finding), finding.verdict ? verdictWords(finding.verdict) : '']),
  );

const MAINTENANCE = 'Scheduled system maintenance using LiteManager';
const DESKTOP = 'Legitimate remote desktop session using LiteManager';
const BACKUP = 'Automated backup job via LiteManager';
const UPDATES = 'Admin uses LiteManager to deploy software updates';
const INVENTORY = 'LiteManager used for inventory collection';
const START = 'Normal service start';

/** What a card says of each story with the filters as they were written, and whether excluding by them hides it. */
const VERDICTS: Readonly<Record<Story, readonly [words: string, excluding: 'told' | 'hidden']>> = {
  'the service starts, and its helper': [
    `2 of 2 executions match: ${START}. That is how the tool runs; it does not say who brought it`,
    'told',
  ],
  'an admin lists the maintenance tasks': [`2 of 2 executions match: ${START}, ${MAINTENANCE}`, 'hidden'],
  'an admin connects on to the next desktop': [`2 of 2 executions match: ${START}, ${DESKTOP}`, 'hidden'],
  'the nightly backup': [`5 of 5 executions match: ${BACKUP}, ${START}`, 'hidden'],
  'an update is rolled out': [`2 of 2 executions match: ${START}, ${UPDATES}`, 'hidden'],
  'the inventory is taken': [`2 of 2 executions match: ${START}, ${INVENTORY}`, 'hidden'],
  'the backup, and one encoded command': [`4 of 5 executions match: ${BACKUP}`, 'told'],
  'an intruder names a tool backup.exe': [`2 of 2 executions match: ${START}, ${BACKUP}`, 'told'],
  'an intruder writes the word behind a command': [`2 of 2 executions match: ${START}, ${BACKUP}`, 'hidden'],
  'an intruder makes a scheduled task through the tool': [
    `2 of 2 executions match: ${START}, ${MAINTENANCE}`,
    'hidden',
  ],
  'an intruder goes on by remote desktop': [`2 of 2 executions match: ${START}, ${DESKTOP}`, 'hidden'],
  'an intruder renames LiteManager': ['None of 2 executions is explained', 'told'],
  'an intruder renames LiteManager and uses the word': [`1 of 1 execution match: ${BACKUP}`, 'told'],
  'somebody runs it from a download': ['None of 1 execution is explained', 'told'],
  'nobody has ever started it': ['Present, not seen running', 'told'],
  'the device sends no process telemetry': ['Cannot say: the device sends no process telemetry', 'told'],
};

describe('the five scenarios with their filters as written', () => {
  it('annotate what they match and hide nothing', async () => {
    const world = await newsOf(asShipped);

    expect(wordsOf(world)).toEqual(Object.fromEntries(STORY_NAMES.map((story) => [story, VERDICTS[story][0]])));
  });

  it('stand in the docs with what they say of each story', () => {
    const page = readFileSync('docs/scenarios.md', 'utf8').replace(/\s+/g, ' ');

    for (const story of STORY_NAMES) {
      const [words, excluded] = VERDICTS[story];
      expect(page).toContain(`| ${story} | ${words} | ${excluded} |`);
    }
  });

  it('all five excluding, still let every device through that ran something unexplained', async () => {
    const world = await newsOf(excluding);

    expect(toldIn(world).map(storyOf).sort()).toEqual(
      STORY_NAMES.filter((story) => VERDICTS[story][1] === 'told').sort(),
    );
    const [record] = await world.services.runs.recent(aRunOrder().scope, 1);
    expect(record?.report?.totals).toMatchObject({ newlySeen: 8, excluded: 8 });
    expect(record?.report?.excluded?.map(storyOf).sort()).toEqual(
      STORY_NAMES.filter((story) => VERDICTS[story][1] === 'hidden').sort(),
    );
  });
});

describe('evidence that cannot be had', () => {
  const parts = ['telemetry', 'executions', 'arrival', 'network', 'device', 'prevalence', 'files'] as const;
  const isAbout: Readonly<Record<(typeof parts)[number], RegExp>> = {
    telemetry: /summarize LastSeen = max/,
    executions: /Firstsight_Unexplained/,
    arrival: /let Written/,
    network: /DeviceNetworkEvents\s+\| where Timestamp > .*\s+\| where DeviceId in \(Devices\)/,
    device: /summarize arg_max\(Timestamp, MachineGroup/,
    prevalence: /Devices = dcount\(DeviceId\) by SHA1/,
    files: /arg_max\(Timestamp, IsTrusted/,
  };

  it.each(parts)('%s that fail leave the card posted, with that part marked', async (part) => {
    const world = await newsOf(asShipped, (kql, answer) =>
      isAbout[part].test(kql) ? new ServiceError('workspace', 'rejected', 'No.') : answer(),
    );

    const told = toldIn(world);
    expect(told).toHaveLength(STORY_NAMES.length);
    for (const { evidence } of told) expect(evidence?.gaps).toContainEqual({ part, code: 'workspace-rejected' });
    expect(world.logged.some(({ event, fields }) => event === 'evidence.failed' && fields['part'] === part)).toBe(true);
  });

  it.each(parts)('%s answered in part leave the card posted, with that part marked', async (part) => {
    const partial = { code: 'PartialError', message: 'too large' };
    const world = await newsOf(asShipped, (kql, answer) => ({
      ...answer(),
      ...(isAbout[part].test(kql) && { partial }),
    }));

    for (const { evidence } of toldIn(world)) expect(evidence?.gaps).toEqual([{ part, code: 'partial-answer' }]);
    expect(toldIn(world)).toHaveLength(STORY_NAMES.length);
  });

  it('never answered does not hold the card back', async () => {
    const world = await newsOf(
      asShipped,
      (kql, answer) => (kql.startsWith('let Devices') ? new Promise(() => undefined) : answer()),
      50,
    );

    expect(toldIn(world)).toHaveLength(STORY_NAMES.length);
    for (const { verdict, evidence } of toldIn(world)) {
      expect(verdict?.kind).toBe('cannot-say');
      expect(evidence?.gaps).toContainEqual({ part: 'files', code: 'workspace-timed-out' });
    }
  });

  it.each(['files', 'executions', 'network'] as const)(
    'hides nobody, whatever the scenarios exclude: %s',
    async (part) => {
      const world = await newsOf(excluding, (kql, answer) =>
        isAbout[part].test(kql) ? new ServiceError('workspace', 'throttled', 'No.') : answer(),
      );

      expect(toldIn(world)).toHaveLength(STORY_NAMES.length);
    },
  );
});
