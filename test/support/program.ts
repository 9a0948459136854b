import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from './until.ts';

export interface Program {
  readonly api: string;
  readonly teams: string;
  readonly output: () => string;
  /** Ctrl-C; the exit code. */
  interrupt(): Promise<number | null>;
  readonly folder: string;
}

/** Runs `npm start` as somebody at a terminal would, in a data folder of its own; with what is deployed, and not with src/. */
export async function startProgram(env: Readonly<Record<string, string>> = {}): Promise<Program> {
  const folder = mkdtempSync(path.join(tmpdir(), 'firstsight-'));
  const child = spawn(process.execPath, ['--disallow-code-generation-from-strings', 'local/start.ts', '--built'], {
    env: { ...process.env, LOCAL_FOLDER: folder, LOCAL_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const interrupt = async (): Promise<number | null> => {
    if (!ended()) {
      child.kill('SIGINT');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
    return child.exitCode;
  };
  try {
    await until(
      'the program to be ready',
      () => {
        if (ended()) throw new Error(`It ended with code ${String(child.exitCode)}: ${output}`);
        return output.includes('Ctrl-C stops everything');
      },
      60_000,
    );
  } catch (error) {
    await interrupt();
    throw error;
  }
  const address = (name: string): string => new RegExp(`^${name}\\s+(http://[^\\s/]+)`, 'm').exec(output)?.[1] ?? '';
  return { api: address('API'), teams: address('Teams'), output: () => output, interrupt, folder };
}
