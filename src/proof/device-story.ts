/** The story of a device in a hunt: every sentence rests on something stored, and says on what. */
import type { Case } from '../hunt/case.ts';
import { isActive, type Expectation } from '../hunt/expectation.ts';
import { scenariosIn, type Explanation } from '../hunt/explanation.ts';
import { lifeOf, type Life, type LifeEvent } from '../hunt/life.ts';
import type { RunId } from '../hunt/run.ts';
import type { Watch } from '../hunt/watch.ts';
import type { KnownDevice, ScopeState } from '../services.ts';
import { day, instant, plural } from '../teams/card-parts.ts';
import { personName } from '../teams/case-lines.ts';
import { inert } from '../teams/inert.ts';
import { changedWords, clockWords, gapsWords, proofWords } from './proof-words.ts';

/** What a sentence rests on: a run's record, a case, the device's row, the scope's row, somebody's promise, an explanation. */
export type Ground =
  | { readonly kind: 'run'; readonly run: RunId }
  | { readonly kind: 'case'; readonly id: string }
  | { readonly kind: 'device' | 'scope' | 'promise' | 'explanation' };

export interface Sentence {
  readonly text: string;
  readonly ground: Ground;
}

/** What one hunt in one workspace knows of a device. */
export interface KnownOf extends KnownDevice {
  /** Cases that name it, oldest first. */
  readonly cases: readonly Case[];
  readonly expected?: Expectation;
}

export interface StoryInput {
  readonly entry: KnownOf;
  readonly state?: ScopeState;
  readonly explanation?: Explanation;
  readonly now: Date;
}

export interface DeviceStory {
  readonly life: Life;
  readonly sentences: readonly Sentence[];
}

/** More events than these are counted; the first and the latest are told. */
const MOST_EVENTS = 10;
const MOST_CASES = 4;

export function deviceStory({ entry, state, explanation, now }: StoryInput): DeviceStory {
  const { device, cases, expected } = entry;
  const life = lifeOf(device, state?.lastComplete);
  const told = cases.slice(-MOST_CASES);
  const sentences: Sentence[] = [
    { text: stateWords(life, device.lastSeen, state), ground: { kind: 'device' } },
    ...(state?.watch ? watchSentences(state.watch, entry) : []),
    ...eventSentences(device),
    {
      text: `First event ${instant(device.firstSeen)} UTC; last in an answer on ${day(device.lastSeen)}.`,
      ground: { kind: 'device' },
    },
    ...told.flatMap((about) => caseSentences(about, entry)),
    ...(cases.length === 0 ? [untold(entry)] : []),
    ...(expected
      ? [
          {
            text: `${isActive(expected, now) ? 'Expected' : 'Was expected'} until ${day(expected.until)}: ${inert(expected.reason, 200)} (${personName(expected)}, ${instant(expected.at)} UTC).`,
            ground: { kind: 'promise' } as const,
          },
        ]
      : []),
    ...(explanation ? [{ text: explanationWords(explanation), ground: { kind: 'explanation' } as const }] : []),
  ];
  return { life, sentences };
}

function stateWords({ state, since, daysThere }: Life, lastSeen: Date, scope: ScopeState | undefined): string {
  const asOf = scope?.lastComplete ? ` (latest complete answer: ${instant(scope.lastComplete)} UTC)` : '';
  switch (state) {
    case 'new':
      return `New: told as new by the run of ${instant(since)} UTC${asOf}.`;
    case 'returned':
      return `Returned with the run of ${instant(since)} UTC${asOf}.`;
    case 'gone':
      return `Gone since ${day(since)}: it was there for ${plural(daysThere ?? 1, 'day')}, last on ${day(lastSeen)}${asOf}.`;
    case 'still-there':
      return `Still there since ${instant(since)} UTC${asOf}.`;
  }
}

