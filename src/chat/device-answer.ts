/** `device <name>`: what every hunt knows of one device. */
import type { Case } from '../hunt/case.ts';
import type { HuntScope } from '../hunt/hunt.ts';
import { isActive, type Expectation } from '../hunt/expectation.ts';
import { lifeOf } from '../hunt/life.ts';
import { nearest } from '../nearest.ts';
import { eventWords } from '../proof/device-story.ts';
import { lifeWords } from '../proof/life-words.ts';
import { isCalled } from '../proof/meant-device.ts';
import type { DeviceRecord, Services } from '../services.ts';
import type { AdaptiveCard } from '../teams/card-types.ts';
import { day, instant, plural } from '../teams/card-parts.ts';
import { personName } from '../teams/case-lines.ts';
import { nameOf } from '../teams/device-table.ts';
import { run } from '../teams/elements.ts';
import { answer, refusal, type AnswerLine } from './answer.ts';

interface Known {
  readonly scope: HuntScope;
  readonly device: DeviceRecord;
}

/** More hunts than this for one device are for its page. */
const MOST = 8;
/** Names compared for a near miss; comparing is quadratic in their length. */
const COMPARED = 20_000;

export async function deviceHistory(name: string, services: Services): Promise<AdaptiveCard> {
  const wanted = name.trim().toLowerCase();
  const known: Known[] = [];
  const others = new Set<string>();
  for (const scope of scopesOf(services)) {
    for await (const device of services.ledger.devices(scope)) {
      if (isCalled(device, wanted)) known.push({ scope, device });
      else if (others.size < COMPARED) others.add(device.name);
    }
  }
  if (known.length === 0)
    return refusal(`No hunt has seen a device "${name.slice(0, 80)}".${suggestion(wanted, others)}`);
  const lines: AnswerLine[] = [];
  for (const one of known.slice(0, MOST)) lines.push(...(await linesOf(one, services)));
  if (known.length > MOST)
    lines.push(`and ${plural(known.length - MOST, 'more entry', 'more entries')}, not shown here`);
  const names = [...new Set(known.map(({ device }) => nameOf(device)))];
  return answer(names.slice(0, 3).join(', '), lines);
}

const scopesOf = ({ hunts, workspaces }: Services): HuntScope[] =>
  hunts.all().flatMap(({ id }) => [...workspaces.keys()].map((workspace) => ({ hunt: id, workspace })));

function suggestion(wanted: string, names: ReadonlySet<string>): string {
  const alike = [...names].filter((name) => name.toLowerCase().includes(wanted)).slice(0, 3);
  const near = alike.length > 0 ? undefined : nearest(wanted, names);
  const meant = near === undefined ? alike : [near];
  return meant.length === 0 ? '' : ` Did you mean ${meant.map((one) => `"${one}"`).join(' or ')}?`;
}

const FOUND = { baseline: 'in the baseline', 'newly-seen': 'newly seen', returning: 'came back' } as const;

async function linesOf({ scope, device }: Known, services: Services): Promise<AnswerLine[]> {
  const [state, cases, expectations] = await Promise.all([
    services.runs.state(scope),
    services.cases.ofRun(device.run),
    services.promises.expected(scope),
  ]);
  const hunt = services.hunts.find(scope.hunt);
  const own = cases.filter(
    ({ notice }) => notice.kind !== 'devices-found' || notice.findings.some((f) => f.device === device.device),
  );
  const expected = expectations.get(device.device);
  return [
    [run(hunt?.slug ?? scope.hunt, { weight: 'Bolder' }, 100), run(` in ${scope.workspace}`, { isSubtle: true })],
    ['Device id', device.id === '' ? 'none; known by its name' : device.id],
    ['Seen', `first ${instant(device.firstSeen)} UTC, last ${day(device.lastSeen)} (${FOUND[device.state]})`],
    ['Now', lifeWords(lifeOf(device, state?.lastComplete))],
    ...device.trail
      .slice(1)
      .slice(-3)
      .map((event): AnswerLine => [day(event.at), eventWords(event)]),
    ...own.flatMap(caseFacts),
    ...(expected ? [expectedFact(expected, services.now())] : []),
  ];
}

function caseFacts({ openedAt, state, posts }: Case): AnswerLine[] {
  const { acknowledged, notes } = state;
  const told = `${instant(openedAt)} UTC in ${plural(posts.length, 'conversation')}`;
  return [
    [
      'Told',
      acknowledged ? `${told}; acknowledged by ${personName(acknowledged)}` : `${told}; nobody has acknowledged it`,
    ],
    ...notes.slice(-3).map((note): AnswerLine => ['Note', `${note.text} (${personName(note)}, ${day(note.at)})`]),
  ];
}

const expectedFact = (expected: Expectation, now: Date): AnswerLine => [
  isActive(expected, now) ? 'Expected' : 'Was expected',
  `until ${day(expected.until)}: ${expected.reason} (${personName(expected)})`,
];
