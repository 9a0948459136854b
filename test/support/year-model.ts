/**
 * What the docs say of the life of a device (decisions 5, 70 and 71), worked out anew from the rows of a made-up world. It
 * shares no code with the program, so that one cannot repeat the other's mistake.
 */
import type { PlannedRun, WorldEvent } from './year-world.ts';

const DAY = 86_400_000;
const FORGET_AFTER_DAYS = 30;
const REMIND_AFTER = DAY;

export interface ModelDevice {
  name: string;
  firstSeen: number;
  lastDay: number;
  arrived: number;
  arrival: 'baseline' | 'new' | 'returned';
  /** What its trail says, oldest first. */
  readonly story: string[];
}

export interface YearModel {
  readonly devices: Map<string, ModelDevice>;
  /** How many cards of each kind were sent, and how many devices of each novelty were on them. */
  readonly cards: Record<string, number>;
  run(run: PlannedRun, events: readonly WorldEvent[]): void;
  /** `gone since … after … days`, `new since …` and so on. */
  life(device: ModelDevice): string;
}

const dayOf = (at: number): number => Math.floor(at / DAY);
const iso = (at: number): string => new Date(at).toISOString();
export const dateOf = (day: number): string => iso(day * DAY).slice(0, 10);

export function yearModel(): YearModel {
  const devices = new Map<string, ModelDevice>();
  const cards: Record<string, number> = {};
  let founded: number | undefined;
  let lastComplete: number | undefined;
  let trouble: { readonly code: string; told: number } | undefined;
  const count = (kind: string, by = 1): void => {
    if (by > 0) cards[kind] = (cards[kind] ?? 0) + by;
  };

  function tellTrouble(code: string | undefined, now: number): void {
    if (code === undefined) {
      if (trouble) count('recovered');
      trouble = undefined;
    } else if (trouble?.code !== code) {
      trouble = { code, told: now };
      count('trouble');
    } else if (now - trouble.told >= REMIND_AFTER) {
      trouble.told = now;
      count('reminder');
    }
  }

  function run(planned: PlannedRun, events: readonly WorldEvent[]): void {
    const { trigger, asOf, now, weather } = planned;
    const looksBack = trigger === 'catch-up' || trigger === 'late-sweep';
    if (weather === 'failing') {
      tellTrouble('failing', now);
      return;
    }
    const today = dayOf(asOf);
    const isPresent = !looksBack && (lastComplete === undefined || asOf >= lastComplete);
    const missedUntil = lastComplete ?? founded;
    // A new name is compared with what was known before this run.
    const namesBefore = [...devices].map(([id, { name, lastDay }]) => ({ id, name: name.toLowerCase(), lastDay }));
    let [fresh, returned] = [0, 0];
    for (const [id, rows] of Map.groupBy(events, (event) => event.id)) {
      const latest = rows.reduce((a, b) => (b.at > a.at ? b : a));
      const first = Math.min(...rows.map(({ at }) => at));
      const device = devices.get(id);
      if (!device) {
        const arrival = founded === undefined ? 'baseline' : 'new';
        const same = namesBefore
          .filter(({ name }) => arrival === 'new' && name === latest.name.toLowerCase())
          .toSorted((a, b) => b.lastDay - a.lastDay);
        const twins = same.filter(({ lastDay }) => lastDay === same[0]?.lastDay).map((one) => one.id);
        const like = same[0] ? ` like ${twins.sort().join('/')} of ${dateOf(same[0].lastDay)}` : '';
        devices.set(id, {
          ...{ name: latest.name, firstSeen: first, lastDay: today, arrived: asOf, arrival },
          story: [`${iso(asOf)} found ${arrival} ${latest.name} ${iso(first)}${like}`],
        });
        if (arrival === 'new') fresh += 1;
        continue;
      }
      const wasMissed = missedUntil !== undefined && dayOf(missedUntil) > device.lastDay;
      const tell = (what: string): unknown => device.story.push(`${iso(asOf)} ${what}`);
      if (wasMissed && today - device.lastDay > FORGET_AFTER_DAYS) {
        tell(`returned after ${dateOf(device.lastDay)}`);
        Object.assign(device, { arrival: 'returned', arrived: asOf });
        returned += 1;
      } else if (wasMissed && isPresent && today - device.lastDay >= 2) {
        tell(`away ${dateOf(device.lastDay + 1)} to ${dateOf(today)}`);
      }
      if (isPresent && weather !== 'partial' && latest.name.toLowerCase() !== device.name.toLowerCase()) {
        tell(`renamed ${device.name} to ${latest.name}`);
        device.name = latest.name;
      }
      if (first < device.firstSeen) {
        tell(`moved back ${iso(device.firstSeen)} to ${iso(first)}`);
        device.firstSeen = first;
      }
      device.lastDay = Math.max(device.lastDay, today);
    }
    if (founded === undefined) count('baseline-founded');
    founded ??= asOf;
    if (fresh + returned > 0) count('devices-found');
    count('newly seen devices', fresh);
    count('returning devices', returned);
    if (!looksBack) tellTrouble(weather === 'fine' ? undefined : weather, now);
    if (weather === 'fine' && !looksBack) lastComplete = Math.max(lastComplete ?? 0, asOf);
  }

  function life({ lastDay, arrived, arrival, firstSeen }: ModelDevice): string {
    const complete = dayOf(lastComplete ?? 0);
    if (lastDay < complete) {
      const from = dayOf(arrival === 'returned' ? arrived : firstSeen);
      return `gone since ${iso((lastDay + 1) * DAY)} after ${String(Math.max(1, lastDay - from + 1))} days`;
    }
    const isRecent = complete <= dayOf(arrived) && arrival !== 'baseline';
    return `${isRecent ? arrival : 'still-there'} since ${iso(arrived)}`;
  }

  return { devices, cards, run, life };
}