function watchSentences(watch: Watch, { scope }: KnownOf): Sentence[] {
  const { since, founded, complete, partial, blind, failed, questions } = watch;
  const began = founded ? `has a baseline of ${instant(founded.at)} UTC` : `is recorded since ${instant(since)} UTC`;
  const others = [
    [partial, 'partial'],
    [blind, 'blind'],
    [failed, 'failed'],
  ]
    .filter(([count]) => Number(count) > 0)
    .map(([count, word]) => `, ${String(count)} ${String(word)}`)
    .join('');
  const [latest, ...earlier] = questions;
  const changes = earlier.length > 0 && latest ? ` The query is the same since ${instant(latest.since)} UTC.` : '';
  return [
    {
      text: `The hunt in ${scope.workspace} ${began}: ${plural(complete, 'complete run')}${others}; ${gapsWords(watch)}.${changes}`,
      ground: { kind: 'scope' },
    },
  ];
}

function eventSentences({ trail, trailDropped }: KnownOf['device']): Sentence[] {
  const [first, ...others] = trail;
  const latest = others.slice(-(MOST_EVENTS - 1));
  const left = trailDropped + others.length - latest.length;
  return [
    ...(first ? [eventSentence(first)] : []),
    ...(left > 0
      ? [{ text: `${plural(left, 'event')} between are left out.`, ground: { kind: 'device' } as const }]
      : []),
    ...latest.map(eventSentence),
  ];
}

const eventSentence = (event: LifeEvent): Sentence => ({
  text: `${instant(event.at)} UTC: ${eventWords(event)}.`,
  ground: { kind: 'run', run: event.run },
});

export function eventWords(event: LifeEvent): string {
  switch (event.kind) {
    case 'found': {
      const how = event.how === 'baseline' ? 'in the baseline' : 'found, as new';
      const { sameNameAs } = event;
      const twin = sameNameAs
        ? `; same name as ${inert(sameNameAs.id, 80)}, last seen ${day(sameNameAs.lastSeen)}`
        : '';
      return `${how}, called ${named(event.name)}${twin}`;
    }
    case 'returned':
      return `back; last in an answer on ${day(event.lastSeenBefore)}`;
    case 'away':
      return `away from ${day(event.from)}, there again on ${day(event.until)}`;
    case 'renamed':
      return `called ${named(event.to)} now, ${named(event.from)} before`;
    case 'moved-back':
      return `first event moved back to ${instant(event.to)} UTC, from ${instant(event.from)} UTC`;
  }
}

const named = (name: string): string => (name.trim() === '' ? 'nothing' : inert(name, 80));

function caseSentences({ id, notice, openedAt, posts, state }: Case, { device }: KnownOf): Sentence[] {
  const ground: Ground = { kind: 'case', id };
  const { acknowledged } = state;
  const seen = acknowledged
    ? `acknowledged by ${personName(acknowledged)}, ${instant(acknowledged.at)} UTC`
    : 'nobody has acknowledged it';
  const told = `Told ${instant(openedAt)} UTC in ${plural(posts.length, 'conversation')}; ${seen}.`;
  const finding =
    notice.kind === 'devices-found' ? notice.findings.find((one) => one.device === device.device) : undefined;
  const { proof } = notice.context;
  const changed = proof && changedWords(proof);
  return [
    { text: told, ground },
    ...(finding && proof ? [{ text: `Then known: ${proofWords(proof)}.`, ground }] : []),
    ...(finding && changed !== undefined ? [{ text: changed, ground }] : []),
    ...(finding ? [{ text: `${clockWords(finding, notice.context)}.`, ground }] : []),
  ];
}

function untold({ device }: KnownOf): Sentence {
  const text =
    device.state === 'baseline'
      ? 'Not told by itself: it was among the devices of the baseline.'
      : 'No card of it is kept: it was expected or explained, or its card is older than what is kept.';
  return { text, ground: { kind: 'run', run: device.run } };
}

/** Also where only some of what ran is explained: that must not read as if all of it were. */
function explanationWords({ at, matches, explained, hidden, ended }: Explanation): string {
  const by = scenariosIn({ matches }).map((name) => inert(name, 80));
  const all = matches.reduce((sum, { executions }) => sum + executions, 0);
  const some = matches.reduce((sum, match) => sum + (match.by.length > 0 ? match.executions : 0), 0);
  const begin = explained ? 'Explained' : 'Explained only in part';
  const what = hidden ? 'left out of the cards' : 'noted on its card';
  return `${ended ? `No longer explained; it was${explained ? '' : ' in part'}` : begin} by ${by.join(', ')}: ${some.toLocaleString('en')} of ${plural(all, 'execution')}, ${what}; judged first ${instant(at)} UTC.`;
}
