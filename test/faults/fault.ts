/** What can happen to a request on its way, and when. */
export const FAULTS = [
  'dropBefore',
  'dropAfter',
  'truncate',
  'status',
  'statusAfter',
  'dup',
  'stall',
  'delay',
  'killBefore',
  'killAfter',
] as const;
export type FaultKind = (typeof FAULTS)[number];
export const PLACES = ['storage', 'workspace', 'teams'] as const;
export type Place = (typeof PLACES)[number];

export interface Fault {
  readonly kind: FaultKind;
  readonly status: number;
}

/** Answers a service gives without having done anything. */
export const STATUSES = [500, 503, 429, 412] as const;

/** The sender cannot know whether a request with one of these took effect, or is not there any more to know it. */
const IN_DOUBT: ReadonlySet<FaultKind> = new Set([
  'dropAfter',
  'truncate',
  'statusAfter',
  'dup',
  'stall',
  'delay',
  'killBefore',
  'killAfter',
]);
/** As often is a write repeated before its writer gives up: refused so often, a word of a message is lost, too. */
const INSISTENCE = 3;

/** A fault of which it is decided beforehand which request it meets. `at` begins with 1. */
export interface Strike {
  readonly place: Place;
  readonly at: number;
  readonly kind: FaultKind;
  /** Of `status` and `statusAfter`; follows from the position when it is left out. */
  readonly status?: number;
}

/** Which faults happen; asked once for every request of every process, in the order in which they arrive. */
export interface Plan {
  next(place: Place, what: string): Fault | undefined;
  /** Requests so far. */
  readonly counts: Readonly<Record<Place, number>>;
  /** The faults that happened. */
  readonly happened: readonly Strike[];
}

type Choose = (place: Place, at: number) => Fault | undefined;

function planOf(choose: Choose, onRequest: (place: Place, at: number, what: string) => void = () => undefined): Plan {
  const counts = { storage: 0, workspace: 0, teams: 0 };
  const happened: Strike[] = [];
  return {
    counts,
    happened,
    next(place, what) {
      const at = (counts[place] += 1);
      onRequest(place, at, what);
      const fault = choose(place, at);
      if (fault) happened.push({ place, at, ...fault });
      return fault;
    },
  };
}

/** Nothing happens; requests are counted. */
export const calm = (onRequest?: (place: Place, at: number, what: string) => void): Plan =>
  planOf(() => undefined, onRequest);

/** These faults and no others. */
export const strikes = (...chosen: readonly Strike[]): Plan =>
  planOf((place, at) => {
    const strike = chosen.find((one) => one.place === place && one.at === at);
    return strike && { kind: strike.kind, status: strike.status ?? STATUSES[at % STATUSES.length] ?? 500 };
  });

/** Whether a message may be said once more because of what happened between it and the next that says the same. */
export function excuses(happened: readonly Strike[]): boolean {
  const storage = happened.filter(({ place }) => place === 'storage');
  // What Teams has not taken is no message; one that it has taken twice by itself is two.
  const lost = happened.some(({ place, kind }) => place === 'teams' && kind !== 'killBefore' && IN_DOUBT.has(kind));
  return lost || storage.length >= INSISTENCE || storage.some(({ kind }) => IN_DOUBT.has(kind));
}

/** Many faults, the same for the same seed. `share`: of all requests. */
export function storm(seed: number, share = 0.06): Plan {
  const random = randomOf(seed);
  return planOf(() => {
    if (random() >= share) return undefined;
    // Death is rarer than bad weather, as it is in life.
    const kinds = random() < 0.12 ? FAULTS.slice(-2) : FAULTS.slice(0, -2);
    const kind = kinds[Math.floor(random() * kinds.length)] ?? 'dropBefore';
    return { kind, status: STATUSES[Math.floor(random() * STATUSES.length)] ?? 500 };
  });
}

/** Two faults at places and positions that follow from the seed. */
export function pair(seed: number, clean: Readonly<Record<Place, number>>): Plan {
  const random = randomOf(seed);
  const places = PLACES.flatMap((place) => Array.from({ length: clean[place] }, (_, at) => ({ place, at: at + 1 })));
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const [first, second] = [0, 1].map(() => ({ ...pick(places), kind: pick(FAULTS), status: pick(STATUSES) }));
  return strikes(...[first, second].filter((strike) => strike !== undefined));
}

/** Mulberry32: small, and the same numbers on every machine. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
