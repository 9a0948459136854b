/**
 * A device's trail as one short text of its row: a transaction holds 97 rows and no more than 4 MiB. Instants are numbers,
 * so that no name is ever taken for one.
 */
import { cut } from '../hunt/cut.ts';
import type { DeviceKey } from '../hunt/device-key.ts';
import type { LifeEvent, Namesake } from '../hunt/life.ts';
import type { RunId } from '../hunt/run.ts';

export interface Trail {
  readonly events: readonly LifeEvent[];
  /** How many events there were between the first and the others. */
  readonly dropped: number;
}

export const MOST_EVENTS = 24;
const MOST_CHARACTERS = 4_000;
const NAME = 128;

const RETURNED = 'r';

type Text = string | number | null;
type Tuple = readonly [string, string, number, ...Text[]];

/** Keeps how it was found, when it came back last, since its state follows from these, and the latest events. */
export function trailText({ events, dropped }: Trail): string {
  const [found, ...others] = events;
  if (!found) return JSON.stringify([dropped]);
  let gone = dropped;
  const kept = others.map(tupleOf);
  const back = kept.findLast(([letter]) => letter === RETURNED);
  const write = (): string => JSON.stringify([gone, tupleOf(found), ...kept]);
  for (let text = write(); ; text = write()) {
    if (kept.length + 1 <= MOST_EVENTS && text.length <= MOST_CHARACTERS) return text;
    const oldest = kept.findIndex((tuple) => tuple !== back);
    if (oldest < 0) return text;
    kept.splice(oldest, 1);
    gone += 1;
  }
}

/** Undefined for a row that was written before there were trails. */
export function readTrail(text: unknown): Trail | undefined {
  if (typeof text !== 'string') return undefined;
  const [dropped, ...tuples] = JSON.parse(text) as [number, ...Tuple[]];
  return { events: tuples.map(eventOf), dropped };
}

const short = (name: string): string => cut(name, NAME);

function tupleOf(event: LifeEvent): Tuple {
  const { run } = event;
  const at = event.at.getTime();
  switch (event.kind) {
    case 'found': {
      const { how, name, firstSeen, sameNameAs } = event;
      const twin = sameNameAs ? [sameNameAs.device, short(sameNameAs.id), sameNameAs.lastSeen.getTime()] : [];
      return [how === 'baseline' ? 'b' : 'n', run, at, short(name), firstSeen?.getTime() ?? null, ...twin];
    }
    case 'returned':
      return [RETURNED, run, at, event.lastSeenBefore.getTime()];
    case 'away':
      return ['a', run, at, event.from.getTime(), event.until.getTime()];
    case 'renamed':
      return ['m', run, at, short(event.from), short(event.to)];
    case 'moved-back':
      return ['f', run, at, event.from.getTime(), event.to.getTime()];
  }
}

function eventOf([letter, run, at, first, second, ...twin]: Tuple): LifeEvent {
  const common = { run: run as RunId, at: new Date(at) };
  const instant = (value: Text | undefined): Date => new Date(Number(value));
  switch (letter) {
    case RETURNED:
      return { ...common, kind: 'returned', lastSeenBefore: instant(first) };
    case 'a':
      return { ...common, kind: 'away', from: instant(first), until: instant(second) };
    case 'm':
      return { ...common, kind: 'renamed', from: String(first), to: String(second) };
    case 'f':
      return { ...common, kind: 'moved-back', from: instant(first), to: instant(second) };
    default: {
      const sameNameAs = namesakeOf(twin);
      return {
        ...common,
        kind: 'found',
        how: letter === 'b' ? 'baseline' : 'newly-seen',
        name: String(first),
        ...(typeof second === 'number' && { firstSeen: instant(second) }),
        ...(sameNameAs && { sameNameAs }),
      };
    }
  }
}

function namesakeOf([device, id, lastSeen]: readonly Text[]): Namesake | undefined {
  return typeof device === 'string'
    ? { device: device as DeviceKey, id: String(id), lastSeen: new Date(Number(lastSeen)) }
    : undefined;
}
