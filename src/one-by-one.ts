import { setImmediate } from 'node:timers/promises';

/**
 * Gives a turn to one after another: between any two of them the event loop gets round. Immediates alone would all run in one
 * round, and thirty pieces of work of a few milliseconds each would hold up everybody else together.
 */
export function oneByOne(): () => Promise<void> {
  let last = Promise.resolve();
  return () => (last = last.then(() => setImmediate()));
}
