import { describe, expect, it } from 'vitest';
import { filterQuery, readFilter } from '../../src/board/filter.ts';
import { huntRows, type BoardInput } from '../../src/board/hunt-rows.ts';
import { owedSlot, standingOf, type Circumstances } from '../../src/board/standing.ts';
import { timelineOf, trendOf } from '../../src/board/trend.ts';
import { weekDigest } from '../../src/board/week.ts';
import { lengthWords, relativeWords, scheduleWords } from '../../src/board/words.ts';
import { historyAfter, NO_HISTORY, type RunMark, type ScopeHistory } from '../../src/hunt/history.ts';
import { scheduledRunId } from '../../src/hunt/run.ts';
import { piecesOf } from '../../src/kql/pieces.ts';
import type { ScopeState } from '../../src/services.ts';
import { DAY, dayOf, HOUR, MINUTE } from '../../src/time.ts';
import { aHunt, aRun, aScope, NOON } from '../support/builders.ts';

const ago = (time: number): Date => new Date(NOON.getTime() - time);
const trouble = { code: 'workspace-denied', message: 'No.', since: ago(DAY), toldAt: ago(DAY) };

const aState = (more: Partial<ScopeState> = {}): ScopeState => ({
  scope: aScope(),
  lastRun: { id: aRun().id, at: ago(HOUR), status: 'completed' },
  lastSlot: ago(6 * HOUR),
  lastComplete: ago(6 * HOUR),
  coverage: { from: ago(30 * DAY), until: ago(6 * HOUR) },
  ...more,
});
const calm: Circumstances = { hunt: aHunt(), owed: ago(6 * HOUR), muted: false, unanswered: 0 };
const standing = (state: ScopeState | undefined, at: Partial<Circumstances> = {}): string =>
  standingOf(state, { ...calm, ...at }).standing;

describe('a hunt on the board', () => {
  it('is healthy when its last slot was answered, and waits before its first run', () => {
    expect(standing(aState())).toBe('healthy');
    expect(standing(undefined)).toBe('waiting');
    expect(standing({ scope: aScope(), lease: { run: aRun().id, until: NOON } })).toBe('waiting');
  });

  it('fails when its last run did, and says why', () => {
    const lastRun = { id: aRun().id, at: ago(HOUR), status: 'failed' as const };

    expect(standingOf(aState({ lastRun, trouble }), calm)).toEqual({ standing: 'failing', why: 'No.' });
  });

  it('is blind when it ran and did not see everything', () => {
    expect(standing(aState({ trouble: { ...trouble, code: 'partial-answer' } }))).toBe('blind');
    expect(standing(aState({ trouble: { ...trouble, code: 'blind-hunt' } }))).toBe('blind');
    const gap = { from: ago(60 * DAY), until: ago(20 * DAY) };
    expect(standingOf(aState({ coverage: gap }), calm)).toMatchObject({
      standing: 'blind',
      why: expect.stringContaining('2026-11-03 12:00 UTC') as string,
    });
  });

  it('fails when a slot is long past that no run has answered for', () => {
    expect(standing(aState({ lastSlot: ago(30 * HOUR) }))).toBe('failing');
    expect(standing(aState({ lastSlot: ago(30 * HOUR) }), { owed: ago(30 * HOUR) })).toBe('healthy');
    const untried = { scope: aScope(), trouble: { ...trouble, code: 'slots-missed' } };
    expect(standing(untried)).toBe('failing');
    expect(standing(aState({ trouble: untried.trouble }))).toBe('failing');
    // Ordered by hand only.
    const { lastSlot: _none, ...byHand } = aState();
    expect(standing(byHand)).toBe('healthy');
    expect(owedSlot('0 0 6 * * *', 12 * MINUTE, new Date('2026-11-23T06:20:00Z'))).toEqual(
      new Date('2026-11-22T06:00:00Z'),
    );
    expect(owedSlot('0 0 6 * * *', 12 * MINUTE, new Date('2026-11-23T06:30:00Z'))).toEqual(
      new Date('2026-11-23T06:00:00Z'),
    );
  });

  it('is new while somebody has to answer, and muted only when nothing is worse', () => {
    expect(standing(aState(), { unanswered: 1, muted: true })).toBe('new');
    expect(standing(aState(), { muted: true })).toBe('muted');
    expect(standing(aState({ trouble }), { unanswered: 1, muted: true })).toBe('blind');
  });

  it('stands as the worst of its workspaces, and names that one', () => {
    const hunt = aHunt();
    const emea = aScope({ workspace: 'emea' });
    const [row] = huntRows(
      anInput({
        workspaces: ['corp', 'emea'],
        states: [aState({ history: aHistory(4) }), { ...aState({ trouble, history: aHistory(6) }), scope: emea }],
      }),
    );

    expect(row).toMatchObject({ hunt, standing: 'blind', why: 'emea: No.', devices: 10, newlySeen: 2, took: 2_000 });
    expect(row?.scopes.map(({ workspace, standing: one }) => [workspace, one])).toEqual([
      ['corp', 'healthy'],
      ['emea', 'blind'],
    ]);
  });
});

