import { describe, expect, it } from 'vitest';
import { troubleNews } from '../../src/hunt/trouble.ts';
import { DAY, HOUR } from '../../src/time.ts';

const start = new Date('2026-11-20T06:00:00Z');
const later = (ms: number): Date => new Date(start.getTime() + ms);
const denied = { code: 'workspace-denied', message: 'No right to read "corp".' };

describe('a trouble', () => {
  it('is told when it begins', () => {
    const { trouble, news } = troubleNews(undefined, denied, start, DAY);

    expect(trouble).toEqual({ ...denied, since: start, toldAt: start });
    expect(news).toEqual({ kind: 'trouble', trouble, reminder: false });
  });

  it('is not told again while it is fresh', () => {
    const before = troubleNews(undefined, denied, start, DAY).trouble;

    expect(troubleNews(before, denied, later(23 * HOUR), DAY)).toEqual({ trouble: before });
  });

  it('is told once more after a day, with the day it began', () => {
    const before = troubleNews(undefined, denied, start, DAY).trouble;
    const { trouble, news } = troubleNews(before, denied, later(DAY), DAY);

    expect(trouble).toEqual({ ...denied, since: start, toldAt: later(DAY) });
    expect(news).toMatchObject({ kind: 'trouble', reminder: true });
  });

  it('of another kind is news at once', () => {
    const before = troubleNews(undefined, denied, start, DAY).trouble;
    const { trouble, news } = troubleNews(before, { code: 'partial-answer', message: 'Truncated.' }, later(HOUR), DAY);

    expect(trouble?.since).toEqual(later(HOUR));
    expect(news).toMatchObject({ kind: 'trouble', reminder: false });
  });

  it('is told to be over, once', () => {
    const before = troubleNews(undefined, denied, start, DAY).trouble;

    expect(troubleNews(before, undefined, later(HOUR), DAY)).toEqual({ news: { kind: 'recovered', trouble: before } });
    expect(troubleNews(undefined, undefined, later(HOUR), DAY)).toEqual({});
  });
});
