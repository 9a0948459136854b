import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What a running `npm start` tells others of itself. */
export interface Running {
  readonly pid: number;
  readonly connectionString: string;
  readonly api: string;
  readonly epoch: string;
}

const fileIn = (folder: string): string => path.join(folder, 'running.json');

/** The `npm start` that holds a data folder; undefined when none does, or the one that did has died. */
export function runningIn(folder: string): Running | undefined {
  try {
    const running = JSON.parse(readFileSync(fileIn(folder), 'utf8')) as Running;
    // Signal 0 asks only whether the process is there.
    process.kill(running.pid, 0);
    return running;
  } catch {
    // No file, a torn one, or a process that is gone: nobody holds the folder.
    return undefined;
  }
}

/** Marks the folder as ours until the function it gives back is called. */
export function hold(folder: string, running: Running): () => void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileIn(folder), JSON.stringify(running, null, 2));
  return () => {
    rmSync(fileIn(folder), { force: true });
  };
}
