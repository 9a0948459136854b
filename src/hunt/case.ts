import type { Flight } from './canary.ts';
import type { DeviceKey } from './device-key.ts';
import { worstFirst, type Finding } from './finding.ts';
import type { HuntScope } from './hunt.ts';
import type { Notice, NoticeContext } from './notice.ts';
import type { Person } from './person.ts';
import type { TroubleNews } from './trouble.ts';
import type { Sighting } from './sighting.ts';

/** A notice that was told, and what people have said about it since. */
export interface Case {
  /** The notice's id. */
  readonly id: string;
  readonly scope: HuntScope;
  readonly notice: NoticeDigest;
  /** The latest runs of the scope when it was told, newest first. */
  readonly history: readonly RunPoint[];
  readonly openedAt: Date;
  /** When it is told once more if nobody has seen it; absent: never. */
  readonly dueAt?: Date;
  /** The messages that show it. */
  readonly posts: readonly Post[];
  readonly state: CaseState;
}

/** What of a notice is kept: the devices a card may list, and how many there are. */
export type NoticeDigest =
  | {
      readonly kind: 'devices-found';
      readonly context: NoticeContext;
      /** The worst first, at most {@link DIGEST_DEVICES}. */
      readonly findings: readonly Finding[];
      readonly counts: Readonly<Record<Finding['novelty'], number>>;
    }
  | {
      readonly kind: 'baseline-founded';
      readonly context: NoticeContext;
      readonly total: number;
      readonly devices: readonly Sighting[];
    }
  | Extract<Notice, { readonly kind: 'digest' }>
  | {
      /** A canary has come as far as Teams. */
      readonly kind: 'canary';
      readonly context: NoticeContext;
      /** How it came here; absent where nobody could write that down. */
      readonly flight?: Flight;
      /** When the next one is due. */
      readonly next?: { readonly at: Date };
      /** Other workspaces, whose canaries are told only when they are missing. */
      readonly others: readonly string[];
    }
  | ({ readonly context: NoticeContext } & TroubleNews);

/** More nobody reads on a phone; the rest is counted and listed on a page. */
export const DIGEST_DEVICES = 25;

/** A run as a bar of a chart. */
export interface RunPoint {
  readonly at: Date;
  readonly failed: boolean;
  readonly devices: number;
  readonly news: number;
}

/** A message in a conversation that shows a case. */
export interface Post {
  readonly targetId: string;
  readonly activityId: string;
}

export interface Mark {
  readonly by: Person;
  readonly at: Date;
}

/** What people did with a case. */
export interface CaseState {
  readonly acknowledged?: Mark;
  readonly notes: readonly CaseNote[];
  /** Devices of the case that somebody expects here. */
  readonly expected: readonly CaseExpectation[];
  /** Who opened or touched it first; a message that Teams took is sent, not seen. */
  readonly seen?: Mark;
  readonly escalatedAt?: Date;
}

export interface CaseNote extends Mark {
  readonly text: string;
}

export interface CaseExpectation extends Mark {
  readonly device: DeviceKey;
  readonly until: Date;
  readonly reason: string;
}

export const NEW_CASE: CaseState = { notes: [], expected: [] };
const MOST_NOTES = 20;

export function digestOf(notice: Exclude<Notice, { readonly kind: 'unseen' }>): NoticeDigest {
  switch (notice.kind) {
    case 'devices-found': {
      const { kind, context, findings } = notice;
      const count = (novelty: Finding['novelty']): number =>
        findings.filter((finding) => finding.novelty === novelty).length;
      const counts = {
        'newly-seen': count('newly-seen'),
        returning: count('returning'),
        'expectation-ended': count('expectation-ended'),
        'explanation-ended': count('explanation-ended'),
      };
      return { kind, context, findings: worstFirst(findings).slice(0, DIGEST_DEVICES), counts };
    }
    case 'baseline-founded':
      return { ...notice, devices: notice.devices.slice(0, DIGEST_DEVICES) };
    default:
      return notice;
  }
}

/** It only informs: there is nothing to answer. */
export const isInformation = ({ kind }: NoticeDigest): boolean =>
  kind === 'recovered' || kind === 'digest' || kind === 'canary';

/** A finding that must not go unnoticed: somebody who is not in the channel is told when nobody there has looked. */
export const isUrgent = (notice: NoticeDigest): boolean =>
  notice.kind === 'devices-found' &&
  notice.context.hunt.severity === 'high' &&
  notice.counts['newly-seen'] + notice.counts['explanation-ended'] > 0;

/** Somebody has acknowledged it, or expects every device of it. */
export function isAnswered({ notice, state }: Pick<Case, 'notice' | 'state'>): boolean {
  if (state.acknowledged) return true;
  if (notice.kind !== 'devices-found') return false;
  const total = Object.values(notice.counts).reduce((sum, count) => sum + count, 0);
  const expected = new Set(state.expected.map(({ device }) => device));
  return total === notice.findings.length && notice.findings.every(({ device }) => expected.has(device));
}

/** The first to acknowledge is who did; a second click changes nothing. */
export const acknowledge = (state: CaseState, mark: Mark): CaseState =>
  state.acknowledged ? state : { ...seen(state, mark), acknowledged: mark };

export const seen = (state: CaseState, { by, at }: Mark): CaseState =>
  state.seen ? state : { ...state, seen: { by, at } };

/** The same words of the same person twice are one note; of more than {@link MOST_NOTES} the oldest go. */
export function addNote(state: CaseState, note: CaseNote): CaseState {
  if (state.notes.some(({ text, by }) => text === note.text && by.id === note.by.id)) return state;
  return { ...seen(state, note), notes: [...state.notes, note].slice(-MOST_NOTES) };
}

/** A device is expected by whoever said so last. */
export function expectDevices(state: CaseState, promises: readonly CaseExpectation[]): CaseState {
  const [first] = promises;
  if (!first) return state;
  const others = state.expected.filter(({ device }) => !promises.some((promise) => promise.device === device));
  return { ...seen(state, first), expected: [...others, ...promises] };
}

export function unexpect(state: CaseState, mark: Mark): CaseState {
  return state.expected.length === 0 ? state : { ...seen(state, mark), expected: [] };
}
