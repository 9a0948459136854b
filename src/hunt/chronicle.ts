/** What a run adds to the story of a device that is known. */
import type { LifeEvent } from './life.ts';
import { normalName } from './name-hash.ts';
import type { Run } from './run.ts';

/** What was noticed of it; absent parts were not. */
export interface Noticed {
  /** What it is called now. */
  readonly name?: string;
  readonly firstSeen?: Date;
  readonly away?: { readonly from: Date; readonly until: Date };
  /** It is back after `forgetAfter`: the last day before. */
  readonly lastSeenBefore?: Date;
}

/** What of a device's row changes by it. */
export interface Story {
  readonly name: string;
  readonly firstSeen: Date;
  readonly trail: readonly LifeEvent[];
}

/**
 * The story with what this run noticed. A run tells each kind of event once: repeated, it corrects its own. The first seen
 * moves back only, an empty name is no name, and two spellings are one.
 */
export function storyAfter(before: Story, { name = '', firstSeen, away, lastSeenBefore }: Noticed, run: Run): Story {
  const by = { run: run.id, at: run.asOf };
  const isNamed = name.trim() !== '' && normalName(name) !== normalName(before.name);
  const isEarlier = firstSeen !== undefined && firstSeen < before.firstSeen;
  const events: readonly LifeEvent[] = [
    ...(lastSeenBefore ? [{ ...by, kind: 'returned', lastSeenBefore } as const] : []),
    ...(away ? [{ ...by, kind: 'away', ...away } as const] : []),
    ...(isNamed && before.name.trim() !== '' ? [{ ...by, kind: 'renamed', from: before.name, to: name } as const] : []),
    ...(isEarlier ? [{ ...by, kind: 'moved-back', from: before.firstSeen, to: firstSeen } as const] : []),
  ];
  return {
    name: isNamed ? name : before.name,
    firstSeen: isEarlier ? firstSeen : before.firstSeen,
    trail: events.reduce(withEvent, before.trail),
  };
}

function withEvent(trail: readonly LifeEvent[], event: LifeEvent): readonly LifeEvent[] {
  const at = trail.findIndex(({ run, kind }) => run === event.run && kind === event.kind);
  const mine = trail[at];
  if (!mine) return [...trail, event];
  return trail.with(
    at,
    mine.kind === event.kind && 'from' in mine ? ({ ...event, from: mine.from } as LifeEvent) : mine,
  );
}
