import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for something to come true, asking again and again; fails with what it waited for. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  within = 30_000,
): Promise<T> {
  const deadline = Date.now() + within;
  for (;;) {
    const found = await ask();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Still waiting for ${what}.`);
    await sleep(100);
  }
}
