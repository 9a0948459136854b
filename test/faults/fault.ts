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
export type Place = 'storage' | 'workspace' | 'teams';

export interface Fault {
  readonly kind: FaultKind;
  readonly status: number;
}

/** Answers a service gives without having done anything. */
const STATUSES = [500, 503, 429, 412] as const;

/** The sender cannot know whether a request with one of these took effect, or is not there any more to know it. */
export const IN_DOUBT: ReadonlySet<FaultKind> = new Set([
  'dropAfter',
  'truncate',
  'statusAfter',
  'dup',
  'stall',
  'delay',
  'killBefore',
  'killAfter',
]);

/** Which faults happen; asked once for every request of every process, in the order in which they arrive. */
export interface Plan {
  next(place: Place): Fault | undefined;
  /** Requests so far. */
  readonly counts: Readonly<Record<Place, number>>;
  /** The faults that happened. */
  readonly happened: readonly { readonly place: Place; readonly at: number; readonly kind: FaultKind }[];
}

type Choose = (place: Place, at: number) => Fault | undefined;

function planOf(choose: Choose): Plan {
  const counts = { storage: 0, workspace: 0, teams: 0 };
  const happened: { place: Place; at: number; kind: FaultKind }[] = [];
  return {
    counts,
    happened,
    next(place) {
      const at = (counts[place] += 1);
      const fault = choose(place, at);
      if (fault) happened.push({ place, at, kind: fault.kind });
      return fault;
    },
  };
}

/** Nothing happens; requests are counted. */
export const calm = (): Plan => planOf(() => undefined);

/** One fault, at the nth request of a place. */
export const single = (place: Place, nth: number, kind: FaultKind): Plan =>
  planOf((where, at) =>
    where === place && at === nth ? { kind, status: STATUSES[nth % STATUSES.length] ?? 500 } : undefined,
  );

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
  const places = (Object.keys(clean) as Place[]).flatMap((place) =>
    Array.from({ length: clean[place] }, (_, at) => ({ place, at: at + 1 })),
  );
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const chosen = [0, 1].map(() => ({ ...pick(places), kind: pick(FAULTS), status: pick(STATUSES) }));
  return planOf((place, at) => chosen.find((fault) => fault.place === place && fault.at === at));
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
