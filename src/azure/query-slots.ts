/** Lets a limited number of queries run at once, in the order they came. */
export interface QuerySlots {
  /** Runs when a slot is free; gives the wait up when `signal` fires, by throwing its reason. */
  run<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Those of one process; whoever takes one calls what it is given when it is done. */
export interface OwnSlots extends QuerySlots {
  take(signal: AbortSignal): Promise<() => void>;
}

export function querySlots(size: number): OwnSlots {
  let free = size;
  const waiting: (() => void)[] = [];
  const give = (): void => {
    // A slot is handed on, not freed, so that nobody overtakes.
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  const take = async (signal: AbortSignal): Promise<() => void> => {
    signal.throwIfAborted();
    if (free > 0) {
      free -= 1;
      return give;
    }
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(enter), 1);
        reject(signal.reason as Error);
      };
      const enter = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      waiting.push(enter);
      signal.addEventListener('abort', giveUp, { once: true });
    });
    return give;
  };
  return {
    take,
    async run(act, signal) {
      const done = await take(signal);
      try {
        return await act();
      } finally {
        done();
      }
    },
  };
}
