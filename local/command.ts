/** Somebody called a command in a way it does not understand. */
export class UsageError extends Error {}

/** Where a command writes; lines without their ends. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/* The one place of these commands that writes to the console. */
export const TERMINAL: Terminal = {
  out: (text) => {
    console.log(text);
  },
  err: (text) => {
    console.error(text);
  },
};

export const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

/** Runs a command; a wrong call of it ends with 2 and says where its usage is explained. */
export function withUsage(name: string, terminal: Terminal, act: () => number): number {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof UsageError) && !isOfArguments(error)) throw error;
    terminal.err(`${error.message}\n\nnpm run ${name} -- --help explains the usage.`);
    return EXIT.usage;
  }
}

const isOfArguments = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
