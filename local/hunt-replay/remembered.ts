/** What would be remembered of scenarios, where that is not what was; and what nobody can say any more. */
import type { DeviceKey } from '../../src/hunt/device-key.ts';
import { isWatched, type Explanation } from '../../src/hunt/explanation.ts';
import type { KeptHead } from '../../src/hunt/kept-run.ts';
import type { HuntReport } from '../../src/hunt/report.ts';
import type { KeptContent } from './kept-content.ts';
import type { Trial } from './trial.ts';

/** A device of which what was kept does not say what would have become of it. */
export interface Unjudged {
  readonly head: KeptHead;
  readonly id: string;
  readonly name: string;
  readonly because: string;
}

/** Devices whose explanation would be another one, or none. */
export type Remembered = Map<DeviceKey, Explanation | undefined>;

/** What was watched, except where the trial would have remembered something else. */
export function watchedNow(
  { watched }: KeptContent,
  remembered: Remembered,
  seen: ReadonlySet<DeviceKey>,
): readonly Explanation[] {
  const own = [...remembered.values()].filter((one) => one !== undefined);
  return [...watched.filter(({ device }) => !remembered.has(device)), ...own.filter(isWatched)].filter(({ device }) =>
    seen.has(device),
  );
}

export function remember(
  remembered: Remembered,
  report: HuntReport,
  { explanations, watched, decided }: KeptContent,
): void {
  const now = new Map(report.explanations.map((one) => [one.device, one]));
  const before = new Map(explanations.map((one) => [one.device, one]));
  const same = (a: Explanation | undefined, b: Explanation | undefined): boolean =>
    JSON.stringify(a) === JSON.stringify(b);
  for (const device of new Set([...now.keys(), ...before.keys()])) {
    if (!same(now.get(device), before.get(device))) remembered.set(device, now.get(device) ?? remembered.get(device));
  }
  const reopened = new Set(report.reopened.map(({ device }) => device));
  for (const { device } of decided.reopened) {
    // It was told then and would not be now: its explanation goes on.
    if (!reopened.has(device) && !remembered.has(device))
      remembered.set(
        device,
        watched.find((one) => one.device === device),
      );
  }
  for (const device of reopened) remembered.set(device, undefined);
}

export function* unjudgedIn(
  head: KeptHead,
  report: HuntReport,
  watched: readonly Explanation[],
  { evidence, facts }: KeptContent,
  { hunt }: Trial,
): Iterable<Unjudged & { readonly device: DeviceKey }> {
  const about = { head };
  const excludes = hunt.scenarios.some(({ mode }) => mode === 'exclude');
  if (excludes && facts.hunt.evidence.executions !== undefined) {
    for (const { device, id, name } of [...report.findings, ...report.lapsed]) {
      if (!evidence.has(device))
        yield { ...about, device, id, name, because: 'nobody asked what ran on it then, so no scenario can judge it' };
    }
  }
  for (const { device, id, name, hidden } of watched) {
    if (hunt.scenarios.length > 0 && hidden && !evidence.has(device))
      yield {
        ...about,
        device,
        id,
        name,
        because:
          'nobody asked again what ran on it, as the program does for a device that is left out: whether it would have stayed out is not known',
      };
  }
}
