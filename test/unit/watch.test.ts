import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivalOf, proofOf } from '../../src/hunt/proof.ts';
import { planRun, requestedRunId, scheduledRunId, type Run, type RunTrigger } from '../../src/hunt/run.ts';
import { MOST_GAPS, watchAfter, type LookEnded, type Watch } from '../../src/hunt/watch.ts';
import { aHunt, aScope } from '../support/builders.ts';
import { DAY, HOUR } from '../../src/time.ts';

const START = new Date('2026-01-01T06:00:00Z').getTime();
const onDay = (day: number, hours = 0): Date => new Date(START + day * DAY + hours * HOUR);
const hunt = aHunt({ query: 'one', version: '1.0.0', lookback: 5 * DAY });

function runOn(day: number, trigger: RunTrigger = 'schedule'): Run {
  const asOf = onDay(day);
  const id =
    trigger === 'schedule' ? scheduledRunId(aScope(), asOf) : requestedRunId(aScope(), asOf, trigger.replace('-', ''));
  return planRun({ id, scope: aScope(), trigger, asOf }, hunt, 0);
}

interface Step {
  readonly day: number;
  readonly ended?: LookEnded;
  readonly trigger?: RunTrigger;
  readonly query?: string;
}

const watched = (steps: readonly Step[]): Watch =>
  steps.reduce<Watch | undefined>(
    (watch, { day, ended = 'complete', trigger, query = hunt.query }, n) =>
      watchAfter(watch, runOn(day, trigger), ended, n === 0, { query, version: query === 'one' ? '1.0.0' : '2.0.0' }),
    undefined,
  ) as Watch;

describe('what a hunt has watched', () => {
  it('begins with the run that founds its baseline', () => {
    const founding = runOn(0);
    expect(watched([{ day: 0 }])).toMatchObject({
      since: onDay(0),
      founded: { run: founding.id, at: onDay(0) },
      complete: 1,
      last: { run: founding.id, at: onDay(0), from: onDay(-5) },
      gaps: [],
    });
  });

  it('counts runs by how they ended', () => {
    const watch = watched([
      { day: 0 },
      { day: 1, ended: 'partial' },
      { day: 2, ended: 'failed' },
      { day: 3, ended: 'blind' },
      { day: 4 },
    ]);
    expect(watch).toMatchObject({ complete: 2, partial: 1, failed: 1, blind: 1 });
  });

  it('counts a run once, as what it came to in the end', () => {
    const watch = watched([{ day: 0 }, { day: 1, ended: 'failed' }, { day: 1 }, { day: 1 }]);
    expect(watch).toMatchObject({ complete: 2, failed: 0 });
  });

  it('has no gap as long as each window reaches back to the run before', () => {
    expect(watched([{ day: 0 }, { day: 3, ended: 'partial' }, { day: 5 }]).gaps).toEqual([]);
  });

  it('has a gap where nobody looked', () => {
    expect(watched([{ day: 0 }, { day: 14 }]).gaps).toEqual([{ from: onDay(0), until: onDay(9) }]);
  });

  it('closes a gap, from either end or in its middle, when a look at the past covers it', () => {
    const outage = [{ day: 0 }, { day: 20 }];
    const gapsAfter = (...days: number[]) =>
      watched([...outage, ...days.map((day) => ({ day, trigger: 'catch-up' as const }))]).gaps;
    expect(gapsAfter(5)).toEqual([{ from: onDay(5), until: onDay(15) }]);
    expect(gapsAfter(10)).toEqual([
      { from: onDay(0), until: onDay(5) },
      { from: onDay(10), until: onDay(15) },
    ]);
    expect(gapsAfter(5, 10, 15)).toEqual([]);
  });

  it('closes no gap by a look that was not complete, and counts no look at the past', () => {
    const watch = watched([{ day: 0 }, { day: 20 }, { day: 5, trigger: 'catch-up', ended: 'partial' }]);
    expect(watch).toMatchObject({ complete: 2, partial: 0, gaps: [{ from: onDay(0), until: onDay(15) }] });
  });

  it('lists the latest gaps and counts the others', () => {
    const watch = watched(Array.from({ length: MOST_GAPS + 4 }, (_, n) => ({ day: n * 10 })));
    expect(watch.gaps).toHaveLength(MOST_GAPS);
    expect(watch.olderGaps).toBe(3);
  });

  it('notes each change of the question with its run and version', () => {
    const watch = watched([{ day: 0 }, { day: 1 }, { day: 2, query: 'two' }, { day: 3, query: 'two' }]);
    expect(watch.questions).toMatchObject([
      { version: '2.0.0', run: runOn(2).id, since: onDay(2) },
      { version: '1.0.0', run: runOn(0).id, since: onDay(0) },
    ]);
  });

  it('has as gaps exactly the hours that no complete run has looked at', () => {
    const step = fc.record({
      day: fc.integer({ min: 1, max: 9 }),
      ended: fc.constantFrom<LookEnded>('complete', 'complete', 'partial', 'failed'),
      back: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (moves) => {
        let today = 0;
        const steps: Step[] = [{ day: 0 }];
        for (const { day, ended, back } of moves) {
          if (back === undefined) steps.push({ day: (today += day), ended });
          else steps.push({ day: today - back, ended, trigger: 'catch-up' });
        }
        const { gaps, last } = watched(steps);
        const complete = steps.filter(({ ended = 'complete' }) => ended === 'complete').map(({ day }) => day);
        const end = Math.max(
          ...steps.filter(({ ended = 'complete', trigger }) => ended === 'complete' && !trigger).map(({ day }) => day),
        );
        expect(last?.at).toEqual(onDay(end));
        for (let hour = 1; hour < end * 24; hour += 5) {
          const at = onDay(0, hour);
          const looked = complete.some((day) => at > onDay(day - 5) && at <= onDay(day));
          const inGap = gaps.some(({ from, until }) => at > from && at < until);
          // The very ends of a gap belong to a window or to the gap.
          if (gaps.some(({ from, until }) => +from === +at || +until === +at)) continue;
          expect(inGap, at.toISOString()).toBe(!looked);
        }
      }),
    );
  });
});

