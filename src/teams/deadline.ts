import type { Milliseconds } from '../time.ts';

export class DeadlineError extends Error {}

/** The work is told to stop, and is not waited for when it does not: fetching a token heeds no signal. */
export async function withDeadline<T>(work: (signal: AbortSignal) => Promise<T>, deadline: Milliseconds): Promise<T> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DeadlineError());
      stop.abort();
    }, deadline);
  });
  try {
    return await Promise.race([work(stop.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
