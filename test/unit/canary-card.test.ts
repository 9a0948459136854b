import { describe, expect, it } from 'vitest';
import type { Case, NoticeDigest } from '../../src/hunt/case.ts';
import { NEW_CASE } from '../../src/hunt/case.ts';
import { CANARY_HUNT, canaryScope, STAGES, type Flight } from '../../src/hunt/canary.ts';
import { noticeContext } from '../../src/hunt/notice.ts';
import { planRun, scheduledRunId } from '../../src/hunt/run.ts';
import { caseCard, caseSummary, CARD_BUDGET } from '../../src/teams/card.ts';
import { seconds } from '../../src/teams/canary-card.ts';
import { HOUR, MINUTE, SECOND } from '../../src/time.ts';
import { NOON } from '../support/builders.ts';

const scope = canaryScope('corp');
const id = scheduledRunId(scope, NOON);
const context = noticeContext(
  CANARY_HUNT,
  planRun({ id, scope, trigger: 'schedule', asOf: NOON, slot: NOON }, CANARY_HUNT, 0),
);
const after = (ms: number): Date => new Date(NOON.getTime() + ms);
const flight: Flight = {
  slot: NOON,
  run: id,
  marks: STAGES.slice(0, -1).map((stage, n) => ({ stage, at: after(n * 500) })),
  landings: [],
  looked: { at: NOON, length: 0 },
};
const aCanaryCase = (notice: NoticeDigest): Case => ({
  id: `${id}-devices-found-000001`,
  scope,
  notice,
  history: [],
  openedAt: after(4_700),
  posts: [],
  state: NEW_CASE,
});
const arrival = (more: Partial<Extract<NoticeDigest, { kind: 'canary' }>> = {}): Case =>
  aCanaryCase({ kind: 'canary', context, flight, next: { at: after(HOUR) }, others: [], ...more });
const trouble = { code: 'canary-missing', message: 'The queue has not delivered it.', since: NOON, toldAt: NOON };
const linesOf = (about: Case): string[] => {
  const texts: string[] = [];
  JSON.stringify(caseCard(about, { page: 'https://firstsight.example/x' }).body, (key, value: unknown) => {
    if (key === 'inlines') texts.push((value as { readonly text: string }[]).map(({ text }) => text).join(''));
    return value;
  });
  return texts;
};

describe('the card of a canary', () => {
  it('says first that it is no finding, and how it came', () => {
    expect(linesOf(arrival())).toEqual([
      'Canary: not a finding. Firstsight is awake.',
      'timer → queue → corp → diff → outbox → Teams in 4.2 s',
      'Left 23 Nov 2026 12:00 UTC · taken from the queue +0.5 s · answered +1.5 s · compared +2.0 s · remembered +2.5 s · offered to Teams +3.0 s',
      'The next one: 23 Nov 2026 13:00 UTC · to hide these here, write "unsubscribe canary"',
    ]);
    expect(caseSummary(arrival())).toBe('Canary: not a finding. Firstsight is awake');
  });

  it('asks nothing of anybody', () => {
    expect(caseCard(arrival(), { page: 'https://firstsight.example/x' }).actions).toEqual([]);
    expect(caseCard(arrival(), { page: 'https://firstsight.example/x' }, 'webhook').actions).toEqual([]);
  });

  it('names the workspaces whose canaries it stands for', () => {
    expect(linesOf(arrival({ others: ['emea', 'lab'] })).at(-1)).toContain('emea, lab: told only when missing');
  });

  it('says less where nobody could write down how it came', () => {
    const { notice, ...about } = arrival();
    if (notice.kind !== 'canary') throw new Error('It is one.');
    const { flight: _lost, ...rest } = notice;

    expect(linesOf({ ...about, notice: rest }).slice(0, 2)).toEqual([
      'Canary: not a finding. Firstsight is awake.',
      'timer → queue → corp → diff → outbox → Teams',
    ]);
  });

  it('is small', () => {
    expect(Buffer.byteLength(JSON.stringify(caseCard(arrival())))).toBeLessThan(CARD_BUDGET / 10);
  });
});

describe('the card of a canary that is missing', () => {
  it('says where it is, and that findings take the same way', () => {
    const about = aCanaryCase({ kind: 'trouble', context, trouble, reminder: false });

    expect(linesOf(about).join('\n')).toMatch(
      /has not arrived[^]*same way[^]*The queue has not delivered it\.[^]*corp/,
    );
    expect(caseSummary(about)).toBe('The canary has not arrived: silence does not mean that nothing is new');
    expect(caseCard(about).actions.map(({ title }) => title)).toContain('Run now');
  });

  it('has an end', () => {
    const about = aCanaryCase({ kind: 'recovered', context, trouble });

    expect(linesOf(about).join('\n')).toMatch(/arrives again[^]*It was[^]*The queue has not delivered it\./);
    expect(caseSummary(about)).toBe('The canary arrives again');
  });
});

it.each([
  [-1, '0.0 s'],
  [911, '0.9 s'],
  [99 * SECOND, '99.0 s'],
  [100 * SECOND, '2 min'],
  [119 * MINUTE, '119 min'],
  [30 * HOUR, '30 h'],
])('a length of %d ms is %s', (length, words) => {
  expect(seconds(length)).toBe(words);
});