describe('the proof that something is new', () => {
  const daily = watched([{ day: 0 }, { day: 1 }, { day: 2, ended: 'blind' }, { day: 3 }]);

  it('says since when, by how many runs, and what they missed', () => {
    expect(proofOf(daily, hunt, true)).toEqual({
      since: onDay(0),
      sinceFounding: true,
      ...{ runs: 3, blemished: 1, gaps: [], olderGaps: 0 },
      lastLook: { run: runOn(3).id, at: onDay(3), from: onDay(-2) },
    });
  });

  it('says that the question is another one than that of the run before', () => {
    expect(proofOf(daily, { query: 'two', version: '1.1.0' }, true)?.changed).toEqual({
      fromVersion: '1.0.0',
      toVersion: '1.1.0',
    });
    expect(proofOf(daily, { query: 'two' }, true)?.changed).toEqual({ fromVersion: '1.0.0' });
  });

  it('is not there before anything has been watched', () => {
    expect(proofOf(undefined, hunt, true)).toBeUndefined();
  });

  it('knows of an event from a time that had been looked at that it arrived later', () => {
    const { lastLook } = daily.last ? { lastLook: daily.last } : {};
    expect(arrivalOf(onDay(1), runOn(4), proofOf(daily, hunt, true))).toEqual({ kind: 'after', look: lastLook });
  });

  it.each([
    ['after the latest look', onDay(3, 1), hunt],
    ['from before its window', onDay(-3), hunt],
    ['asked for with another query', onDay(1), { query: 'two' }],
  ])('knows of an event %s only that it arrived between event and run', (_when, event, asked) => {
    expect(arrivalOf(event, runOn(4), proofOf(daily, asked, true))).toEqual({
      kind: 'between',
      from: event,
      until: onDay(4),
    });
  });

  it('knows no more where a row may have been there without its device: in a query that joins or counts first', () => {
    const proof = proofOf(daily, hunt, false);
    expect(proof).toMatchObject({ runs: 3, since: onDay(0) });
    expect(arrivalOf(onDay(1), runOn(4), proof)).toMatchObject({ kind: 'between' });
  });

  it('says nothing of an arrival when the answer gives no event', () => {
    expect(arrivalOf(undefined, runOn(4), proofOf(daily, hunt, true))).toBeUndefined();
  });
});
