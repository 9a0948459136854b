import { nextSlot, scheduleProblem } from '../../src/hunt/schedule.ts';
import type { RegisteredFunction, TypedData } from './core.ts';

/** setTimeout fires at once for anything longer. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** Fires a timer function by its NCRONTAB schedule, never overlapping itself; a late one fires once, at once, as in Azure. */
export function startTimer(
  fn: RegisteredFunction,
  schedule: string,
  fire: (fn: RegisteredFunction) => Promise<void>,
): () => void {
  const problem = scheduleProblem(schedule);
  if (problem !== undefined) throw new Error(`The schedule "${schedule}" of ${fn.name} ${problem}.`);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const arm = (after: Date): void => {
    const next = nextSlot(schedule, after);
    if (!next || stopped) return;
    const wait = Math.max(1, next.getTime() - Date.now());
    timer = setTimeout(
      () => {
        if (wait > LONGEST_WAIT) {
          arm(after);
          return;
        }
        const started = new Date();
        void fire(fn).finally(() => {
          arm(started > next ? started : next);
        });
      },
      Math.min(wait, LONGEST_WAIT),
    );
  };
  arm(new Date());
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

export const timerData = (): TypedData => ({
  json: JSON.stringify({
    Schedule: { AdjustForDST: true },
    ScheduleStatus: {
      Last: '0001-01-01T00:00:00',
      LastUpdated: new Date().toISOString(),
      Next: new Date().toISOString(),
    },
    IsPastDue: false,
  }),
});