const aMark = (daysAgo: number, more: Partial<RunMark> = {}): RunMark => ({
  run: scheduledRunId(aScope(), ago(daysAgo * DAY)),
  asOf: ago(daysAgo * DAY),
  status: 'completed',
  devices: 1,
  newlySeen: 0,
  returning: 0,
  took: 2_000,
  ...more,
});
const aHistory = (devices: number, more: Partial<ScopeHistory> = {}): ScopeHistory => ({
  marks: [aMark(0, { devices, newlySeen: 1 }), aMark(1, { devices: devices - 1 })],
  newsByDay: new Map([[dayOf(NOON), 1]]),
  ...more,
});
const anInput = (more: Partial<BoardInput> = {}): BoardInput => ({
  hunts: [aHunt()],
  problems: [],
  workspaces: ['corp'],
  states: [aState({ history: aHistory(4) })],
  unanswered: [],
  mutes: [],
  policy: { schedule: '0 0 6 * * *', runTimeout: 12 * MINUTE },
  now: NOON,
  ...more,
});

describe('the chart of a hunt', () => {
  it('adds its workspaces up, and keeps what one saw while only others run', () => {
    const corp = { marks: [aMark(0, { devices: 5 }), aMark(2, { devices: 4 })], newsByDay: new Map() };
    const emea = { marks: [aMark(1, { devices: 10, newlySeen: 2 }), aMark(2, { devices: 9 })], newsByDay: new Map() };

    expect(trendOf([corp, emea]).map(({ devices, news }) => [devices, news])).toEqual([
      [13, 0],
      [14, 2],
      [15, 0],
    ]);
  });

  it('does not fall to nothing for a run that failed', () => {
    const failed = aMark(0, { status: 'failed', devices: 0 });

    expect(trendOf([{ marks: [failed, aMark(1, { devices: 7 })], newsByDay: new Map() }])).toMatchObject([
      { devices: 7, failed: false },
      { devices: 7, failed: true, run: failed.run },
    ]);
  });

  it('has thirty bars at most', () => {
    const many = (of: number) => ({
      marks: Array.from({ length: 30 }, (_, n) => aMark(n * 2 + of)),
      newsByDay: new Map(),
    });

    expect(trendOf([many(0), many(1)])).toHaveLength(30);
    expect(trendOf([NO_HISTORY])).toEqual([]);
  });

  it('counts new devices by day over all hunts, and forgets what is older than ninety days', () => {
    const today = dayOf(NOON);
    const histories = [
      {
        marks: [],
        newsByDay: new Map([
          [today, 2],
          [today - 89, 1],
        ]),
      },
      {
        marks: [],
        newsByDay: new Map([
          [today, 3],
          [today - 90, 9],
        ]),
      },
    ];

    const days = timelineOf(histories, today);

    expect([days.length, days.at(-1), days[0], days.reduce((sum, n) => sum + n, 0)]).toEqual([90, 5, 1, 6]);
  });

  it('keeps a run that was done again once', () => {
    const ending = { at: NOON, status: 'failed', partial: false, willRetry: false, took: 5 } as const;
    const first = historyAfter(undefined, aRun(), ending);

    expect(historyAfter(first, aRun(), { ...ending, status: 'completed' }).marks).toMatchObject([
      { status: 'completed' },
    ]);
  });
});

describe('the filter in the address', () => {
  const workspaces = new Set(['corp', 'emea']);
  const read = (query: string) => readFilter(new URLSearchParams(query), workspaces);

  it('reads back what it writes', () => {
    for (const query of ['', '?q=lite', '?q=%22%3E%3Cb&state=failing&workspace=emea&sort=new'])
      expect(filterQuery(read(query))).toBe(query);
  });

  it('leaves out what it does not know', () => {
    expect(read('?state=great&workspace=../x&sort=constructor&q=')).toEqual({ text: '', sort: 'state' });
  });
});

