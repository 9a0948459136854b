import type { DeviceKey } from './device-key.ts';
import type { DeviceEvidence } from './evidence.ts';
import type { Named } from './sighting.ts';
import type { Verdict } from './verdict.ts';

/** What an explanation was given for; anything else of the device is outside of it. Texts in small letters, sorted. */
export interface Traits {
  readonly hashes: readonly string[];
  readonly paths: readonly string[];
  readonly accounts: readonly string[];
  readonly parents: readonly string[];
  readonly addresses: readonly string[];
}

/** What is remembered of a device that scenarios matched, so that a benign story never uses up its novelty. */
export interface Explanation {
  readonly device: DeviceKey;
  readonly id: string;
  readonly name: string;
  /** When it was judged first. */
  readonly at: Date;
  /** The latest execution that was explained. */
  readonly lastSeen?: Date;
  /** The scenarios that match the same executions, and how many those are; without a scenario, unexplained ones. */
  readonly matches: readonly { readonly by: readonly string[]; readonly executions: number }[];
  /** Whether every execution was explained, so that the first one that is not is news. */
  readonly explained: boolean;
  /** It was left out of the cards: then anything new about it is news. */
  readonly hidden: boolean;
  readonly traits?: Traits;
  /** It has been told since that the explanation no longer holds. */
  readonly ended: boolean;
}

/** More of a kind than this nobody can vouch for. */
const MOST_TRAITS = 100;

export function traitsOf({ executions, files, peers }: DeviceEvidence): Traits {
  const set = (values: readonly string[]): readonly string[] =>
    [...new Set(values.map((value) => value.toLowerCase().slice(0, 400)).filter((value) => value !== ''))].sort();
  return {
    hashes: set([...files, ...executions].map(({ sha1 }) => sha1)),
    paths: set(executions.map(({ path }) => path)),
    accounts: set(executions.map(({ account }) => account)),
    parents: set(executions.map(({ parent, parentPath }) => (parentPath === '' ? parent : parentPath))),
    addresses: set(peers.map(({ address, host }) => (address === '' ? host : address))),
  };
}

export const isVouchable = (traits: Traits): boolean => TRAITS.every((kind) => traits[kind].length <= MOST_TRAITS);

const TRAIT_WORDS: Readonly<Record<keyof Traits, string>> = {
  hashes: 'a new file hash',
  paths: 'a new path',
  accounts: 'a new account',
  parents: 'a new parent process',
  addresses: 'a new remote address',
};

const TRAITS = Object.keys(TRAIT_WORDS) as readonly (keyof Traits)[];

export const newTraits = (before: Traits, now: Traits): readonly string[] =>
  TRAITS.filter((kind) => now[kind].some((value) => !before[kind].includes(value))).map((kind) => TRAIT_WORDS[kind]);

/** What is to be remembered of a judged device; undefined when no scenario had anything to say. */
export function explanationOf(
  { device, id, name }: Named,
  evidence: DeviceEvidence,
  verdict: Verdict,
  asOf: Date,
): Explanation | undefined {
  if (verdict.by.length === 0) return undefined;
  const groups = Map.groupBy(evidence.executions, ({ explainedBy }) => explainedBy.join('\n'));
  const matches = [...groups.values()].map((group) => ({
    by: group[0]?.explainedBy ?? [],
    executions: group.reduce((sum, { count }) => sum + count, 0),
  }));
  const explained = verdict.kind === 'explained' || verdict.kind === 'normal';
  const lastSeen = latestExplained(evidence);
  return {
    ...{ device, id: id.slice(0, 256), name: name.slice(0, 256), at: asOf, matches, explained },
    ...{ hidden: verdict.hidden, ended: false },
    ...(lastSeen && { lastSeen }),
    ...(verdict.hidden && { traits: traitsOf(evidence) }),
  };
}

export function latestExplained({ executions }: DeviceEvidence): Date | undefined {
  const times = executions.flatMap(({ explainedBy, lastSeen }) =>
    explainedBy.length > 0 && lastSeen ? [lastSeen.getTime()] : [],
  );
  return times.length === 0 ? undefined : new Date(times.reduce((a, b) => Math.max(a, b)));
}

/** Every run asks again about these: the first sighting outside the explanation is news. */
export const isWatched = ({ explained, ended }: Explanation): boolean => explained && !ended;

export const scenariosIn = ({ matches }: Pick<Explanation, 'matches'>): readonly string[] => [
  ...new Set(matches.flatMap(({ by }) => by)),
];

/** Why an explained device is news again; empty while the explanation holds. */
export function whyReopened(before: Explanation, evidence: DeviceEvidence, now: Verdict): readonly string[] {
  if (now.kind === 'unexplained') return ['an execution that no scenario explains'];
  if (!before.hidden || !before.traits) return [];
  const fresh = newTraits(before.traits, traitsOf(evidence));
  if (fresh.length > 0) return fresh;
  return now.kind === 'explained' && !now.hidden ? [now.because ?? 'no scenario leaves it out any more'] : [];
}

/** A hidden device of which it is not known whether its explanation still holds: silence about it means nothing. */
export const isUnchecked = (before: Explanation, evidence: DeviceEvidence | undefined, now?: Verdict): boolean =>
  before.hidden &&
  (evidence === undefined || now?.kind === 'cannot-say' || evidence.gaps.some(({ part }) => part === 'network'));
