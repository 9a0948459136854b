import { say } from './request.ts';

/** A line that says that something is going on, for somebody who waits. */
export async function withProgress<T>(what: string, act: () => Promise<T>): Promise<T> {
  const began = Date.now();
  const show = (): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r${what}… ${String(Math.round((Date.now() - began) / 1000))} s`);
  };
  if (!process.stderr.isTTY) say(`${what}…`);
  show();
  const timer = setInterval(show, 1_000);
  try {
    return await act();
  } finally {
    clearInterval(timer);
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }
}