describe('times in words', () => {
  it.each([
    ['0 0 6 * * *', 'every day at 06:00 UTC'],
    ['0 30 6,18 * * *', 'every day at 06:30, 18:30 UTC'],
    ['0 0 6 * * 1-5', 'Monday to Friday at 06:00 UTC'],
    ['0 0 7 * * Mon', 'every Monday at 07:00 UTC'],
    ['0 0 7 1 * *', 'on day 1 of every month at 07:00 UTC'],
    ['0 */15 * * * *', 'every 15 minutes'],
    ['0 0 */4 * * *', 'every 4 hours, on the hour'],
    ['0 20 * * * *', 'every hour, 20 min past'],
    ['*/10 * * * * *', 'every 10 seconds'],
    ['0 0 6 1-7 1,2 1', 'by the schedule 0 0 6 1-7 1,2 1 (UTC)'],
  ])('says %s as "%s"', (expression, words) => {
    expect(scheduleWords(expression)).toBe(words);
  });

  it('says how long and how long ago', () => {
    expect([120, 4_200, 42_000, 3 * MINUTE, 5 * HOUR, 12 * DAY].map(lengthWords)).toEqual([
      '120 ms',
      '4.2 s',
      '42 s',
      '3 min',
      '5 h',
      '12 d',
    ]);
    expect([ago(3 * HOUR), ago(-20 * MINUTE), ago(5)].map((at) => relativeWords(at, NOON))).toEqual([
      '3 h ago',
      'in 20 min',
      'now',
    ]);
  });
});

describe('a query in colours', () => {
  it('is the same query, whatever it holds', () => {
    for (const kql of [aHunt().query, 'T | where x == "a // <b>" // end', "@'\\' | take 1", '```\n"```x', '', '"open'])
      expect(
        piecesOf(kql)
          .map(({ text }) => text)
          .join(''),
      ).toBe(kql);
  });

  it('tells strings and comments from words', () => {
    const kinds = piecesOf('T | where n has "where" // where').filter(({ text }) => text.includes('where'));

    expect(kinds.map(({ kind }) => kind)).toEqual(['keyword', 'string', 'comment']);
  });
});

describe('the digest of a week', () => {
  it('says what was new, what waits, what failed, what is noisy and how much is looked at', () => {
    const loud = aHunt({ id: 'b' as never, slug: 'loud' });
    const quiet = aHunt({ id: 'c' as never, slug: 'quiet' });
    const newsByDay = new Map([
      [dayOf(NOON), 9],
      [dayOf(NOON) - 6, 5],
      [dayOf(NOON) - 7, 100],
    ]);
    const failed = [aMark(0, { status: 'failed' }), aMark(1), aMark(8, { status: 'failed' })];
    const week = weekDigest(
      anInput({
        hunts: [aHunt(), loud, quiet],
        problems: [{ file: 'x.yaml', line: 1, column: 1, message: 'm' }],
        states: [
          aState({
            trouble,
            lastRun: { id: aRun().id, at: NOON, status: 'failed' },
            history: { marks: failed, newsByDay: new Map() },
          }),
          { ...aState({ history: aHistory(3, { newsByDay }) }), scope: aScope({ hunt: loud.id }) },
          { ...aState({ history: aHistory(3, { newsByDay: new Map() }) }), scope: aScope({ hunt: quiet.id }) },
        ],
        unanswered: [
          { id: 'x', scope: aScope(), openedAt: NOON, total: 1, devices: [] },
          { id: 'y', scope: aScope(), openedAt: ago(9 * DAY), total: 1, devices: [] },
        ],
        mutes: [{ hunt: quiet.id, until: ago(-DAY), by: { id: 'a', name: 'A' }, at: NOON }],
      }),
    );

    expect(week).toEqual({
      from: ago(7 * DAY),
      until: NOON,
      found: [{ slug: 'loud', count: 14 }],
      newDevices: 14,
      open: 2,
      since: ago(9 * DAY),
      failed: [{ slug: aHunt().slug, count: 1, words: '1 of 2 runs, still failing: No.' }],
      failedHunts: 1,
      noisy: [{ slug: 'loud', count: 14, words: '14 new in 2 runs, 1 of them with news' }],
      coverage: { hunts: 3, workspaces: 1, scopes: 3, seeing: 2, notLoaded: 1, muted: 1 },
    });
  });
});
