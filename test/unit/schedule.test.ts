import { describe, expect, it } from 'vitest';
import { dueSlot, latestSlot, nextSlot, scheduleProblem } from '../../src/hunt/schedule.ts';

const DAILY = '0 0 6 * * *';
const at = (text: string): Date => new Date(`2026-11-${text}Z`);

describe('a schedule', () => {
  it.each([DAILY, '*/5 * * * * *', '0 */5 * * * *', '0 0 6 * * mon-fri', '0 30 6,18 1 * *', '0 0 0 1 jan *'])(
    'accepts %s',
    (expression) => {
      expect(scheduleProblem(expression)).toBeUndefined();
    },
  );

  it.each([
    ['0 6 * * *', /six fields/],
    ['@daily', /six fields/],
    ['0 0 6 * * 7', /Sunday is 0/],
    ['0 0 6 L * *', /./],
    ['0 0 6 ? * *', /may use only/],
    ['0 0 6 * * sat-sun', /reversed range "sat-sun"/],
    ['0 0 22-2 * * *', /reversed range "22-2"/],
    ['0 0 25 * * *', /./],
    ['', /six fields/],
  ])('refuses %s, which Azure reads otherwise or not at all', (expression, problem) => {
    expect(scheduleProblem(expression)).toMatch(problem);
  });

  it('has slots in UTC, the latest being the instant itself when it is one', () => {
    expect(latestSlot(DAILY, at('23T06:00:00'))).toEqual(at('23T06:00:00'));
    expect(latestSlot(DAILY, at('23T05:59:59.999'))).toEqual(at('22T06:00:00'));
    expect(latestSlot('* * * * * *', at('23T06:00:00.300'))).toEqual(at('23T06:00:00'));
    expect(nextSlot(DAILY, at('23T06:00:00'))).toEqual(at('24T06:00:00'));
  });
});

describe('a due slot', () => {
  it('is one that no run has answered for', () => {
    expect(dueSlot(DAILY, at('22T06:00:00'), at('23T06:00:00'))).toEqual(at('23T06:00:00'));
    expect(dueSlot(DAILY, at('23T06:00:00'), at('23T06:04:00'))).toBeUndefined();
    expect(dueSlot(DAILY, at('22T06:00:00'), at('23T05:55:00'))).toBeUndefined();
  });

  it('stands for all the slots missed before it', () => {
    expect(dueSlot(DAILY, at('15T06:00:00'), at('23T09:10:00'))).toEqual(at('23T06:00:00'));
  });

  it('is the one before for a hunt that never ran, so that it runs at once', () => {
    expect(dueSlot(DAILY, undefined, at('23T09:10:00.250'))).toEqual(at('23T06:00:00'));
  });
});
